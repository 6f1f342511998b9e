import type { Problem } from '../../problem.ts';
import type { BoardReply } from '../board-types.ts';

/** An entry to be added. */
export interface NewEntry {
  /** What other entries of the same call name in `depends`; it is written nowhere. */
  readonly key?: string;
  readonly title: string;
  /** Its body, markdown. */
  readonly text?: string;
  /** Acceptance criteria, each a checkbox below the body. */
  readonly criteria?: readonly string[];
  /** Globs of the files that it is about. */
  readonly files?: readonly string[];
  /** Task ids, and keys of this call. */
  readonly depends?: readonly string[];
  /** P0 (first) to P4, or critical, high, medium, low. */
  readonly priority?: string;
  /** The agent of its task role. */
  readonly agent?: string;
  /** It is not picked until it is resumed. */
  readonly paused?: boolean;
}

export interface AddOptions {
  /** Only says what would be wrong; nothing is written. */
  readonly dryRun?: boolean;
}

/** `ok: false`: nothing was written. */
export interface AddReply extends BoardReply {
  /** The new ids, in the order of the entries; empty where nothing was written. */
  readonly ids: readonly string[];
  /** Everything that is wrong with the entries. */
  readonly problems: readonly Problem[];
}
