import { describe, expect, it } from 'vitest';
import type { LogMove } from '../../../src/report/log-moves.ts';
import { renderSummary } from '../../../src/report/summary/summary-text.ts';
import { summaryOf, type SummaryRun } from '../../../src/report/summary/summary.ts';
import { clock, entry, minutes, NOW, run, snapshot } from './board.ts';

const move = (fields: Partial<LogMove> & Pick<LogMove, 'id'>): LogMove => ({
  commit: '3f2a9c1d00000000000000000000000000000000',
  at: NOW - minutes(60),
  by: 'Ada (kanban)',
  from: null,
  to: null,
  run: null,
  verdict: null,
  outcome: null,
  agent: null,
  asked: null,
  escalated: null,
  undone: null,
  deleted: null,
  usage: [],
  subject: `kanban: ${fields.id}`,
  title: null,
  report: null,
  ...fields,
});

const T12 = 'T-12-1-task-0123abcd';
const moves: LogMove[] = [
  move({
    id: 'T-12',
    from: 'TESTING',
    to: 'CHANGELOG',
    subject: 'T-12: Login crashes',
    run: 'T-12-3-tester-0123abcd',
    usage: [
      { run: 'T-12-3-tester-0123abcd', costUsd: 0.5 },
      { run: 'total', costUsd: 2, input: 1000 },
    ],
  }),
  move({ id: 'T-9', verdict: 'tester failed', escalated: 'tests failed twice: expected 400, got 500' }),
  move({ id: 'T-9', verdict: 'tester failed' }),
  move({ id: 'T-12', from: 'REVIEW', to: 'IN_PROGRESS', verdict: 'reviewer changes-requested' }),
  move({
    id: 'T-12',
    from: 'IN_PROGRESS',
    to: 'REVIEW',
    verdict: 'task done',
    run: T12,
    usage: [{ run: T12, costUsd: 1 }],
  }),
  move({ id: 'T-5', verdict: 'task timed-out', from: null, to: null, run: 'T-5-1-task-0123abcd' }),
  move({ id: 'T-6', from: 'CHANGELOG', to: 'TODO', undone: 'abcdef', subject: 'Undo T-6' }),
  move({ id: 'T-7', from: 'TODO', to: 'ABANDONED', title: 'Drop lodash' }),
  move({ id: 'T-7', verdict: 'task failed' }),
  move({ id: 'T-3', verdict: 'reviewer changes-requested', outcome: 'work failed' }),
];
const runs: SummaryRun[] = [
  { id: T12, taskId: 'T-12', usage: { costUsd: 1 } },
  { id: 'T-9-1-task-0123abcd', taskId: 'T-9', usage: null },
];
const board = snapshot({
  at: NOW,
  entries: [
    entry({
      id: 'T-9',
      title: 'Flaky import',
      column: 'REVIEW',
      state: 'needs-person',
      tags: ['ESCALATED'],
      worktree: '.worktrees/T-9',
    }),
    entry({ id: 'T-5', title: 'Slow', column: 'IN_PROGRESS', state: 'running', feedback: 'the time limit of 15m' }),
    entry({
      id: 'T-4',
      title: 'Ask me',
      column: 'TESTING',
      state: 'needs-person',
      tags: ['APPROVE'],
      why: 'waits for approval',
    }),
    entry({ id: 'T-3', title: 'Busy', column: 'IN_PROGRESS', state: 'running', run: run({ taskId: 'T-3' }) }),
    entry({ id: 'T-6', title: 'Again', column: 'TODO', state: 'needs-person', tags: ['PAUSED'], why: 'paused' }),
    entry({ id: 'T-8', title: 'Next', column: 'TODO', state: 'ready' }),
  ],
});
const facts = { moves, runs, snapshot: board, since: NOW - minutes(600) };

