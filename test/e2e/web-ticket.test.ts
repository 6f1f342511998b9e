import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrowserOpener } from '../rig/browser-opener.ts';
import { until } from './rig/until.ts';
import { WebRig } from './rig/web-rig.ts';
import type { WebServer } from './rig/web-server.ts';

let rig: WebRig;
beforeAll(async () => {
  rig = await WebRig.make();
});
afterAll(() => rig.end());

let count = 0;

/** A server that was started with `--open`, and what it has given to the browser. */
async function opened(): Promise<{ readonly server: WebServer; readonly given: string; readonly ticket: string }> {
  const opener = new BrowserOpener(join(rig.root, '.home', `opener-${++count}`));
  const server = await rig.serveWith({ PATH: opener.path }, '--open');
  const given = await until(() => opener.address, 'the address that the browser gets');
  return { server, given, ticket: new URL(given).hash.slice('#k='.length) };
}

describe('--open', () => {
  it('gives the browser a ticket behind the #, which is exchanged for the token once', async () => {
    const { server, given, ticket } = await opened();
    expect(given).toBe(`http://127.0.0.1:${server.port}/#k=${ticket}`);
    expect(given).not.toContain(server.token);
    expect(Buffer.from(ticket, 'base64url')).toHaveLength(24);
    const own = { Authorization: '' };
    const exchanged = await server.post('/api/ticket', { ticket }, own);
    expect([exchanged.status, JSON.parse(exchanged.body)]).toEqual([200, { token: server.token }]);
    expect(exchanged.headers.get('cache-control')).toBe('no-store');
    expect(exchanged.headers.has('set-cookie')).toBe(false);
    const again = await server.post('/api/ticket', { ticket }, own);
    expect([again.status, again.body]).toEqual([401, expect.stringContaining('was used already')]);
    expect(again.body).not.toContain(server.token);
    const { out, err } = await server.end();
    expect(`${out}${err}`).not.toContain(ticket);
  });

  it('has the ticket judged by the rules of every change, before anything of it is read', async () => {
    const { server, ticket } = await opened();
    const without = { Authorization: '' };
    const refused: readonly (readonly [number, Record<string, string>])[] = [
      [403, { Origin: '' }],
      [403, { Origin: 'http://evil.com' }],
      [403, { Origin: `http://127.0.0.1:${server.port + 1}` }],
      [403, { 'Sec-Fetch-Site': 'same-site' }],
      [415, { 'Content-Type': 'text/plain' }],
      [421, { Host: 'evil.com' }],
    ];
    for (const [status, headers] of refused)
      expect([headers, (await server.post('/api/ticket', { ticket }, { ...without, ...headers })).status]).toEqual([
        headers,
        status,
      ]);
    expect((await server.ask(`GET /api/ticket?ticket=${ticket}`)).status).toBe(401);
    expect((await server.ask('GET /api/about', { Authorization: `Bearer ${ticket}` })).status).toBe(401);
    for (const body of [{ ticket: `${ticket}x` }, { ticket: '' }])
      expect((await server.post('/api/ticket', body, without)).status).toBe(401);
    for (const body of [{}, { ticket, more: 1 }, '{', { ticket: ['x'] }])
      expect((await server.post('/api/ticket', body, without)).status).toBe(400);
    expect((await server.post('/api/ticket', { ticket: 'x'.repeat(2_000) }, without)).status).toBe(413);
    expect((await server.post('/api/ticket', { ticket }, without)).status).toBe(200);
  });

  it('without it there is no ticket', async () => {
    const server = await rig.serve();
    for (const ticket of ['', server.token])
      expect((await server.post('/api/ticket', { ticket }, { Authorization: '' })).status).toBe(401);
  });
});
