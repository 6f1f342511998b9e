import type { RunResult } from '../contract/result.ts';
import type { CheckOutcome } from './queue/check-log.ts';
import { unreachable } from '../unreachable.ts';
import { oneLine } from './one-line.ts';
import * as messages from './messages.ts';

/** The merge queue's check of one commit, while it is active and until its result is in the check log. */
export interface CheckRun {
  readonly id: string;
  readonly key: string;
  readonly commit: string;
  readonly entries: readonly string[];
  /** 1 for the first check of this commit. */
  readonly attempt: number;
  /** `starting`: its worktree is being brought to the commit. `ended`: and nothing of it is alive. */
  readonly state: 'starting' | 'alive' | 'ended';
  /** Epoch ms, like all times here. */
  readonly startedAt: number;
  /** When its time is over, if the machine doesn't sleep and `after_create` took none. */
  readonly deadlineAt: number;
  /** Absolute path of its output; the file may be missing. */
  readonly log: string;
  /** There once it has ended. */
  readonly result: CheckResult | null;
}

/** How a check ended. */
export interface CheckResult {
  /** `stopped`: somebody ended it; like `trouble` it says nothing about the commit, and nothing is wrong. */
  readonly outcome: CheckOutcome | 'stopped';
  /** In a line: `exit 1`, `not done after 1800 s`; '' for green. */
  readonly detail: string;
  /** The last lines of its output: at most 20 and 4 KiB. */
  readonly tail: string;
  /** Milliseconds that it took, `after_create` included. */
  readonly ms: number;
}

/**
 * What a check's result.json comes to. Red: the command ended with another exit code than 0, or by a signal, took too long,
 * or printed more than the limit. Red without room on a disk is trouble, and so is all that was not the command's doing.
 * @param stopped it was asked to end
 * @param leastRoom bytes; with fewer free the disk counts as full
 */
export function checkResultOf(result: RunResult, stopped: boolean, leastRoom: number): CheckResult {
  const { cause, tail, startedAt, endedAt, room } = result;
  const detail = oneLine(result.detail.split('\n')[0] ?? '');
  const rest = { tail: tail === '' ? after(result.detail) : tail, ms: Math.max(0, endedAt - startedAt) };
  switch (cause) {
    case 'reported':
      return { outcome: 'green', detail: '', ...rest };
    case 'stopped':
      return { outcome: 'stopped', detail, ...rest };
    case 'no-report':
    case 'timed-out':
    case 'stalled':
      return room !== undefined && room < leastRoom
        ? { outcome: 'error', detail: oneLine(messages.diskFull(detail)), ...rest }
        : { outcome: 'red', detail, ...rest };
    case 'lost':
    case 'not-started':
    case 'provider':
      return { outcome: stopped ? 'stopped' : 'error', detail, ...rest };
    default:
      return unreachable(cause);
  }
}

/** A hook's last lines stand below what it is said to have died of. */
const after = (detail: string): string => detail.split('\n').slice(1).join('\n');