describe('summary', () => {
  it('gives a landing its own title, whatever stands under its id now', () => {
    const reused = { ...board, entries: [...board.entries, entry({ id: 'T-12', key: 'T-12', title: 'Another task' })] };
    expect(summaryOf({ ...facts, snapshot: reused }).landed).toMatchObject([{ id: 'T-12', title: 'Login crashes' }]);
  });

  it('tells of each entry once what became of it, and counts each run once', () => {
    const summary = summaryOf(facts);
    expect(summary).toMatchObject({
      since: NOW - minutes(600),
      at: NOW,
      usage: { costUsd: 1.5 },
      // One of them has no folder any more and reported no usage: its commit tells of it.
      runs: 4,
      recorded: 3,
      landed: [
        { id: 'T-12', title: 'Login crashes', usage: { costUsd: 1.5 }, runs: 2, total: { costUsd: 2, input: 1000 } },
      ],
      failed: [
        {
          id: 'T-9',
          failures: 2,
          verdict: 'tester failed',
          why: 'tests failed twice: expected 400, got 500',
          column: 'REVIEW',
          state: 'needs-person',
          runs: 1,
          usage: {},
        },
        { id: 'T-5', failures: 1, why: 'the time limit of 15m', ways: [] },
      ],
      waiting: [{ id: 'T-4', why: 'waits for approval' }, { id: 'T-6' }],
      undone: [{ id: 'T-6' }],
      abandoned: [{ id: 'T-7', title: 'Drop lodash' }],
      inWork: [{ id: 'T-3' }],
    });
  });

  it('is a page', () => {
    const text = renderSummary(summaryOf(facts), board, { clock, width: null, colour: false });
    expect(text).toMatchInlineSnapshot(`
      "since 04:20 (10h) · 1 landed · 2 failed · 2 waiting · 3 need you · 4 runs ended (1 without a recorded result), $1.50
      landed       T-12  Login crashes · 13:20 · 1k tokens, $2.00
      failed       T-9   Flaky import · needs you · tester failed · 2 failures · tests failed twice: expected 400, got 500 · 1 run
                         kanban show T-9 · kanban retry T-9 · fix .worktrees/T-9, then kanban retry T-9 --fixed
                   T-5   Slow · task timed-out · the time limit of 15m · 1 run
      waiting      T-4   Ask me · needs you · waits for approval
                         kanban show T-4 · kanban approve T-4
                   T-6   Again · needs you · paused
                         kanban show T-6 · kanban resume T-6
      undone       T-6   Again
      abandoned    T-7   Drop lodash
      in work      T-3   Busy
      TODO         1 ready
      "
    `);
    const narrow = renderSummary(summaryOf(facts), board, { clock, width: 72, colour: false });
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(72);
    const quiet = { ...facts, moves: [], runs: [], snapshot: snapshot({ at: NOW, entries: [] }) };
    expect(renderSummary(summaryOf(quiet), quiet.snapshot, { clock, width: null, colour: true })).toContain(
      'since 04:20 (10h) · 0 landed · 0 failed · 0 waiting · 0 runs ended',
    );
  });

  it('counts an entry that was deleted by hand as abandoned, unless it has come back', () => {
    const deleted = [move({ id: 'T-99', deleted: 'REVIEW' }), move({ id: 'T-99', verdict: 'task failed' })];
    const summary = summaryOf({ ...facts, runs: [], moves: deleted });
    expect([summary.abandoned, summary.failed]).toMatchObject([[{ id: 'T-99' }], []]);
    const back = snapshot({ at: NOW, entries: [entry({ id: 'T-99' })] });
    expect(summaryOf({ ...facts, runs: [], moves: deleted, snapshot: back })).toMatchObject({
      abandoned: [],
      failed: [{ id: 'T-99' }],
    });
  });

  it('counts a result that was not accepted as a failure, whatever it reported', () => {
    const overruled = move({ id: 'T-3', verdict: 'task done', outcome: 'work failed', escalated: null });
    const summary = summaryOf({ ...facts, runs: [], moves: [overruled] });
    expect(summary.failed).toMatchObject([{ id: 'T-3', verdict: 'task done, not accepted', failures: 1 }]);
    expect(summary.inWork.map(({ id }) => id)).not.toContain('T-3');
    const passed = summaryOf({ ...facts, runs: [], moves: [{ ...overruled, outcome: 'work passed' }] });
    expect(passed.failed).toEqual([]);
  });

  it('takes what is known of an entry that has left the board since it failed', () => {
    const gone = { ...facts, runs: [], moves: [move({ id: 'T-1', verdict: 'landing conflict' })] };
    expect(summaryOf(gone).failed).toMatchObject([
      { id: 'T-1', verdict: 'landing conflict', why: 'landing conflict', column: null, state: null },
    ]);
    const bare = { ...facts, runs: [], moves: [move({ id: 'T-1', escalated: 'asked', verdict: null })] };
    expect(summaryOf(bare).failed).toMatchObject([{ verdict: '', why: 'asked' }]);
    const red = {
      ...facts,
      runs: [],
      moves: [move({ id: 'T-1', verdict: 'tester failed', escalated: 'tester: failed: 400' })],
    };
    expect(summaryOf(red).failed).toMatchObject([{ verdict: 'tester failed', why: '400' }]);
    const plain = { ...facts, runs: [], moves: [move({ id: 'T-2', to: 'CHANGELOG', subject: 'T-2: x' })] };
    expect(summaryOf(plain).landed).toMatchObject([{ total: null, runs: 0 }]);
    expect(renderSummary(summaryOf(plain), board, { clock, width: null, colour: false })).toContain(
      'T-2   x · 13:20\n',
    );
  });
});
