import type { Usage } from './agent-event.ts';

/** How a run ended. */
export const CAUSES = [
  'reported',
  'no-report',
  'timed-out',
  'stalled',
  'provider',
  'not-started',
  'stopped',
  'lost',
] as const;

export type Cause = (typeof CAUSES)[number];

/** Work kept under `refs/kanban/rescue/<id>/<n>` instead of being committed on the branch. */
export interface Rescue {
  readonly ref: string;
  readonly why: string;
  readonly paths: readonly string[];
}

/** `result.json`: facts, not judgement; the pipeline judges. */
export interface RunResult {
  readonly version: 1;
  readonly runId: string;
  readonly cause: Cause;
  readonly detail: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Milliseconds of awake time that the agent had. */
  readonly awake: number;
  /** Milliseconds of it for which the agent waited for its provider; absent = none, or its agent does not tell. */
  readonly waited?: number;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** The branch's tip after everything below. */
  readonly tip: string;
  /** Commits over base on the branch: `git rev-list --count base..tip`, against base as it is now. */
  readonly ahead: number;
  /** Files that differ between merge base and tip, without renames. */
  readonly changed: readonly string[];
  /** Commit that holds what the agent left uncommitted; null if nothing. */
  readonly leftovers: string | null;
  readonly rescued: readonly Rescue[];
  /** Board files that the branch had changed and that were put back. */
  readonly boardRestored: readonly string[];
  /** Files that the run hid from `git status` (the first ones); they count again. */
  readonly unhidden?: readonly string[];
  /** Facts that fail the run whatever its report says ("HEAD was left on another branch"). */
  readonly faults: readonly string[];
  /** Why its worktree was not touched, with what the user can do: the entry is escalated. */
  readonly refused?: string;
  /** Commits by the run's identity on base or in the user's checkout, newest first; absent where the runner was an older one. */
  readonly strays?: readonly OutsideCommit[];
  /** A report was found and copied. */
  readonly reported: boolean;
  /** Bytes of output. */
  readonly output: number;
  /** Last lines of the output (at most 20 lines, 4 KiB), for findings. */
  readonly tail: string;
  /** Processes that could not be ended in 60 s. */
  readonly survivors: readonly { readonly pid: number; readonly command: string }[];
  /** Names of processes that the sweep ended after the agent was gone. */
  readonly swept: readonly { readonly pid: number; readonly command: string }[];
  /** For cause `provider`: when it may be asked again (epoch ms), if it said so. */
  readonly providerUntil?: number;
  /** The agent's own session, if it named one. */
  readonly session?: string;
  /** What this run used, as far as the agent reported it. */
  readonly usage?: Usage;
  /** Total of the agent's whole session, where it tells no other figure: the next run of that session counts from here. */
  readonly sessionUsage?: Usage;
  /** Tool calls that were refused for want of permission, as text; at most 10. */
  readonly denied?: readonly string[];
  /** For cause `not-started`: the agent needs a login or a key; no retry helps before the user has seen to it. */
  readonly login?: boolean;
  /** For cause `not-started`: the session that was to continue is gone; the next run begins a new one. */
  readonly noSession?: boolean;
  /** For cause `stopped`: a cap was reached. */
  readonly capped?: boolean;
  /** Of a check: the fewest bytes that were free on the disks of its worktree and its TMPDIR while it ran. */
  readonly room?: number;
}

/** A commit that a run made where it had no business. */
export interface OutsideCommit {
  readonly sha: string;
  readonly subject: string;
  /** At most 20 files that it changed (against its first parent). */
  readonly files: readonly string[];
  readonly isMerge: boolean;
  /** Short name of the branch that it lies on; '' = the detached HEAD of the user's checkout. */
  readonly on: string;
  /** Only the branch was moved: index and files of the checkout are still as before. */
  readonly onlyRef?: boolean;
}
