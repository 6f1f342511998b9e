import type { SnapshotPatch } from '../contract/snapshot-change.ts';
import type { Problem } from '../problem.ts';
import type { Move } from '../report/ways/moves.ts';
import type { BoardEntry, BoardEvent } from '../surfaces/board-types.ts';

/** What `GET /api/live` sends as `change`: what is other than in the change before; the first one of a stream has everything. */
export interface Change {
  readonly seq: number;
  /** For `applyPatch`. */
  readonly patch: SnapshotPatch;
  /** Why the board can't be read now: what was sent before is the last that could. */
  readonly problems: readonly Problem[];
}

/** What `GET /api/live` sends as `events`: what has happened since. */
export type Events = readonly BoardEvent[];

/** `GET /api/about` */
export interface About {
  /** Of kanban. */
  readonly version: string;
  /** Of the folder of the repository. */
  readonly name: string;
  /** Every request that changes something is refused. */
  readonly readOnly: boolean;
}

/** `GET /api/entry/:id` */
export interface Entry extends BoardEntry {
  /** Its text, its feedback; safe HTML. */
  readonly html: string;
  readonly feedbackHtml: string;
  /** Where it can be moved. */
  readonly moves: readonly Move[];
}

/** Markdown with its safe HTML: reports, rules. */
export interface Rendered {
  readonly text: string;
  readonly html: string;
}

/** Any answer with a status of 400 or more, but for a `BoardReply` that refuses. */
export interface Failure {
  readonly error: string;
  readonly fix?: string;
  /** All that is wrong, where it is more than one thing. */
  readonly problems?: readonly Problem[];
}
