import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../rig/waiting.ts';
import { LiveReader } from './rig/live-reader.ts';
import { WebRig } from './rig/web-rig.ts';

let rig: WebRig;
beforeEach(async () => void (rig = await WebRig.make()));
afterEach(() => rig.end());

const retitle = (from: string, to: string): void =>
  rig.write('board/TODO.md', rig.read('board/TODO.md').replace(from, to));

it('begins with the whole board, and then sends what changes', async () => {
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.board !== null);
  expect(reader.titles()).toEqual(['One', 'Two']);
  retitle('T-1: One', 'T-1: Uno');
  await until(() => reader.titles()[0] === 'Uno');
  const [, second] = reader.changes;
  expect(Object.keys(second?.patch.entries ?? {})).toEqual(['T-1']);
  // What was sent is the same to all, and a later viewer begins whole.
  const late = new LiveReader(server);
  await until(() => late.board !== null);
  expect(late.board).toEqual({ ...reader.board, at: expect.any(Number) as number });
  expect(late.changes[0]?.seq).toBe(reader.changes.at(-1)?.seq);
});

it('broken settings and an unreadable board reach the page as problems, and it follows on when they are fixed', async () => {
  const settings = rig.read('WORKFLOW.md');
  rig.write('WORKFLOW.md', '---\nbase: [\n---\n');
  rig.commit('broken');
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.changes.length > 0);
  expect([reader.board, reader.changes[0]?.problems.length]).toEqual([null, expect.any(Number)]);
  expect(reader.changes[0]?.problems[0]?.message).toMatch(/./);
  const { status, body } = await server.get('/api/entry/T-1');
  expect([status, JSON.parse(body)]).toMatchObject([503, { problems: [{ code: expect.any(String) as string }] }]);
  rig.write('WORKFLOW.md', settings);
  rig.commit('fixed');
  // The stream of a page that has no board ends; the page connects again.
  let again = reader;
  await until(() => {
    if (again.isOver) again = new LiveReader(server);
    return again.board !== null;
  });
  expect(again.titles()).toEqual(['One', 'Two']);
});

it('sends events as they happen, and after a break those that were missed', async () => {
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.board !== null);
  const say = (message: string) => server.post('/api/inject', { id: 'T-2', message });
  rig.write('WORKFLOW.md', rig.read('WORKFLOW.md').replaceAll('shell', 'claude'));
  rig.commit('claude');
  expect((await say('first')).status).toBe(200);
  await until(() => reader.events.length > 0);
  reader.leave();
  await say('second');
  await say('third');
  const texts = (one: LiveReader): unknown[] =>
    one.events.map(({ event }) => ('text' in event ? event.text : event.type));
  expect(texts(reader)).toEqual(['first']);
  const again = new LiveReader(server, `?since=${reader.events[0]?.id}`);
  await until(() => again.events.length >= 2);
  await say('fourth');
  await until(() => again.events.length >= 3);
  expect(texts(again)).toEqual(['second', 'third', 'fourth']);
  const lost = new LiveReader(server, '?since=events-77:5');
  await until(() => lost.events.length > 0);
  expect(lost.events[0]?.event.type).toBe('events-missed');
});

it('a viewer that reads nothing slows nobody, keeps no memory, and is sent away', async () => {
  const many = (round: number): string =>
    Array.from({ length: 400 }, (_, n) => `## T-${n + 1}: Entry ${n} of round ${round} ${'x'.repeat(2_000)}\n`).join(
      '\n',
    );
  rig.write('board/TODO.md', `# TODO\n\n${many(0)}`);
  rig.commit('many');
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.board !== null);
  const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]);
  const sockets = (): number =>
    readdirSync(`/proc/${server.pid}/fd`).filter((fd) => targetOf(`/proc/${server.pid}/fd/${fd}`).startsWith('socket:'))
      .length;
  const hanging = Array.from({ length: 20 }, () => new LiveReader(server));
  await until(() => hanging.every(({ changes }) => changes.length > 0));
  for (const one of hanging) one.hang();
  const before = memory();
  expect(sockets()).toBeGreaterThan(20);
  for (let round = 1; round <= 6; round += 1) {
    rig.write('board/TODO.md', `# TODO\n\n${many(round)}`);
    await until(() => reader.titles()[0]?.startsWith(`Entry 0 of round ${round} `) === true);
  }
  // Each change has almost a megabyte: for twenty viewers a hundred would wait.
  expect(memory() - before).toBeLessThan(80_000);
  await until(() => sockets() < 20);
  expect((await server.get('/api/about')).status).toBe(200);
  expect(reader.isOver).toBe(false);
});

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

it('an idle board sends nothing but the heartbeat', async () => {
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.board !== null);
  const seen = reader.changes.length;
  await until(() => reader.beats >= 1);
  expect([reader.changes.length, reader.events.length]).toEqual([seen, 0]);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it with exit code 0, its viewers too', async (signal) => {
  const server = await rig.serve();
  const reader = new LiveReader(server);
  await until(() => reader.board !== null);
  server.signal(signal);
  expect(await server.ended).toMatchObject({ code: 0, err: '' });
  await until(() => reader.isOver);
});
