import type { Column, Tag } from '../board/entry.ts';
import type { Role } from '../workflow/roles.ts';
import type { AlertFigure } from './alert-figure.ts';
import type { HoldReason } from './hold.ts';
import type { Reason } from './reason.ts';
import type { Inject } from './brief.ts';
import type { HookPhase, Usage } from './agent-event.ts';

/** `run`; `finish`: nothing new is started, runs may end; `stop`: runs are ended, their work kept. */
export type Mode = 'run' | 'finish' | 'stop';

export type EntryState =
  | 'running'
  | 'ready'
  | 'waits'
  | 'being-edited'
  | 'waits-for-provider'
  | 'held'
  | 'lands'
  | 'needs-person'
  | 'parked';

/** What a surface may show: stable JSON, printed by `kanban status --json`. Times are epoch milliseconds. */
export interface Snapshot {
  readonly version: 2;
  readonly at: number;
  readonly base: { readonly name: string; readonly sha: string; readonly checkout: string | null };
  /** null: none is running. */
  readonly coordinator: { readonly pid: number; readonly since: number } | null;
  readonly mode: Mode;
  readonly capacity: number;
  readonly push: boolean;
  readonly queue: SnapshotQueue;
  /** What stops everything, as text. */
  readonly stops: readonly string[];
  /** What is reported besides: the board is not where the user looks, problems of files. */
  readonly warnings: readonly string[];
  /** The same, each with the entries whose reason it is. */
  readonly warningDetails: readonly SnapshotWarning[];
  /** Absent: no coordinator runs, or it is of a former version. */
  readonly alerts?: readonly SnapshotAlert[];
  /** What agents have used today, as far as they report it; and until when that day lasts. */
  readonly today: Usage;
  readonly dayEnds: number;
  readonly entries: readonly SnapshotEntry[];
  /** Runs whose entry is not on the board any more. */
  readonly orphanRuns: readonly SnapshotRun[];
}

/** A figure that is above its limit now. */
export interface SnapshotAlert extends AlertFigure {
  /** Epoch ms. */
  readonly since: number;
  readonly why: string;
}

export interface SnapshotWarning {
  readonly text: string;
  /** Keys of the entries whose `reason` it is. */
  readonly entries: readonly string[];
  /** Of a problem of the board's files, as in `kanban preflight`; absent: `info`. */
  readonly level?: 'stops' | 'holds' | 'info';
}

/** The merge queue: what lands, what is checked for it, and what holds it up. */
export interface SnapshotQueue {
  readonly mode: 'serial' | 'batch';
  /** The check's command; null = none: what is tested lands. */
  readonly check: string | null;
  /** How many the next batch may have, and the most that it may have. */
  readonly size: number;
  readonly most: number;
  /** Tasks that are being brought to land, in landing order. */
  readonly batch: readonly SnapshotQueued[];
  /** Tested tasks that wait for a place in a batch, in order, and those that are held. */
  readonly waiting: readonly SnapshotQueued[];
  readonly running: SnapshotCheck | null;
  /** Why nothing lands just now, as text; null = nothing holds the queue up. */
  readonly held: string | null;
  /** The same as data. */
  readonly reason: HoldReason | null;
  /** When that is looked at again. */
  readonly until: number | null;
  /** The newest checks, newest first; at most 20. */
  readonly recent: readonly SnapshotChecked[];
  /** Checks carried out, and how many of their reds were green on the same commit later. */
  readonly checks: number;
  readonly flakes: number;
  /** null: no remote is used. */
  readonly remote: SnapshotRemote | null;
}

/** What a task in the queue waits for. */
export type QueueCode =
  /** It passed the check, in this place of the batch. */
  | 'passed'
  | 'checking'
  | 'waits-for-check'
  /** Its batch failed the check: the queue searches for the culprit. */
  | 'searching'
  | 'suspected'
  | 'waits-for-batch'
  | 'conflicts'
  | 'pushing'
  | 'held';

export interface SnapshotQueued {
  readonly id: string;
  readonly title: string;
  /**
   * `green`: checked in this place of the batch. `unchecked`: not yet. `suspect`: red with it, green without it; checked
   * again before it is sent back. `held`: something is in the way.
   */
  readonly state: 'green' | 'unchecked' | 'suspect' | 'held';
  /** What it waits for, as data; null: not known yet. */
  readonly reason: { readonly code: QueueCode } | null;
  /** As text. */
  readonly why: string;
}

