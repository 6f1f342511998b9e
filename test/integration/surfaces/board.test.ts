import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { BoardError } from '../../../src/surfaces/board-error.ts';
import type { Board, BoardChange } from '../../../src/surfaces/board-types.ts';
import { openBoard } from '../../../src/surfaces/board.ts';
import { CommandRig } from '../commands/command-rig.ts';

let rig: CommandRig;
let board: Board;
beforeEach(() => {
  rig = new CommandRig();
  rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- [ ] first\n- [x] second\n\n## T-2: Two\n');
  rig.commit('two entries');
  board = openBoard(rig.root);
});
afterEach(() => {
  board.close();
  rig.remove();
});

/** Environment of a process of a run of T-1. */
const markOfRun = () => ({
  ...{ KANBAN_RUN_ID: 'T-1-1-task-0123abcd', KANBAN_MARK: realpathSync(rig.root), KANBAN_TASK: 'T-1' },
});

const titles = ({ entries }: Snapshot): string[] => entries.map(({ title }) => title);

/** The first change for which something holds. */
async function changeWith(changes: AsyncIterator<BoardChange>, holds: (change: BoardChange) => boolean) {
  for (;;) {
    const { value, done } = (await changes.next()) as IteratorResult<BoardChange, undefined>;
    if (done === true) throw new Error('it has ended');
    if (holds(value)) return value;
  }
}

describe('the board', () => {
  it('is read as it is on disk, and again after an edit', async () => {
    expect(titles(await board.snapshot())).toEqual(['One', 'Two']);
    rig.write('board/TODO.md', '# TODO\n\n## T-1: Changed\n');
    expect(titles(await board.snapshot())).toEqual(['Changed']);
  });

  it('has the figures of base, and how entries ended', async () => {
    rig.commit('start\n\nKanban-Move: T-8 TODO -> IN_PROGRESS');
    rig.commit('land\n\nKanban-Move: T-8 TESTING -> CHANGELOG');
    rig.commit('abandon\n\nKanban-Move: T-9 TODO -> ABANDONED');
    const { total, groups } = await board.metrics({ by: 'week' });
    expect([total.landed, total.abandoned, groups.length]).toEqual([1, 1, 1]);
    expect((await board.metrics({ since: Date.now() + 60_000 })).total.landed).toBe(0);
    const ended = await board.history();
    expect(new Map(ended.map(({ id, how }) => [id, how]))).toEqual(
      new Map([
        ['T-8', 'landed'],
        ['T-9', 'abandoned'],
      ]),
    );
    rig.git('branch', '-m', 'main', 'other');
    await expect(board.metrics()).rejects.toBeInstanceOf(BoardError);
  });

  it('is followed: the first change has everything, later ones what is different', async () => {
    const changes = board.follow()[Symbol.asyncIterator]();
    const first = await changeWith(changes, () => true);
    expect(first).toMatchObject({ seq: 1, problems: [] });
    expect(Object.keys(first.patch)).toEqual(['head', 'entries', 'order']);
    rig.write('board/TODO.md', '# TODO\n\n## T-1: Changed\n\n- [ ] first\n- [x] second\n\n## T-2: Two\n');
    const next = await changeWith(changes, ({ snapshot }) => titles(snapshot).includes('Changed'));
    expect(Object.keys(next.patch.entries ?? {})).toEqual(['T-1']);
    await changes.return?.();
  });

  it('merges what changes while nobody waits', async () => {
    const changes = board.follow()[Symbol.asyncIterator]();
    await changeWith(changes, () => true);
    const other = board.follow()[Symbol.asyncIterator]();
    for (const title of ['A', 'B', 'C']) {
      rig.write('board/TODO.md', `# TODO\n\n## T-1: ${title}\n`);
      await changeWith(other, ({ snapshot }) => titles(snapshot).includes(title));
    }
    const { seq, snapshot, patch } = await changeWith(changes, () => true);
    expect([seq, titles(snapshot), patch.gone]).toEqual([2, ['C'], ['T-2']]);
    await Promise.all([changes.return?.(), other.return?.()]);
  });

  it('is followed past settings that cannot be read', async () => {
    const changes = board.follow()[Symbol.asyncIterator]();
    await changeWith(changes, () => true);
    const settings = rig.read('WORKFLOW.md');
    rig.git('checkout', '-q', '-b', 'other');
    rig.git('branch', '-q', '-D', 'main');
    const broken = await changeWith(changes, ({ problems }) => problems.length > 0);
    expect(titles(broken.snapshot)).toEqual(['One', 'Two']);
    rig.git('checkout', '-q', '-b', 'main');
    expect(await changeWith(changes, ({ problems }) => problems.length === 0)).toMatchObject({ patch: {} });
    expect(settings).toBe(rig.read('WORKFLOW.md'));
    await changes.return?.();
  });

  it('ends following by a signal, and by close', async () => {
    const leave = new AbortController();
    const seen: number[] = [];
    for await (const { seq } of board.follow({ signal: leave.signal })) {
      seen.push(seq);
      leave.abort();
    }
    const waiting = (async () => {
      for await (const { seq } of board.follow()) {
        seen.push(seq);
        setTimeout(() => board.close(), 1);
      }
    })();
    await waiting;
    expect(seen).toEqual([1, 1]);
    await expect(board.snapshot()).rejects.toThrow('closed');
  });

  it('is no board where there is no repository', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanban-nothing-'));
    try {
      await expect(openBoard(folder).snapshot()).rejects.toThrow(BoardError);
      await expect(openBoard(folder).follow()[Symbol.asyncIterator]().next()).rejects.toThrow(BoardError);
    } finally {
      rmSync(folder, { recursive: true });
    }
    rig.git('checkout', '-q', '-b', 'other');
    rig.git('branch', '-q', '-D', 'main');
    await expect(board.follow()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      problems: [{ message: expect.any(String) as string }],
    });
  });
});

