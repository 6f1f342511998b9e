import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aBrief, aResult } from '../rig/a-run.ts';
import { runs } from '../rig/runs.ts';
import { until } from '../rig/waiting.ts';
import { LiveReader } from './rig/live-reader.ts';
import type { WebServer } from './rig/web-server.ts';
import { WebRig } from './rig/web-rig.ts';

let rig: WebRig;
let server: WebServer;
beforeAll(async () => {
  rig = await WebRig.make();
  server = await rig.serve();
});
/** Nothing of all this is a bug that the server reports. */
afterAll(async () => {
  expect(await server.end()).toMatchObject({ code: 0, err: '' });
  await rig.end();
});

const isServed = async (): Promise<void> => expect((await server.get('/api/about')).status).toBe(200);
const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);

it('ids and paths of any spelling are answered, and open nothing', async () => {
  const ids = [
    '%2e%2e',
    '%2e%2e%2fWORKFLOW.md',
    'T-1%00',
    'T-1%3F',
    'T-1%0a',
    '%ff%fe',
    '%',
    '%zz',
    '-rf',
    '--help',
    '%F0%9F%92%A9',
  ];
  const more = [
    'T-1%20',
    '%E2%80%AET-1',
    'HEAD',
    '@%7B-1%7D',
    'T-1..main',
    ':(top)',
    'x'.repeat(4_000),
    '%25%30%30',
    '*',
    "';ls",
    '$(id)',
  ];
  for (const id of [...ids, ...more])
    for (const path of [
      `/api/entry/${id}`,
      `/api/entry/${id}/diff`,
      `/api/run/${id}/output`,
      `/api/run/${id}/report`,
    ]) {
      const { status, body } = await server.get(path);
      expect([path, status, Object.keys(JSON.parse(body) as object)]).toEqual([
        path,
        404,
        expect.arrayContaining(['error']),
      ]);
    }
  const queries = [
    'output?from=-1',
    'output?max=1e3',
    'output?from=1&from=2',
    'output?x=1',
    `output?max=${'9'.repeat(30)}`,
  ];
  for (const query of queries) expect((await server.get(`/api/run/T-1/${query}`)).status, query).toBe(400);
  for (const query of ['since=x', 'since=events-1', 'limit=1001', 'limit=', 'since=events-1:2&since=events-1:3'])
    expect((await server.get(`/api/events?${query}`)).status, query).toBe(400);
  expect((await server.get('/api/live?since=0')).status).toBe(400);
});

it('bodies of any form are answered, with all that is wrong', async () => {
  const wrong = [
    ...[
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{"command":"fly","taskId":null}',
      '{"command":"pause"}',
      '['.repeat(200_000),
    ],
    '{"command":"pause","taskId":"T-1","by":{"name":"x","email":"y"}}',
    '{"command":"pause","taskId":"T-1","via":"mcp","origin":null}',
    '{"command":"pause","taskId":"T-1","__proto__":{"now":true}}',
    '{"command":"pause","taskId":"T-1\\u0000"}',
    '{"command":"edit","taskId":"T-1","text":"\\ud800","was":"x"}',
    '{"command":"comment","taskId":"T-1","text":"\\u001b[2J"}',
  ];
  const before = rig.git('rev-parse', 'main');
  for (const body of wrong) {
    const answer = await server.post('/api/request', body);
    expect([body.slice(0, 80), answer.status]).toEqual([body.slice(0, 80), 400]);
  }
  const many = await server.post('/api/add', { entries: [{ title: 1, x: 2 }, { text: 3 }], y: 4 });
  expect((JSON.parse(many.body) as { problems: object[] }).problems.length).toBeGreaterThan(3);
  const bytes = Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}')]);
  const head = {
    ...server.head(server.own),
    Origin: `http://127.0.0.1:${server.port}`,
    'Content-Type': 'application/json',
  };
  const lines = Object.entries({ ...head, 'Content-Length': String(bytes.length), Connection: 'close' });
  const request = `POST /api/render HTTP/1.1\r\n${lines.map((pair) => `${pair.join(': ')}\r\n`).join('')}\r\n`;
  expect((await server.raw(Buffer.concat([Buffer.from(request), bytes]))).status).toBe(400);
  expect(rig.git('rev-parse', 'main')).toBe(before);
});

