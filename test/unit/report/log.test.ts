import { describe, expect, it } from 'vitest';
import { renderLife, renderLog, withoutVerdict } from '../../../src/report/log.ts';
import {
  logMoves,
  standingLandings,
  withReverts,
  type LogCommit,
  type LogMove,
} from '../../../src/report/log-moves.ts';
import { renderEntry, type EntryView } from '../../../src/report/show.ts';
import { clock, entry, minutes, NOW } from './board.ts';

const trailers = (text: string): LogCommit['trailers'] =>
  text
    .trim()
    .split('\n')
    .map((line) => ({ key: line.slice(0, line.indexOf(':')).trim(), value: line.slice(line.indexOf(':') + 1).trim() }));
const commit = (sha: string, text: string, more: Partial<LogCommit> = {}): LogCommit => ({
  sha: sha.repeat(10),
  at: NOW,
  author: { name: 'Ada (kanban)' },
  committer: { email: 'ada@example.com' },
  subject: `subject ${sha}`,
  trailers: trailers(text),
  ...more,
});

const commits = [
  commit(
    'aaaa',
    'Kanban-Move: T-12 TESTING -> CHANGELOG\nKanban-Agent: T-12 task=claude\nKanban-Agent: T-12 reviewer=codex',
  ),
  commit(
    'bbbb',
    'Kanban-Move: T-12 IN_PROGRESS -> REVIEW\nKanban-Run: T-12 T-12-1-task-0a\nKanban-Verdict: T-12 task done\nKanban-Agent: T-12 task=claude',
  ),
  commit('cccc', 'Kanban-Move: T-12 TODO -> IN_PROGRESS\nKanban-Move: T-13 TODO -> IN_PROGRESS'),
  commit('dddd', 'Kanban-Move: T-9 TODO -> CHANGELOG', {
    committer: { email: 't-12.task.claude@kanban.invalid' },
  }),
  commit('eeee', 'Signed-off-by: Ada'),
  commit('ffff', 'Kanban-By: T-9 Bob <bob@example.com>\nKanban-Request: 001-ab'),
  commit(
    '9999',
    'Kanban-Run: T-9 T-9-2-tester-0b\nKanban-Verdict: T-9 tester failed\nKanban-Escalated: T-9 tests failed twice',
  ),
];

describe('landings that stand', () => {
  it('are those that no later move took back', () => {
    const move = (commit: string, from: string, to: string, id = 'T-1'): LogMove =>
      ({ commit, id, from, to }) as unknown as LogMove;
    const moves = [
      move('f', 'TESTING', 'CHANGELOG', 'T-2'),
      move('e', 'CHANGELOG', 'TODO'),
      move('d', 'TESTING', 'CHANGELOG'),
      move('c', 'REVIEW', 'TESTING'),
      move('b', 'CHANGELOG', 'TODO', 'T-2'),
      move('a', 'TESTING', 'CHANGELOG', 'T-2'),
    ];
    expect(standingLandings(moves).map(({ commit }) => commit)).toEqual(['f']);
    expect(standingLandings(moves.slice(2)).map(({ commit }) => commit)).toEqual(['d']);
  });
});

