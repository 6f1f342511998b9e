import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AddReply, BoardReply } from '../../src/surfaces/board-types.ts';
import type { Entry } from '../../src/web/api-types.ts';
import type { WebServer } from './rig/web-server.ts';
import { WebRig } from './rig/web-rig.ts';

let rig: WebRig;
let server: WebServer;
beforeEach(async () => {
  rig = await WebRig.make();
  server = await rig.serve();
});
afterEach(() => rig.end());

const request = async (body: object): Promise<{ readonly status: number; readonly reply: BoardReply }> => {
  const { status, body: text } = await server.post('/api/request', body);
  return { status, reply: JSON.parse(text) as BoardReply };
};
const entry = (id: string): Promise<Entry> => server.json<Entry>(`/api/entry/${id}`);

it('without a coordinator the server carries changes out itself, and the commit names it', async () => {
  expect(await request({ command: 'tick', taskId: 'T-1', criterion: 'first', done: true })).toMatchObject({
    ...{ status: 200, reply: { ok: true } },
  });
  expect(rig.read('board/TODO.md')).toContain('- [x] first');
  expect(rig.git('log', '-1', '--format=%an%n%B')).toMatch(/^Ada \(kanban\)\n[^]*Kanban-By: .* via web/);
});

it('changes that come at once are carried out one after the other', async () => {
  const titles = Array.from({ length: 6 }, (_, n) => `New ${n}`);
  const answers = await Promise.all(titles.map((title) => server.post('/api/add', { entries: [{ title }] })));
  expect(answers.map(({ status }) => status)).toEqual(titles.map(() => 200));
  const ids = answers.flatMap(({ body }) => (JSON.parse(body) as AddReply).ids);
  expect(new Set(ids).size).toBe(titles.length);
  for (const title of titles) expect(rig.read('board/TODO.md')).toContain(`: ${title}\n`);
});

it('of two edits of one entry the second is refused with the present text, and nothing is lost', async () => {
  const { was, text } = await entry('T-1');
  const edited = (word: string): object => ({ command: 'edit', taskId: 'T-1', was, text: text?.replace('body', word) });
  expect((await request(edited('first editor'))).status).toBe(200);
  const second = await request(edited('second editor'));
  expect(second).toMatchObject({
    status: 409,
    reply: { ok: false, text: expect.stringContaining('first editor') as string },
  });
  expect(rig.read('board/TODO.md')).toContain('first editor');
});

it('offers the moves that have a meaning, and refuses the others with the reason', async () => {
  const offered = async (id: string): Promise<string[]> => (await entry(id)).moves.map(({ to }) => to);
  expect(await offered('T-1')).toEqual(['TODO', 'IN_PROGRESS']);
  const refused = await request({ command: 'move', taskId: 'T-1', to: 'REVIEW' });
  expect([refused.status, refused.reply.message]).toEqual([409, expect.stringMatching(/T-1/)]);
  rig.branch('T-1', { 'a.txt': 'work\n' });
  expect(await offered('T-1')).toEqual(['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING']);
  const { moves } = await server.json<Pick<Entry, 'moves'>>('/api/entry/T-1/moves');
  expect(moves.find(({ to }) => to === 'TESTING')?.words).toMatch(/^this counts as your review/);
  expect((await request({ command: 'move', taskId: 'T-1', to: 'TESTING' })).status).toBe(200);
  expect(rig.read('board/TESTING.md')).toContain('T-1');
});

it('what is read has the shapes of the interface', async () => {
  expect(await server.json('/api/about')).toEqual({
    ...{ version: expect.stringMatching(/^\d/) as string, name: expect.stringMatching(/^kanban command/) as string },
    readOnly: false,
  });
  expect(await server.json('/api/rules')).toEqual({
    text: expect.stringContaining('Be kind.') as string,
    html: '<p>Be kind.</p>',
  });
  expect(await server.json('/api/history')).toEqual({ history: [] });
  expect(await server.json('/api/metrics?by=week')).toMatchObject({ version: 1, by: 'week' });
  expect((await server.get('/metrics')).body).toMatch(/^# HELP kanban_/m);
  await request({ command: 'pause', taskId: 'T-2' });
  const { events, next } = await server.json<{ events: { id: string }[]; next: string }>('/api/events?limit=1');
  expect([events.length, next]).toEqual([1, events[0]?.id]);
  expect(await server.json(`/api/events?since=${next}`)).toEqual({ events: [], next });
});
