import type { Column, CoordinatorField, Tag } from '../board/entry.ts';
import type { Role } from '../workflow/roles.ts';
import type { FailedAction } from './failures.ts';
import type { Reply, RunOrigin } from '../contract/request.ts';
import type { Reason } from '../contract/reason.ts';
import type { EntryState } from '../contract/snapshot.ts';

/** A git trailer; values of ours begin with the task id. */
export interface Trailer {
  readonly name: `Kanban-${string}`;
  readonly value: string;
}

/** A tested entry, and the tip that the tester passed. */
export interface Candidate {
  readonly key: string;
  readonly id: string;
  readonly tip: string;
}

/** What a move changes in the entry itself. */
export interface EntryChange {
  readonly addTags?: readonly Tag[];
  readonly removeTags?: readonly Tag[];
  /** null removes the field. */
  readonly setFields?: Readonly<Partial<Record<CoordinatorField, string | null>>>;
}

/** An entry changes column, tags or fields: one commit. `from === to`: it stays where it is. */
export interface MoveEntry {
  readonly type: 'move-entry';
  readonly key: string;
  readonly id: string;
  readonly from: Column;
  readonly to: Column;
  readonly position: 'top' | 'bottom';
  /** Key of the entry that it is put before. */
  readonly before?: string | undefined;
  /** `from === to`, and it changes its place there all the same. */
  readonly reorders?: boolean;
  readonly change: EntryChange;
  /** For the commit's body. */
  readonly report: string;
  /** In a few words, for the event line. */
  readonly why: string;
  readonly trailers: readonly Trailer[];
  /** The run whose result this move takes in. */
  readonly consumesRun: string | null;
  /** The request that it answers. */
  readonly request: string | null;
  /** Set when the user is needed now. */
  readonly needsPerson: boolean;
  /** Refused while the worktree has uncommitted work: the commit on the branch counts as the user's fix. */
  readonly needsCommitted?: true;
}

/** Everything that `decide` may ask for; `perform` has one case for each. */
export type Action =
  | MoveEntry
  /**
   * The tester passed the candidate, and nothing stands in the way of its landing. If it can land at once, the landing is the
   * commit that records the tester's result; else `result` records it, and the landing follows from the board.
   */
  | { readonly type: 'land-tested'; readonly candidate: Candidate; readonly result: MoveEntry }
  /** Entries and notes go from TODO to IN_PROGRESS, in one commit; ids are given where there are none. */
  | { readonly type: 'pick-entries'; readonly picks: readonly { readonly key: string; readonly id: string }[] }
  /** An entry without a number outside TODO gets its id. */
  | { readonly type: 'number-entry'; readonly key: string; readonly column: Column; readonly id: string }
  /** One entry or several. `proposedBy`: a run added it; it is parked, and the user decides. */
  | {
      readonly type: 'add-entry';
      readonly text: string;
      /** What its entries are called in each other's `depends`, in their order. */
      readonly keys?: readonly string[];
      readonly request: string;
      readonly position?: 'top' | 'bottom';
      readonly proposedBy?: RunOrigin;
    }
  /** The user's own text takes the place of the entry's, unless the entry changed since `was`. */
  | {
      readonly type: 'edit-entry';
      readonly key: string;
      readonly id: string;
      readonly column: Column;
      readonly text: string;
      /** What `entryHash` makes of the text that it was made from; null: the text of this very look. */
      readonly was: string | null;
      /** What is done, for the history; absent: an edit. */
      readonly why?: string;
      readonly trailers: readonly Trailer[];
      readonly request: string;
    }
  /** The entry leaves the board for good; the reason goes into CHANGELOG.md. `deleted`: without a line there, as by hand. */
  | {
      readonly type: 'abandon-entry';
      readonly deleted?: boolean;
      readonly trailers?: readonly Trailer[];
      readonly key: string;
      readonly id: string;
      readonly from: Column;
      readonly why: string;
      readonly request: string;
    }
  /** Its landing is taken back: code, CHANGELOG line and board, in one commit. */
  | {
      readonly type: 'undo-entry';
      readonly id: string;
      /** The landing's commit. */
      readonly landing: string;
      readonly why: string;
      /** Its entry gets `[PAUSED]`. */
      readonly isPaused: boolean;
      /** Who asked for it. */
      readonly trailers: readonly Trailer[];
      readonly request: string;
    }
  | {
      readonly type: 'start-run';
      readonly id: string;
      readonly role: Role;
      readonly purpose: 'work' | 'mend';
      readonly agent: string;
      /** `done` with this tip is a failure. */
      readonly mustDiffer: string | null;
    }
  | { readonly type: 'stop-run'; readonly run: string; readonly detail: string }
  /** The result counts for nothing on the board; it is marked so that it is read once. */
  | { readonly type: 'put-aside'; readonly run: string; readonly why: string }
  /** All that is tested and may land, in order: the merge queue sees to it. */
  | { readonly type: 'land-entries'; readonly entries: readonly Candidate[] }
  /** The user merged the branch: the entry leaves the board and its line is written, in one commit. */
  | {
      readonly type: 'close-merged';
      readonly key: string;
      readonly id: string;
      readonly from: Column;
      readonly tip: string;
    }
  /** The entry came back to the board: so does its newest branch. */
  | { readonly type: 'restore-branch'; readonly id: string; readonly ref: string; readonly tip: string }
  /** The entry stands in TODO again: its worktree goes, its branch stays. */
  | { readonly type: 'remove-worktree'; readonly id: string }
  /** A branch without an entry, or one to be begun afresh. */
  | { readonly type: 'retire-branch'; readonly id: string; readonly how: 'landed' | 'empty' | 'abandoned' | 'afresh' }
  | { readonly type: 'answer-request'; readonly request: string; readonly reply: Reply };

/** Why an entry stands where it stands; the one source of what `status` and exit codes say. */
export interface Note {
  readonly key: string;
  readonly id: string | null;
  readonly state: EntryState;
  readonly reason: Reason;
  /** For `waits` on other entries. */
  readonly on?: readonly string[];
  /** Epoch ms when this changes by itself. */
  readonly until?: number;
}

/** What one tick is to do, and why all the rest is not done. */
export interface Decision {
  readonly actions: readonly Action[];
  readonly notes: readonly Note[];
  /** Actions that are due but for their last failure: left out until their next try. */
  readonly postponed: readonly FailedAction[];
  /** Epoch ms of the next moment at which time alone changes the decision; null = none. */
  readonly wakeAt: number | null;
}