describe('an entry', () => {
  it('has its criteria, and the name of its text', async () => {
    const { criteria, was, text } = await board.entry('t-1');
    expect(criteria).toEqual([
      { text: 'first', checked: false },
      { text: 'second', checked: true },
    ]);
    expect(was).toMatch(/^[0-9a-f]{64}$/);
    expect(text).toContain('## T-1: One');
    await expect(board.entry('T-9')).rejects.toMatchObject({ problems: [{ code: 'unknown-id' }] });
  });

  it('has a diff, whole or of one file, of limited size', async () => {
    rig.branch('T-1', { 'a.txt': 'one\ntwo\nthree\n', 'b.txt': 'b\n' });
    expect(await board.diff('T-2')).toEqual({ id: 'T-2', kind: 'none', files: [], patch: '', truncated: false });
    const whole = await board.diff('T-1');
    expect(whole.files.map(({ path, added }) => [path, added])).toEqual([
      ['a.txt', 3],
      ['b.txt', 1],
    ]);
    const one = await board.diff('T-1', { file: 'b.txt' });
    expect(one.files).toEqual(whole.files);
    expect([one.patch.includes('+b'), one.patch.includes('+two'), one.truncated]).toEqual([true, false, false]);
    const cut = await board.diff('T-1', { max: whole.patch.indexOf('+two') + 2 });
    expect([cut.patch.endsWith('+one\n'), cut.truncated]).toEqual([true, true]);
    await expect(board.diff('T-1', { file: '../../etc/passwd' })).rejects.toMatchObject({
      problems: [{ code: 'not-in-diff' }],
    });
  });

  it('is changed by requests, whose refusals are replies', async () => {
    expect(await board.request({ command: 'prioritize', taskId: 'T-2' })).toMatchObject({ ok: true });
    expect(titles(await board.snapshot())).toEqual(['Two', 'One']);
    expect(await board.pause({ id: 'T-2', why: 'later' })).toMatchObject({ ok: true });
    expect(await board.request({ command: 'approve', taskId: 'T-2' })).toMatchObject({ ok: false });
    expect(await board.inject('T-9', 'hello')).toMatchObject({ ok: false });
    expect(await board.inject('T-1', ' ')).toMatchObject({ ok: false, fix: expect.any(String) as string });
    expect(await board.inject('T-1', 'hello')).toMatchObject({ ok: true, delivered: false, run: null });
    const types: string[] = [];
    for await (const { event } of board.events({ kinds: ['paused', 'injected', 'entry-changed'] }))
      types.push(event.type);
    expect(types).toEqual(['entry-changed', 'entry-changed', 'paused', 'injected']);
  });

  it('may be messaged by a run of its own only', async () => {
    const ofRun = openBoard(rig.root, { env: { ...process.env, ...markOfRun() } });
    expect(await ofRun.inject('T-2', 'hello')).toMatchObject({ ok: false });
    expect(await ofRun.inject('T-1', 'hello')).toMatchObject({ ok: true });
    ofRun.close();
  });

  it('is not changed by a run while no coordinator judges what it asks for', async () => {
    const before = rig.git('rev-parse', 'main');
    const ofRun = openBoard(rig.root, { env: { ...process.env, ...markOfRun() } });
    const refused = { ok: false, message: expect.stringContaining('only a coordinator') as string };
    expect(await ofRun.pause({ id: 'T-2' })).toMatchObject(refused);
    expect(await ofRun.pause()).toMatchObject(refused);
    expect(await ofRun.add([{ title: 'Three' }])).toMatchObject(refused);
    expect(rig.git('rev-parse', 'main')).toBe(before);
    ofRun.close();
  });
});

describe('output', () => {
  it('of what never ran is an error', async () => {
    await expect(board.output('T-1')).rejects.toMatchObject({ problems: [{ code: 'no-run' }] });
    await expect(board.attach('T-1')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      problems: [{ code: 'no-run' }],
    });
  });
});

describe('events', () => {
  it('are read on where a reader stopped, and waited for', async () => {
    await board.inject('T-1', 'one');
    await board.inject('T-1', 'two');
    const ids: string[] = [];
    for await (const { id } of board.events({ limit: 1 })) ids.push(id);
    const followed = board.events({ since: ids[0]!, follow: true })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => ((await followed.next()).value as { event: unknown }).event;
    expect(await next()).toMatchObject({ type: 'injected', text: 'two' });
    const waiting = next();
    await board.inject('T-2', 'three');
    expect(await waiting).toMatchObject({ type: 'injected', id: 'T-2', text: 'three' });
    await followed.return?.();
  });

  it('that the log no longer has are reported', async () => {
    await board.inject('T-1', 'one');
    const types: string[] = [];
    for await (const { event } of board.events({ since: 'events-7:0' })) types.push(event.type);
    expect(types).toEqual(['events-missed', 'injected']);
    writeFileSync(join(rig.root, '.kanban/events.jsonl'), '');
    for await (const { event } of board.events({ since: 'nonsense' })) types.push(event.type);
    expect(types.slice(2)).toEqual(['events-missed']);
  });
});
