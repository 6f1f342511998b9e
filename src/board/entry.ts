import type { Problem } from '../problem.ts';

/** The columns that are files under `board/`, in the order of the work. */
export const COLUMNS = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING'] as const;
export type Column = (typeof COLUMNS)[number];

/** `in-progress` is IN_PROGRESS. @returns null: no column that an entry can stand in */
export const columnNamed = (typed: string): Column | null =>
  COLUMNS.find((column) => column === typed.toUpperCase().replaceAll(/[- ]/g, '_')) ?? null;

/** Tags of an entry's heading, in the order in which they are written. */
export const TAGS = ['RETRY', 'ESCALATED', 'PAUSED', 'APPROVE'] as const;
export type Tag = (typeof TAGS)[number];

/** The fields that the coordinator writes, and no others. */
export const COORDINATOR_FIELDS = ['attempts', 'reviewed', 'tested', 'changelog', 'feedback'] as const;
export type CoordinatorField = (typeof COORDINATOR_FIELDS)[number];

/** The stages whose failures are counted in `attempts`. */
export const STAGES = ['task', 'reviewer', 'tester', 'landing'] as const;
export type Stage = (typeof STAGES)[number];

/** One `key: value` item of the list right under an entry's heading. */
export interface Field {
  /** Lower case, synonyms resolved (`dependencies` is `depends`). */
  readonly key: string;
  readonly value: string;
  /** Offset of the item in the column's text. */
  readonly offset: number;
}

/** A checkbox inside an entry: an acceptance criterion. */
export interface Criterion {
  readonly text: string;
  readonly checked: boolean;
}

/** One task written on the board, as parsed. Offsets are UTF-16 units into the column's text, BOM included. */
export interface Entry {
  /** What this entry is called inside the program: its id, or for one without a number `<COLUMN>?<hash of its text>`. */
  readonly key: string;
  /** `T-12`; null for `T-?` and for quick notes without an id. */
  readonly id: string | null;
  /** `entry`: a heading with an id. `note`: a checkbox line above the first entry of TODO.md. */
  readonly kind: 'entry' | 'note';
  readonly column: Column;
  /** Stands under a further level-1 heading: kept, never picked. */
  readonly parked: boolean;
  /** The text of that level-1 heading; null where it is not parked. */
  readonly parkedUnder: string | null;
  readonly title: string;
  readonly tags: readonly Tag[];
  readonly fields: readonly Field[];
  /** Everything below heading and fields, as written. */
  readonly body: string;
  readonly criteria: readonly Criterion[];
  /** The first ```sh block (also `bash`, `shell`), without its fence; null if there is none. */
  readonly script: string | null;
  /** From `depends`. */
  readonly depends: readonly string[];
  /** From `files`: globs. */
  readonly files: readonly string[];
  /** From `priority`: 0 (P0) to 4; 2 if none. */
  readonly priority: number;
  /** From `timeout`, milliseconds; null if none. */
  readonly timeout: number | null;
  /** From `approve`: overrides the setting; null if none. */
  readonly approve: 'never' | 'start' | 'land' | null;
  /** From `attempts`: failures counted for each stage. */
  readonly attempts: Readonly<Partial<Record<Stage, number>>>;
  readonly reviewed: string | null;
  readonly tested: string | null;
  readonly changelog: string | null;
  readonly feedback: string | null;
  /** The entry's own bytes: `text.slice(start, end)` of its column. */
  readonly start: number;
  readonly end: number;
  readonly source: string;
  /** Where its heading stands: line from 1. */
  readonly line: number;
}

/** One column file, parsed. */
export interface ColumnText {
  readonly column: Column;
  /** Path relative to the repository's root: `board/TODO.md`. */
  readonly path: string;
  /** Exact text; '' for a missing file. */
  readonly text: string;
  /** In the order of the file; notes included, in their places. */
  readonly entries: readonly Entry[];
}

/** The whole board as it stands. */
export interface Board {
  readonly columns: Readonly<Record<Column, ColumnText>>;
  /** Problems with their places; each names the keys that it holds back. */
  readonly problems: readonly Problem[];
}

/** The board's texts, by column; a missing file is null. */
export type BoardTexts = Readonly<Record<Column, string | null>>;
