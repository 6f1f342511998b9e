import type { Column } from '../board/entry.ts';
import type { Role } from '../workflow/roles.ts';

/** What is read of a commit of base. */
export interface MetricsCommit {
  readonly sha: string;
  /** Epoch ms. */
  readonly at: number;
  readonly committerEmail: string;
  readonly subject: string;
  readonly trailers: readonly { readonly key: string; readonly value: string }[];
}

/** What is counted of an entry while it is on the board. Times are epoch seconds: commits have no finer ones. */
export interface OpenEntry {
  /** When it left TODO first. */
  start: number | null;
  column: string | null;
  since: number | null;
  /** Seconds in each column so far. */
  columns: Partial<Record<Column, number>>;
  /** When it was tested, and waits to land. */
  tested: number | null;
  /** Recorded runs. */
  runs: number;
  reviews: number;
  changes: number;
  /** Verdicts that sent it back. */
  failures: number;
  /** It needed the user since it came onto the board. */
  stuck: boolean;
  /** null: no agent reported it. */
  cost: number | null;
  tokens: number | null;
  /** Runs of each role. */
  roles: Partial<Record<Role, number>>;
}

/** How an entry left the board. */
export interface EntryRow extends Omit<OpenEntry, 'column' | 'since' | 'tested'> {
  readonly id: string;
  readonly how: 'landed' | 'by-hand' | 'abandoned';
  /** As the subject of its landing has it; null: the subject has another form. */
  readonly title: string | null;
  readonly at: number;
  /** When its landing was taken back. */
  undone: number | null;
  /** Seconds from its test to its landing; null: it did not land by the queue. */
  readonly waited: number | null;
  /** The estimate that it had when it landed, seconds; null: none that is a time. */
  readonly estimate: number | null;
}

/** A recorded run. */
export interface RunRow {
  readonly at: number;
  readonly id: string;
  readonly role: Role;
  readonly agent: string;
  /** Its result was accepted, or it is a review that asks for changes. */
  readonly ok: boolean;
  /** Its verdict, such as `done` or `approved`, or what ended it, such as `timed-out`; `not-accepted`: it reported success, which was refused. */
  readonly cause: string;
  /** Its role had run before for the entry. */
  readonly again: boolean;
  /** null: no commit tells. */
  readonly seconds: number | null;
  /** Seconds of these for which it waited for its provider; null: no commit tells. */
  readonly waited: number | null;
  readonly cost: number | null;
  readonly tokens: number | null;
}

/** All that the fold keeps; plain JSON. */
export interface FoldState {
  readonly version: 5;
  /** SHA of the newest commit that is in it. */
  at: string | null;
  /** Times of the oldest and the newest commit with an entry. */
  first: number | null;
  last: number | null;
  commits: number;
  readonly open: Record<string, OpenEntry>;
  readonly entries: EntryRow[];
  readonly runs: RunRow[];
  /** Every time that the user was needed. */
  readonly escalated: EscalationRow[];
}

export interface EscalationRow {
  readonly id: string;
  readonly at: number;
}
