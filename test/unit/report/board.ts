import type { Snapshot, SnapshotEntry, SnapshotQueue, SnapshotRun } from '../../../src/contract/snapshot.ts';
import type { Clock } from '../../../src/report/span.ts';

/** Friday, 14:20:00 by the tests' clock, which knows no time zone. */
export const NOW = Date.UTC(2026, 10, 20, 14, 20);
export const minutes = (count: number): number => count * 60_000;
export const clock: Clock = (at) => new Date(at).toISOString().slice(11, 16);
export const stamp: Clock = (at) => new Date(at).toISOString().slice(11, 19);

export const run = (fields: Partial<SnapshotRun> = {}): SnapshotRun => ({
  id: 'T-14-1-task-0123abcd',
  taskId: 'T-14',
  role: 'task',
  purpose: 'work',
  agent: 'claude',
  state: 'alive',
  startedAt: NOW - minutes(6),
  deadlineAt: NOW + minutes(9),
  stopping: false,
  lost: false,
  inject: 'live',
  last: '',
  waiting: null,
  stalledSince: null,
  ...fields,
});

export const entry = (fields: Partial<SnapshotEntry> = {}): SnapshotEntry => ({
  id: 'T-14',
  key: fields.id ?? 'T-14',
  title: 'Rate-limit the login',
  column: 'IN_PROGRESS',
  tags: [],
  state: 'running',
  reason: null,
  why: '',
  on: [],
  until: null,
  attempts: {},
  run: null,
  usage: null,
  messages: 0,
  worktree: null,
  depends: [],
  priority: 2,
  files: [],
  agent: null,
  criteria: { done: 0, all: 0 },
  since: null,
  estimate: null,
  startedAt: null,
  feedback: null,
  ways: [],
  parked: null,
  ...fields,
});

export const queue = (fields: Partial<SnapshotQueue> = {}): SnapshotQueue => ({
  mode: 'batch',
  check: 'npm test',
  size: 4,
  most: 16,
  batch: [],
  waiting: [],
  running: null,
  held: null,
  reason: null,
  until: null,
  recent: [],
  checks: 0,
  flakes: 0,
  remote: null,
  ...fields,
});

export const snapshot = (fields: Partial<Snapshot> = {}): Snapshot => ({
  version: 2,
  at: NOW,
  base: { name: 'main', sha: '3f2a9c1d00000000000000000000000000000000', checkout: '/repo' },
  coordinator: { pid: 4121, since: NOW - minutes(12) },
  mode: 'run',
  capacity: 6,
  push: false,
  queue: queue(),
  stops: [],
  warnings: [],
  warningDetails: [],
  today: {},
  dayEnds: NOW,
  entries: [],
  orphanRuns: [],
  ...fields,
});

/** The board of the sample in README.md. */
export const sample = (): Snapshot => {
  const todo = (id: string, fields: Partial<SnapshotEntry>): SnapshotEntry =>
    entry({ id, key: id, column: 'TODO', title: `Todo ${id}`, ...fields });
  return snapshot({
    entries: [
      ...['T-20', 'T-21', 'T-22', 'T-23', 'T-24'].map((id) => todo(id, { state: 'ready', why: 'ready' })),
      ...['T-30', 'T-31'].map((id) => todo(id, { state: 'waits', on: ['T-12'], why: 'waits for T-12' })),
      todo('T-40', { state: 'being-edited', why: 'being edited', until: NOW + 3000 }),
      entry({ run: run({ last: 'edits src/auth/limit.ts' }) }),
      entry({
        id: 'T-12',
        title: 'Login crashes on an empty password',
        column: 'REVIEW',
        run: run({
          id: 'T-12-1-reviewer-0123abcd',
          taskId: 'T-12',
          role: 'reviewer',
          agent: 'codex',
          waiting: { why: 'rate-limited', until: NOW + minutes(12) },
        }),
      }),
      entry({
        id: 'T-9',
        title: 'Answer 400',
        column: 'REVIEW',
        tags: ['ESCALATED'],
        state: 'needs-person',
        why: 'tests failed twice: auth.test.ts expected 400, got 500',
        worktree: '.worktrees/T-9',
      }),
      entry({
        id: 'T-11',
        title: 'Drop lodash',
        column: 'TESTING',
        state: 'held',
        why: 'you have changed package.json',
      }),
    ],
  });
};
