import type { Request } from '../contract/request.ts';
import type { Problem } from '../problem.ts';
import type { ExitOutcome } from './exit-outcome.ts';

/** Steps of the start and of a tick, as errors name them. */
export const STEPS = {
  sharedState: 'restoring what all worktrees share',
  ownFolder: 'making .kanban',
  deadLocks: 'removing dead locks',
  recovery: 'recovering',
  setUp: 'setting up',
  leftoverProcesses: 'ending processes of runs that have ended',
  look: 'reading the repository',
} as const;

/* The start. */

export const waitsForCommand = (command: string): string => `waits for \`${command}\` to end`;

export const removedDeadLocks = (locks: readonly string[]): string =>
  `removed locks of a git process that was killed: ${locks.join(', ')}`;

export const setUpNotCommitted = (why: string): string => `the set-up is not committed yet: ${why}`;

export const BASE_MOVED = 'base has moved';

export const setUpCommitted = (paths: readonly string[], sha: string): string =>
  `committed the set-up (${paths.join(', ')}) as ${sha.slice(0, 10)}`;

export const SET_UP_SUBJECT = 'kanban: set up';

/* The loop. */

export const notWatched = (everyMs: number, error: string): string =>
  `files cannot be watched, so kanban looks for changes every ${everyMs / 1000} s: ${error}`;

export const oldRunsNotRemoved = (error: unknown): string => `old run folders cannot be removed: ${String(error)}`;
export const maintenanceFailed = (error: unknown): string => `git maintenance failed: ${String(error)}`;

export const removedSpecialFiles = (paths: readonly string[]): string =>
  `removed FIFOs that would block git: ${paths.join(', ')}`;

export const notPinned = (error: unknown): string => `lost landings cannot be marked: ${String(error)}`;

export const IN_MOTION =
  'another git process is changing files of the checkout (.git/index.lock exists; remove it if no git process runs)';

export const notReadable = (why: string): Problem => ({
  code: 'not-readable',
  message: `The repository cannot be read: ${why}`,
  fix: 'make it readable for you, or move what is in the way',
});

/** A run moved base; all that is read of it would be wrong. @param what with its fix */
export const baseMoved = (what: string): Problem => ({ code: 'base-moved', message: what });

export const LOCK_LOST: Problem = {
  code: 'lock-lost',
  message: "The coordinator's lock was taken away while it ran",
  fix: 'start it again: kanban run',
};

/* The end. */

export const FAILED = 'something failed';

export const WHY_ENDED: Readonly<Record<ExitOutcome['code'], string>> = {
  0: 'nothing is left to do',
  1: 'it lost its lock',
  2: 'settings or board cannot be read',
  3: 'preflight failed',
  4: 'the rest needs you',
  130: 'it was asked to',
};

/* Requests to the coordinator. */

export const unknownSender = ({ command, taskId }: Pick<Request, 'command' | 'taskId'>): string =>
  `\`kanban ${command}${taskId === null ? '' : ` ${taskId}`}\` was refused: its sender has ended or cannot be seen from here, and a run may have written it`;

export const runAgain = (refused: string): string => `${refused}. Fix: run the command again`;

export const WAITS_RETRIED = 'work continues; whatever waits is tried again';
export const STOPPING_RUNS = 'runs are being stopped; their work is kept';
export const FINISHING_RUNS = 'nothing new is started; active runs may finish';

export const WORK_CONTINUES = 'work continues';
export const NOTHING_HELD = 'nothing is paused or held';
export const PAUSED = 'paused: runs are stopped, and their work and sessions are kept; kanban resume continues';
export const PAUSE_REASON_CHANGED = 'everything is paused already; the reason is changed';
export const PAUSED_ALREADY = 'paused already; kanban resume continues';

export const agentsRetried = (agents: readonly string[]): string =>
  `work continues; runs of ${agents.join(', ')} are tried again`;

/* The merge queue and the remote. */

export const ASKING_REMOTE = 'the remote is asked for its state before base moves';
export const NOTHING_MAY_LAND = 'nothing may land';
export const NOT_PUSHABLE = 'landings cannot be pushed now';

export const pushOfUndo = (ids: readonly string[]): string => `push of the undo of ${ids.join(', ')}`;

/* Requests that a command carries out. */

export const baseHeld = (open: string): Problem => ({ code: 'base-held', message: open, fix: 'finish it first' });

export const notCarriedOut = (why: string): Problem => ({
  code: 'not-carried-out',
  message: `Nothing was done: ${why}`,
  fix: 'fix that, then run the command again',
});

export const NOTHING_POSSIBLE = 'it is not possible now';
export const RUN_STOPPING = 'its run is being stopped';
export const NOTHING_ALIVE = 'no coordinator and no run is alive';

export const runsStopped = (runIds: readonly string[]): string => `stopped ${runIds.join(', ')}; their work is kept`;

export const RUNS_LIVE_ON: Problem = {
  code: 'runs-live-on',
  message: 'Some runs could not be ended',
  fix: 'kanban doctor',
};

export const NO_COORDINATOR: Problem = {
  code: 'no-coordinator',
  message: 'Nothing was changed: only a coordinator carries out what a run asks for, and none is running',
  fix: 'write it into the report',
};

/** @param holder of the coordinator's lock: a coordinator, or a command that has it for a moment */
export const waitsForAnswer = (
  command: string,
  holder: { readonly pid: number; readonly command?: string | undefined } | null,
  why: string | null,
): string => {
  const who = holder?.command === undefined ? 'the coordinator' : `\`${holder.command}\``;
  const pid = holder === null ? '' : ` (pid ${holder.pid})`;
  return `kanban ${command} waits for ${who}${pid}: ${why ?? 'it has not answered yet'}. The request stays: do not repeat it`;
};

export const NO_ANSWER: Problem = {
  code: 'no-answer',
  message:
    'The coordinator has not answered; the request stays in its mailbox and is carried out later: do not repeat it',
  fix: 'look at it: kanban status',
};

export const WATCHING = 'watching for changes';

/** Of an entry that waits for the same reason as one above. */
export const asOther = (name: string): string => `as ${name}`;
