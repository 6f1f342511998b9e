import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Gate, type Asking } from '../../../src/web/gate.ts';
import { runs } from '../../rig/runs.ts';

const PORT = 4300;
const gate = new Gate({
  port: PORT,
  allowedHosts: ['board.example.com'],
  token: 'secret',
  publicPaths: new Set(['/', '/assets/main-1.js']),
});

/** The rules once more, in the words of docs/web.md and by other means: what may pass is listed, and all else is refused. */
function mayPass({ method, url, headers }: Asking): boolean {
  const sent = (name: string): string[] => {
    const values: string[] = [];
    for (let at = 0; at < headers.length; at += 2)
      if (String(headers[at]).toLowerCase() === name) values.push(String(headers[at + 1]));
    return values;
  };
  const hosts = sent('host');
  const isNamed = /^(?:(?:127\.0\.0\.1|localhost|\[::1\]):4300|board\.example\.com)$/i.test(hosts.join('&'));
  if (hosts.length !== 1 || !isNamed) return false;
  const origins = sent('origin');
  const own = /^(?:http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):4300|https?:\/\/board\.example\.com)$/;
  if (origins.length > 1 || (origins.length === 1 && !own.test(origins[0] ?? ''))) return false;
  const path = url.replace(/\?.*$/s, '');
  const isPage = path === '/' || path === '/assets/main-1.js';
  const sites = sent('sec-fetch-site');
  const isForeign = sites.length > 1 || (sites.length === 1 && !['same-origin', 'none'].includes(sites[0] ?? ''));
  const follows =
    sent('sec-fetch-mode').join('&') === 'navigate' &&
    sent('sec-fetch-dest').join('&') === 'document' &&
    method === 'GET';
  if (isForeign && !(follows && isPage)) return false;
  if (isPage) return method === 'GET' || method === 'HEAD';
  const types = sent('content-type');
  const isPost =
    method === 'POST' &&
    path.startsWith('/api/') &&
    origins.length === 1 &&
    types.length === 1 &&
    /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(types[0] ?? '');
  const isRead = method === 'GET' || (method === 'HEAD' && path === '/metrics');
  const hasToken = sent('authorization').join('&') === 'Bearer secret';
  if (path === '/api/ticket' && isPost) return true;
  return (path.startsWith('/api/') || path === '/metrics') && (isRead || isPost) && hasToken;
}

const rarely = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
const header = (
  name: string,
  usual: string,
  ...others: readonly string[]
): fc.Arbitrary<readonly (readonly [string, string])[]> =>
  fc.oneof(
    { weight: 6, arbitrary: rarely(usual, ...others).map((value) => [[name, value] as const]) },
    { weight: 2, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(rarely(usual, ...others), rarely(usual, ...others))
        .map((both) => both.map((value, index) => [index === 0 ? name : name.toUpperCase(), value] as const)),
    },
  );

const asking: fc.Arbitrary<Asking> = fc.record({
  method: rarely('GET', 'POST', 'HEAD', 'PUT', 'OPTIONS', 'DELETE', 'get', 'TRACE'),
  url: rarely(
    '/api/about',
    '/api/ticket',
    '/api/ticket/',
    '/',
    '/?x=/api/',
    '/assets/main-1.js',
    '/assets/',
    '/metrics',
    '/metrics/',
    '/api',
    '//api/x',
    '/%61pi/about',
    '/x?/api/',
    'http://evil.com/api/about',
    '*',
    '',
  ),
  headers: fc
    .tuple(
      header(
        'Host',
        `127.0.0.1:${PORT}`,
        `localhost:${PORT}`,
        `[::1]:${PORT}`,
        'board.example.com',
        'Localhost:4300',
        'evil.com',
        `evil.com:${PORT}`,
        '127.0.0.1',
        `127.0.0.1:${PORT}0`,
        `127.0.0.1:${PORT} `,
        `x@127.0.0.1:${PORT}`,
        '',
      ),
      header(
        'Origin',
        `http://127.0.0.1:${PORT}`,
        'https://board.example.com',
        'null',
        'http://evil.com',
        `https://127.0.0.1:${PORT}`,
        `http://127.0.0.1:${PORT}/`,
        `http://127.0.0.1:${PORT}.evil.com`,
        '',
      ),
      header('Sec-Fetch-Site', 'same-origin', 'none', 'same-site', 'cross-site', 'Same-Origin', ''),
      header('Sec-Fetch-Mode', 'navigate', 'cors', 'no-cors', 'websocket'),
      header('Sec-Fetch-Dest', 'document', 'empty', 'iframe', 'script'),
      header(
        'Content-Type',
        'application/json',
        'application/json; charset=utf-8',
        'text/plain',
        'application/jsonx',
        'application/json, text/plain',
      ),
      header(
        'Authorization',
        'Bearer secret',
        'bearer secret',
        'Bearer Secret',
        'Bearer secret ',
        'Bearer',
        'Basic secret',
        '',
      ),
      header('Cookie', 'token=secret', 'Authorization=Bearer secret'),
    )
    .map((all) => all.flat(2)),
});

it('lets through what the rules allow, and nothing else', () => {
  let passed = 0;
  fc.assert(
    fc.property(asking, (one) => {
      const refusal = gate.refusalOf(one);
      if (refusal === null) passed += 1;
      expect(refusal === null).toBe(mayPass(one));
    }),
    { numRuns: runs(5_000) },
  );
  expect(passed).toBeGreaterThan(20);
});

it('judges the host first: who has another one learns nothing else', () => {
  fc.assert(
    fc.property(asking, (one) => {
      const others = one.headers.filter((_, index) => one.headers[index - (index % 2)]?.toLowerCase() !== 'host');
      const headers = [...others, 'Host', 'evil.com'];
      expect(gate.refusalOf({ ...one, headers })?.status).toBe(421);
    }),
    { numRuns: runs(500) },
  );
});

it('a link on a foreign page leads to the page, by GET alone, and to nothing that has data', () => {
  const from = ['Host', `127.0.0.1:${PORT}`, 'Sec-Fetch-Site', 'cross-site', 'Sec-Fetch-Mode', 'navigate'];
  const ask = (method: string, url: string, destination = 'document') =>
    gate.refusalOf({ method, url, headers: [...from, 'Sec-Fetch-Dest', destination] })?.status ?? null;
  expect([ask('GET', '/'), ask('HEAD', '/'), ask('GET', '/', 'iframe')]).toEqual([null, 403, 403]);
  expect([ask('GET', '/api/about'), ask('GET', '/metrics')]).toEqual([403, 403]);
});

it('on port 80 the name alone is the address too', () => {
  const web = new Gate({ port: 80, allowedHosts: [], token: 'secret', publicPaths: new Set(['/']) });
  const ask = (host: string) => web.refusalOf({ method: 'GET', url: '/', headers: ['Host', host] });
  expect([ask('127.0.0.1'), ask('localhost:80'), ask('evil')?.status]).toEqual([null, null, 421]);
});
