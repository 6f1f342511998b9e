import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import status from '../../../src/commands/status.ts';
import summary from '../../../src/commands/summary.ts';
import type { Io } from '../../../src/commands/program/command.ts';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import type { Summary } from '../../../src/report/summary/summary.ts';
import { until } from '../../e2e/rig/until.ts';
import { CommandRig } from './command-rig.ts';

let rig: CommandRig;
beforeEach(() => {
  rig = new CommandRig('base: main\nsettle: 0s\nroles: { task: { agent: claude } }\n');
  rig.write('board/TODO.md', '# TODO\n\n## T-1: One\n\n- agent: codex\n\n## T-2: Two\n\n## [PAUSED] T-3: Three\n');
  rig.commit('board');
});
afterEach(() => rig.remove());

describe('kanban status', () => {
  it('shows only the entries that are asked for, as JSON too', async () => {
    const ids = async (options: Record<string, string[]>): Promise<unknown> => {
      const { out } = await rig.call(status, [], { ...options, json: true });
      return (JSON.parse(out) as Snapshot).entries.map(({ id }) => id);
    };
    expect(await ids({ agent: ['codex'] })).toEqual(['T-1']);
    expect(await ids({ agent: ['claude'] })).toEqual(['T-2', 'T-3']);
    expect(await ids({ tag: ['PAUSED'], column: ['TODO'] })).toEqual(['T-3']);
    expect((await rig.call(status, [], { agent: ['codex'] })).out).toMatch(/^TODO +T-1 +One/m);
    expect(await rig.call(status, [], { agent: ['codx,claude'] })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/there is no agent codx .*\n +fix: --agent codex\n/) as string,
    });
  });

  it('names no place in the pool as long as no coordinator takes one', async () => {
    rig.write('WORKFLOW.md', '---\nbase: main\nsettle: 0s\ncapacity: 1\nroles: { task: { agent: shell } }\n---\n');
    const block = '```sh\ntrue\n```\n';
    rig.write('board/TODO.md', `# TODO\n\n## T-1: One\n\n${block}\n## T-2: Two\n\n${block}`);
    rig.commit('ready');
    const { out } = await rig.call(status, [], { json: true });
    const { entries } = JSON.parse(out) as Snapshot;
    expect(entries.map(({ state, why }) => [state, why])).toEqual([
      ['ready', 'ready'],
      ['ready', 'ready'],
    ]);
  });

  it('redraws on a terminal when the board changes, and gives the terminal back', async () => {
    let screen = '';
    const stdout = { write: (text: string) => (screen += text), columns: 80, rows: 24 };
    const io = {
      cwd: rig.root,
      env: { TERM: 'xterm', NO_COLOR: '1' },
      isTTY: true,
      columns: 80,
      stdout,
      stderr: stdout,
    };
    const ended = status({ args: [], options: { watch: true, details: true } }, io as unknown as Io);
    await until(() => screen.includes('T-2'), 'the first frame');
    expect(screen).not.toContain('T-4');
    rig.write('board/TODO.md', `${rig.read('board/TODO.md')}\n## T-4: Four\n`);
    await until(() => screen.includes('T-4'), 'a frame with T-4');
    expect(process.listenerCount('SIGINT')).toBeGreaterThan(0);
    process.emit('SIGINT');
    expect(await ended).toBe(130);
    // The last write wipes the frame and leaves nothing hidden or switched.
    expect(screen).toMatch(/\u001B\[\d+A\u001B\[G\u001B\[J\u001B\[\?2026l$/);
    expect(screen).not.toMatch(/\u001B\[\?(?:25|1049)/);
  });

  it('watches on a terminal only', async () => {
    expect(await rig.call(status, [], { watch: true })).toMatchObject({ code: 2, out: '' });
  });
});

describe('kanban summary', () => {
  it('reads the period from git', async () => {
    rig.commit(
      'T-7: Old one\n\nKanban-Move: T-7 TESTING -> CHANGELOG\nKanban-Usage: T-7 total runs=2 input=5 cost=1.5',
    );
    rig.commit('kanban: T-1\n\nKanban-Verdict: T-1 task blocked\nKanban-Usage: T-1 T-1-1-task-0123abcd cost=0.25');
    const read = JSON.parse((await rig.call(summary, [], { json: true })).out) as Summary;
    expect(read).toMatchObject({
      landed: [{ id: 'T-7', title: 'Old one', total: { costUsd: 1.5 } }],
      failed: [{ id: 'T-1', title: 'One', verdict: 'task blocked', usage: { costUsd: 0.25 }, runs: 1 }],
      waiting: [{ id: 'T-3' }],
      usage: { costUsd: 0.25 },
    });
    expect((await rig.call(summary)).out).toMatch(
      /^since [^]*\nlanded +T-7 +Old one · \d\d:\d\d · 5 tokens, \$1\.50\nfailed +T-1 /,
    );
    const later = await rig.call(summary, [], { since: Date.now() + 60_000, json: true });
    expect(JSON.parse(later.out)).toMatchObject({ landed: [], failed: [] });
  });
});