describe('log', () => {
  it('tells what each commit did to each entry', () => {
    expect(renderLog(logMoves(commits, null), { clock, width: null, colour: false })).toMatchInlineSnapshot(`
      "14:20  T-12  TESTING → CHANGELOG · task claude, reviewer codex · by Ada (kanban)
      14:20  T-12  IN_PROGRESS → REVIEW · task done · claude · by Ada (kanban)
      14:20  T-12  TODO → IN_PROGRESS · by Ada (kanban)
      14:20  T-13  TODO → IN_PROGRESS · by Ada (kanban)
      14:20  T-9   subject ffff · by Bob
      14:20  T-9   tester failed · needs you: tests failed twice · by Ada (kanban)
      "
    `);
  });

  it('has the entry of a number, and what was deleted by hand', () => {
    const all = [commit('8888', 'Kanban-Deleted: T-9 TODO', { author: { name: 'Ada' } }), ...commits];
    expect(logMoves(all, '12').map(({ id }) => id)).toEqual(['T-12', 'T-12', 'T-12']);
    expect(logMoves(all, '2')).toEqual([]);
    expect(renderLog(logMoves(all, '9').slice(0, 1), { clock, width: null, colour: false })).toBe(
      '14:20  T-9   deleted by hand from TODO · by Ada\n',
    );
  });

  it('tells of a landing that was taken back, and who asked for it', () => {
    const undo = commit(
      'abcd',
      'Kanban-Move: T-12 CHANGELOG -> TODO\nKanban-Undone: T-12 0a1b2c3d4e\nKanban-By: T-12 Bob <bob@example.com>',
    );
    expect(renderLog(logMoves([undo], 'T-12'), { clock, width: null, colour: false })).toBe(
      '14:20  T-12  CHANGELOG → TODO · undone: 0a1b2c3 taken back · by Bob\n',
    );
  });

  it('tells where a result was not accepted, whatever it reported', () => {
    const text = (outcome: string, verdict: string) =>
      renderLog(logMoves([commit('abcd', `Kanban-Verdict: T-1 ${verdict}\nKanban-Outcome: T-1 ${outcome}`)], null), {
        ...{ clock, width: null, colour: false },
      });
    expect(text('work failed', 'task done')).toContain('task done, not accepted · ');
    expect(text('work passed', 'task done')).toContain('task done · ');
    expect(text('work failed', 'tester failed')).toContain('tester failed · ');
  });

  it('names a landing that git revert took back, where it happened', () => {
    const revert = commit('beef', '', { author: { name: 'Nina' }, at: NOW - minutes(90), trailers: [] });
    const other = commit('cafe', 'Kanban-Move: T-2 TODO -> IN_PROGRESS');
    const all = [revert, other, ...commits];
    const landing = commits[0]!.sha;
    const moves = withReverts(all, logMoves(all, null), [
      { commit: revert, reverted: landing },
      { commit: revert, reverted: other.sha },
    ]);
    expect(moves.slice(0, 2)).toMatchObject([
      { id: 'T-12', from: 'CHANGELOG', to: 'TESTING', undone: landing, by: 'Nina', verdict: null },
      { id: 'T-2' },
    ]);
    expect(moves).toHaveLength(logMoves(all, null).length + 1);
    expect(standingLandings(moves)).toEqual([]);
    expect(withReverts(commits, logMoves(commits, null), [])).toEqual(logMoves(commits, null));
  });

  it('shows landings with title and commit', () => {
    const [landing] = logMoves(commits, null);
    expect(renderLog([{ ...landing!, title: 'Login crashes' }], { clock, width: null, colour: false })).toBe(
      '14:20  aaaaaaa  T-12  Login crashes · task claude, reviewer codex · by Ada (kanban)\n',
    );
  });

  it('believes nothing that a run committed', () => {
    expect(logMoves(commits, null).some(({ commit: sha }) => sha.startsWith('dddd'))).toBe(false);
  });

  it('tells the life of one entry with its reports, whatever the case of its id', () => {
    const life = logMoves(commits, 't-12')
      .toReversed()
      .map((move) => ({ ...move, report: move.run === null ? null : 'Fixed\u001b[2J hash().\n\n  More.' }));
    expect(renderLife(life, { clock, width: null, colour: false })).toMatchInlineSnapshot(`
      "14:20  ccccccc  TODO → IN_PROGRESS · by Ada (kanban)

      14:20  bbbbbbb  IN_PROGRESS → REVIEW · task done · claude · by Ada (kanban)
          run T-12-1-task-0a
          Fixed hash().

            More.

      14:20  aaaaaaa  TESTING → CHANGELOG · task claude, reviewer codex · by Ada (kanban)
      "
    `);
  });

  it('keeps to the width', () => {
    for (const line of renderLog(logMoves(commits, null), { clock, width: 40, colour: false }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(40);
  });
});

describe('show', () => {
  const view: EntryView = {
    id: 'T-9',
    estimate: '2h',
    seconds: 3_900,
    title: 'Answer 400',
    place: 'REVIEW',
    entry: entry({
      id: 'T-9',
      column: 'REVIEW',
      tags: ['ESCALATED'],
      state: 'needs-person',
      why: 'tests failed twice',
      attempts: { tester: 2 },
      worktree: '.worktrees/T-9',
    }),
    text: '## [ESCALATED] T-9: Answer 400\n\n- attempts: tester 2\n\nThe text.\n\n',
    runs: [
      {
        id: 'T-9-1-tester-0a',
        role: 'tester',
        purpose: 'work',
        agent: 'claude',
        startedAt: NOW - minutes(9),
        endedAt: NOW - minutes(5),
        cause: 'reported',
        detail: '',
        verdict: 'failed',
        usage: { input: 12_000, output: 300, costUsd: 0.34 },
        files: { list: [{ path: 'src/a.ts', from: null, added: 40, removed: 7 }], more: 2, added: 50, removed: 9 },
        outcome: 'recorded by 9999999',
      },
      {
        id: 'T-9-2-task-0b',
        role: 'task',
        purpose: 'mend',
        agent: 'claude',
        startedAt: NOW - minutes(3),
        endedAt: null,
        cause: null,
        detail: '',
        verdict: null,
        usage: null,
        files: null,
        outcome: null,
      },
    ],
    output: { run: 'T-9-2-task-0b', lines: ['expected 400, got 500', '\u001b[31mFAIL\u001b[0m'] },
    branch: {
      name: 'T-9',
      tip: '1234567890',
      worktree: '/repo/.worktrees/T-9',
      commits: [{ sha: '1234567890', subject: 'Answer 400' }],
    },
    history: logMoves(commits, 'T-9').toReversed(),
    ways: ['kanban retry T-9'],
  };

  it('tells all that is known of an entry', () => {
    expect(renderEntry(view, { now: NOW, clock, colour: false, width: null })).toMatchInlineSnapshot(`
      "T-9: Answer 400
      REVIEW: [ESCALATED]  waits  tests failed twice
      failed attempts: tester 2
      1h 5m of 2h (estimate)

      next
        kanban retry T-9

      entry
        ## [ESCALATED] T-9: Answer 400

        - attempts: tester 2

        The text.

      branch
        T-9 at 1234567 · /repo/.worktrees/T-9 · 1 commit over base
        1234567  Answer 400

      runs
        14:11  tester  claude  4m    failed · 12.3k tokens, $0.34 · 3 files +50 −9 (recorded by 9999999)
        14:17  fix     claude  3m    is on

      last output of T-9-2-task-0b
        expected 400, got 500
        FAIL

      history
        14:20  9999999  tester failed · needs you: tests failed twice · by Ada (kanban)
        14:20  fffffff  subject ffff · by Bob
      "
    `);
  });

  it.each([
    [{ runs: 2, untold: 0, total: { input: 1000, output: 200, costUsd: 0.5 } }, ['used: 1.2k tokens, $0.50']],
    [{ runs: 3, untold: 1, total: { costUsd: 0.5 } }, ['used: $0.50 (1 of 3 runs reported nothing)']],
    [{ runs: 1, untold: 1, total: {} }, ['used: unknown (1 of 1 runs reported nothing)']],
    [null, []],
  ])('tells what its runs have used, as far as they told: %j', (usage, lines) => {
    const text = renderEntry(
      { ...view, entry: { ...view.entry!, usage } },
      { now: NOW, clock, colour: false, width: null },
    );
    expect(text.split('\n').filter((line) => line.startsWith('used:'))).toEqual(lines);
  });

  it('tells where a landed one went', () => {
    const landed: EntryView = {
      ...view,
      id: 'T-12',
      place: 'CHANGELOG',
      entry: null,
      text: null,
      runs: [],
      output: null,
      branch: null,
      ways: [],
      history: logMoves(commits, 'T-12').toReversed(),
    };
    expect(renderEntry(landed, { now: NOW, clock, colour: false, width: null }).split('\n').slice(0, 2)).toEqual([
      'T-12: Answer 400',
      'landed 14:20 as aaaaaaa',
    ]);
    const gone = (text: string, more: Partial<LogCommit> = {}): string | undefined =>
      renderEntry(
        { ...landed, place: 'ABANDONED', estimate: null, history: logMoves([commit('abcd', text, more)], null) },
        { now: NOW, clock, colour: false, width: null },
      ).split('\n')[1];
    expect(gone('Kanban-Move: T-12 TODO -> ABANDONED\nKanban-By: T-12 Bob <bob@example.com>')).toBe(
      'abandoned 14:20 by Bob (abcdabc)',
    );
    expect(gone('Kanban-Deleted: T-12 REVIEW', { author: { name: 'Ada' } })).toBe(
      'deleted by hand from REVIEW 14:20 by Ada (abcdabc)',
    );
    expect(gone('Signed-off-by: Ada')).toBe('abandoned');
  });

  it('says why a run ended once, and keeps to the width but for code', () => {
    const ended = { ...view.runs[0]!, cause: 'stopped', detail: 'kanban stop, asked by Ada' };
    const lines = (outcome: string | null, width: number | null): string[] =>
      renderEntry(
        {
          ...view,
          text: `${'word '.repeat(20)}\n\n\`\`\`sh\necho ${'x '.repeat(40)}\n\`\`\`\n`,
          runs: [{ ...ended, outcome }],
        },
        { now: NOW, clock, colour: false, width },
      ).split('\n');
    expect(lines('stopped: kanban stop, asked by Ada', null).join('\n').split('asked by Ada')).toHaveLength(2);
    expect(lines('put aside', null).join('\n')).toContain('(put aside)');
    const long = lines(null, 40).filter((line) => line.length > 40);
    expect(long).toEqual([expect.stringMatching(/^ {2}echo x/)]);
  });

  it('does not repeat the verdict in the reason', () => {
    expect(withoutVerdict('tester: failed: expected 400', 'tester failed')).toBe('expected 400');
    expect(withoutVerdict('tester: failed: expected 400', null)).toBe('tester: failed: expected 400');
    expect(withoutVerdict('expected 400', 'tester failed')).toBe('expected 400');
  });
});