it('a body that has no end is cut off, and one that does not come holds up nobody', async () => {
  const before = memory();
  const head = {
    ...server.head(server.own),
    Origin: `http://127.0.0.1:${server.port}`,
    'Content-Type': 'application/json',
  };
  const text = Object.entries({ ...head, 'Transfer-Encoding': 'chunked' }).map((pair) => `${pair.join(': ')}\r\n`);
  const endless = server.connect().setMaxListeners(0);
  let answered = '';
  let isOver = false;
  endless.on('data', (part) => (answered += part.toString())).once('close', () => (isOver = true));
  endless.write(`POST /api/render HTTP/1.1\r\n${text.join('')}\r\n`);
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  for (let sent = 0; sent < 100 * 1024 * 1024 && !isOver; sent += chunk.length)
    if (!endless.write(chunk)) await new Promise((resolve) => endless.once('drain', resolve).once('close', resolve));
  expect(isOver || answered.startsWith('HTTP/1.1 413')).toBe(true);
  endless.destroy();
  const slow = server.connect();
  slow.write(`POST /api/render HTTP/1.1\r\n${text.join('')}\r\n5\r\nab`);
  await isServed();
  slow.destroy();
  expect(memory() - before).toBeLessThan(100_000);
});

it('connections that say nothing, and two hundred viewers, leave it answering', async () => {
  const silent = Array.from({ length: 250 }, () => server.connect());
  await isServed();
  for (const socket of silent) socket.destroy();
  const readers = Array.from({ length: 200 }, () => new LiveReader(server));
  await until(() => readers.every(({ board }) => board !== null));
  expect((await server.get('/api/live')).status).toBe(503);
  rig.write('board/TODO.md', rig.read('board/TODO.md').replace('T-2: Two', 'T-2: Zwei'));
  await until(() => readers.every((reader) => reader.titles()[1] === 'Zwei'));
  for (const reader of readers) reader.leave();
  await until(async () => {
    const probe = new LiveReader(server);
    await until(() => probe.board !== null || probe.isOver);
    probe.leave();
    return probe.board !== null;
  });
});

it('bytes of any kind never end it', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'GET / HTTP/1.1\r\n',
      'POST /api/request HTTP/1.1\r\n',
      'Host: evil\r\n',
      '\r\n\r\n',
      '\r\n',
      'GET',
      ' ',
    ),
    fc.constantFrom(
      `Host: 127.0.0.1:${server.port}\r\n`,
      'Content-Length: 5\r\n',
      'Content-Length: -1\r\n',
      'Upgrade: websocket\r\n',
    ),
    fc.constantFrom(
      'Transfer-Encoding: chunked\r\n',
      'Connection: Upgrade\r\n',
      'Expect: 100-continue\r\n',
      'X: \u0000\r\n',
      'PRI * HTTP/2.0\r\n',
    ),
    fc.string({ maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), async (pieces) => {
      const socket = server.connect();
      await new Promise<void>((resolve) => socket.end(Buffer.from(pieces.join(''), 'latin1'), resolve));
      socket.destroy();
    }),
    { numRuns: runs(150) },
  );
  await isServed();
});

it('escape sequences in the output of a run are text, wherever a part of it ends', async () => {
  const brief = aBrief(rig.root);
  const folder = `.kanban/runs/${brief.runId}`;
  const printed = '\u001B[31mred\u001B[0m\r\n\u001B]0;evil\u0007\u001B[2J é\u202E\u0000end\u001B[1';
  rig.write(`${folder}/brief.json`, JSON.stringify(brief));
  rig.write(`${folder}/output.log`, printed);
  rig.write(`${folder}/result.json`, JSON.stringify(aResult(brief.runId)));
  const shown = 'red\n␛]0;evil␇␛[2J é<U+202E><U+0000>end␛[1';
  interface Part {
    readonly text: string;
    readonly next: number;
    readonly size: number;
  }
  const whole = await server.json<Part>(`/api/run/${brief.runId}/output`);
  expect([whole.text.replaceAll('␀', '<U+0000>'), whole.next]).toEqual([shown, whole.size]);
  for (const max of [4, 5, 7, 11]) {
    let [text, from] = ['', 0];
    for (let parts = 0; from < whole.size && parts < 100; parts += 1) {
      const part = await server.json<Part>(`/api/run/${brief.runId}/output?from=${from}&max=${max}`);
      text += part.text;
      from = part.next;
    }
    expect([max, from]).toEqual([max, whole.size]);
    expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E]/);
  }
});

it('a text that takes long to render holds up no other request, and not the end of the server', async () => {
  // More than 20 s of a fast machine, where 2 are allowed.
  const slow = `> - ${'a\n'.repeat(32_000)}`;
  const other = await rig.serve();
  const rendered = other.post('/api/render', { text: slow });
  const deep = other.post('/api/render', { text: '>'.repeat(2_000) });
  expect((await other.get('/api/about')).status).toBe(200);
  expect((await rendered).body).toContain('takes too long');
  expect((await deep).body).toContain('nested too deep');
  void other.post('/api/render', { text: `${slow}.` });
  await until(async () => (await other.get('/api/about')).status === 200);
  expect(await other.end()).toMatchObject({ code: 0, err: '' });
});
