import type { Note } from '../pipeline/action.ts';
import type { FailedAction } from '../pipeline/failures.ts';
import type { World } from '../pipeline/world.ts';
import { BLOCKED_RETRY_MS, SAFETY_TICK_MS, STOP_WRITE_TIMEOUT_MS, UNTIL_DONE_GRACE_MS } from './waits.ts';

/** What a tick that changed nothing leaves; times are epoch ms. */
export interface IdleFacts {
  readonly now: number;
  /** The time that the decision was made for: a wait that has ended since is not over until it is decided on. */
  readonly decidedAt: number;
  readonly mode: World['mode'];
  readonly untilDone: boolean;
  /** ms that `--until-done` waits at most for times; null = as long as it takes. */
  readonly maxWait: number | null;
  /** When the first of the ticks in a row that changed nothing was. */
  readonly idleSince: number;
  readonly notes: readonly Pick<Note, 'state' | 'until'>[];
  /** Actions that failed and are still due. */
  readonly failed: readonly Pick<FailedAction, 'lasting' | 'since' | 'until'>[];
  /** Since when each hold of the merge queue lasts. */
  readonly queueHeldSince: readonly number[];
  /** An entry is missing on the board, and it is not certain that it was removed. */
  readonly isUnsure: boolean;
  /** Everything is held. */
  readonly isStopped: boolean;
  /** Until when each column that the user is saving is left alone. */
  readonly boardBusyUntil: readonly number[];
  /** Runs or checks are in progress. */
  readonly isWorking: boolean;
  readonly snapshotDueAt: number;
  /** When time alone changes the decision; null = never. */
  readonly decisionChangesAt: number | null;
  /** ms after which to look, since nothing is watched; null = files are watched. */
  readonly lookAfter: number | null;
}

/** What `--until-done` waits for. */
export type IdleWait = 'time' | 'failure' | 'missing-entry' | 'stop' | 'save';

/** The first wait that keeps `--until-done` from ending; null = nothing does. */
export function idleWait(facts: IdleFacts): IdleWait | null {
  const { now, maxWait } = facts;
  const idle = now - facts.idleSince;
  const isEarly = idle < UNTIL_DONE_GRACE_MS;
  const isLate = maxWait !== null && idle >= maxWait;
  const waits: Readonly<Record<IdleWait, boolean>> = {
    time:
      !isLate &&
      facts.notes.some(({ state, until }) => state !== 'held' && until !== undefined && until > facts.decidedAt),
    failure:
      !isLate &&
      [...facts.failed.filter(({ lasting }) => !lasting).map(({ since }) => since), ...facts.queueHeldSince].some(
        (since) => now - since < UNTIL_DONE_GRACE_MS,
      ),
    'missing-entry': facts.isUnsure && isEarly,
    stop: facts.isStopped && isEarly,
    save: facts.boardBusyUntil.length > 0,
  };
  return (Object.keys(waits) as IdleWait[]).find((wait) => waits[wait]) ?? null;
}

/** Whether the coordinator ends: because it was asked to (`stopped`), because nothing is left to do (`done`), or not (null). */
export function endOf(facts: IdleFacts): 'stopped' | 'done' | null {
  if (facts.mode !== 'run') {
    // A result that only waits for the user's save to settle is still recorded.
    const isWriting = facts.failed.some(({ lasting, since }) => !lasting && facts.now - since < STOP_WRITE_TIMEOUT_MS);
    return isWriting ? null : 'stopped';
  }
  return facts.untilDone && idleWait(facts) === null ? 'done' : null;
}

/** ms until the next look, should nothing wake the coordinator before. */
export function nextLook(facts: IdleFacts): number {
  const { now, lookAfter } = facts;
  const times = [
    now + (facts.isWorking ? 1_000 : SAFETY_TICK_MS),
    facts.snapshotDueAt,
    facts.decisionChangesAt ?? Infinity,
    ...facts.boardBusyUntil,
    ...facts.failed.map(({ until }) => Math.max(until, now + BLOCKED_RETRY_MS)),
  ];
  if (lookAfter !== null) times.push(now + lookAfter);
  if (facts.isUnsure) times.push(now + 500);
  return Math.max(5, Math.min(...times) - now);
}