export interface SnapshotCheck {
  readonly id: string;
  readonly commit: string;
  /** The tasks that are in the tree besides base. */
  readonly entries: readonly string[];
  /** What for: `first`, `again` (after a failure), `control` of base, `search` for the culprit, `confirm` it. */
  readonly purpose: 'first' | 'again' | 'control' | 'search' | 'confirm';
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Its output, relative to the root. */
  readonly log: string;
  /** The hook that it is at, before its command; absent: none. */
  readonly hook?: HookPhase;
}

export interface SnapshotChecked {
  readonly at: number;
  readonly commit: string;
  readonly entries: readonly string[];
  /** `error`: it could not be carried out; neither red nor green. */
  readonly outcome: 'green' | 'red' | 'error';
  readonly detail: string;
  readonly seconds: number;
  /** Relative to the root. */
  readonly log: string;
}

export interface SnapshotRemote {
  readonly name: string;
  readonly branch: string;
  /** What the remote had when it was asked last; null = not that branch, or not known yet. */
  readonly tip: string | null;
  readonly fetchedAt: number | null;
  /** It can't be reached: as text. */
  readonly away: string | null;
  /** The same as data. */
  readonly reason: HoldReason | null;
  /** It refuses pushes: the server's words. */
  readonly rejected: string | null;
  /** Who holds the lock on the remote: `us`, nobody that is known (`null`), or who, as text. */
  readonly lock: string | null;
  readonly pushing: boolean;
}

export interface SnapshotEntry {
  readonly id: string | null;
  readonly key: string;
  readonly title: string;
  readonly column: Column;
  readonly tags: readonly Tag[];
  readonly state: EntryState;
  /** Why it stands where it stands; null: not decided yet. */
  readonly reason: Reason | null;
  /** The reason as a sentence. */
  readonly why: string;
  /** The ids that it waits for. */
  readonly on: readonly string[];
  /** When that changes by itself. */
  readonly until: number | null;
  readonly attempts: Readonly<Record<string, number>>;
  readonly run: SnapshotRun | null;
  /** What all its runs have used, as far as their agents report it; null = no run reported any. */
  readonly usage: { readonly runs: number; readonly untold: number; readonly total: Usage } | null;
  /** Messages that wait to be given to an agent. */
  readonly messages: number;
  /** Where the work stands, relative to the root; null = no worktree. */
  readonly worktree: string | null;
  /** What its field `depends` names, in order. */
  readonly depends: readonly SnapshotDependency[];
  /** 0 (P0) to 4; 2 where none is written. */
  readonly priority: number;
  /** The globs of its field `files`. */
  readonly files: readonly string[];
  /** The agent that its field names; null = that of the role. */
  readonly agent: string | null;
  /** Its checkboxes. */
  readonly criteria: { readonly done: number; readonly all: number };
  /** What its field `estimate` says, as written; null = it has none. */
  readonly estimate: string | null;
  /** When it left TODO first; null = it has not yet. */
  readonly startedAt: number | null;
  /** When it came into this column; null = no commit tells. */
  readonly since: number | null;
  /** What the last failed stage, or the user, has to say to the next run. */
  readonly feedback: string | null;
  /** Where it needs the user: commands that resolve it, the likeliest first; else none. */
  readonly ways: readonly string[];
  /** The level-1 heading that it is parked under; null = it is not parked. */
  readonly parked: string | null;
  /** Names its text, as `was` of requests has it. Absent: the coordinator is of a former version. */
  readonly was?: string;
}

export interface SnapshotDependency {
  readonly id: string;
  /** `parked`: on the board, under a further level-1 heading; `unknown`: neither on the board nor in history. */
  readonly state: 'landed' | 'open' | 'parked' | 'abandoned' | 'unknown';
}

export interface SnapshotRun {
  readonly id: string;
  readonly taskId: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  readonly agent: string;
  readonly state: 'starting' | 'alive' | 'ended' | 'foreign';
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly stopping: boolean;
  /** Its runner has died: nothing of it works, and the coordinator has not recorded that yet. */
  readonly lost: boolean;
  /** How a message reaches it: `live`, `resume`, `restart` or `none`. */
  readonly inject: Inject;
  /** The last thing the agent did, in a few words; '' = nothing yet. */
  readonly last: string;
  /** Waits for its provider. */
  readonly waiting: { readonly until: number | null; readonly why: string } | null;
  /** Since when nothing has moved. */
  readonly stalledSince: number | null;
}

/** What a run is doing, beyond what decisions need. */
export interface RunActivity {
  readonly last: string;
  readonly waiting: { readonly until: number | null; readonly why: string } | null;
  readonly stalledSince: number | null;
}
