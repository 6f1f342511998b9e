import type { Column } from '../entry.ts';

/** A text that a column file has had. */
export interface Version {
  readonly text: string;
  /** Who wrote it: the coordinator (or a command), or the user. */
  readonly by: 'coordinator' | 'user';
  /** From when the file had it, epoch ms. */
  readonly at: number;
  /** From when the file had it again, after other texts that are no versions. */
  readonly again?: number;
  /** It stood on disk only: in no commit and in no ref. */
  readonly isLoose?: boolean;
}

/** An entry that a save lacked and that was put back. */
export interface RestoredEntry {
  readonly column: Column;
  /** Epoch ms. */
  readonly at: number;
}

/** An entry that a save had although it stands in another column, and that was taken out of it. */
export interface RemovedEntry extends RestoredEntry {
  /** Its text in the save. */
  readonly source: string;
}

/** A column file that somebody saved. */
export interface Save {
  readonly column: Column;
  /** Texts of that file of the last hour, oldest first. The last one is what the coordinator takes to be its content. */
  readonly versions: readonly Version[];
  /** Texts that were read and replaced before they could become versions: what they named has been on the board. */
  readonly brief?: readonly Version[];
  /** What is on disk now. */
  readonly disk: string;
  /** Current texts of the other columns. */
  readonly others: Readonly<Partial<Record<Column, string | null>>>;
  /** Other columns that the user has saved too. */
  readonly pending?: readonly Column[];
  /** Ids that left the board for good (landed, abandoned): their entry in an old buffer goes again. */
  readonly gone?: ReadonlySet<string>;
  /** Ids that the coordinator last knew to be on the board, in any column. */
  readonly known?: ReadonlySet<string>;
  /** Where the entries are that base has, by id. */
  readonly places?: ReadonlyMap<string, Column>;
  /** Ids that stand in another column only because its file was saved from an old text, by that column. */
  readonly old?: ReadonlyMap<Column, ReadonlySet<string>>;
  /** Epoch ms when the save was first seen. */
  readonly at?: number;
  /** Entries that an earlier save lacked, by id. */
  readonly restored?: ReadonlyMap<string, RestoredEntry>;
  /** Entries that were taken out of an earlier save of another column, by id: perhaps the first half of a cut and paste. */
  readonly removed?: ReadonlyMap<string, RemovedEntry>;
}

/** What a save means. */
export interface SaveReading {
  /** Index of the version that the save was made from. */
  readonly madeFrom: number;
  /** What the file must contain now; equal to `disk` if there is nothing to change. */
  readonly text: string;
  /** Other columns whose text changes too. */
  readonly others: Readonly<Partial<Record<Column, string>>>;
  /** Entries that stay where the coordinator put them (`to: null`: off the board). */
  readonly moved: readonly { readonly id: string; readonly to: Column | null }[];
  /** Entries that the save lacks and that stay, by id; `paused`: with the tag `[PAUSED]`. */
  readonly restored: readonly { readonly id: string; readonly paused: boolean }[];
  /** Entries that the user had deleted and that the save has: they stay as `[PAUSED]`. */
  readonly returned: readonly string[];
  /** Those of them that are not in that column now, for its file was saved from an old text too. */
  readonly old: readonly string[];
  /** Entries that were taken out of the save because they are in another column, by id. */
  readonly removed: ReadonlyMap<string, string>;
  /** Keys whose other half of a move by hand may not be saved yet: wait before acting. */
  readonly ambiguous: readonly string[];
  /** The save, if it has words of the user that are in no file afterwards: it must be kept in git first. */
  readonly keep: readonly string[];
}

/** How the command that prints a kept save begins; an entry that has it gets no second hint. */
export const PRINT_SAVE = 'git show refs/kanban/saves/';
/** Stands in a text for the command that prints the kept save, until its ref is known. */
export const SAVED_AS = `${PRINT_SAVE}<n>`;

/** The user has this long to paste what was cut: cut and paste takes up to a minute. */
export const CUT_AND_PASTE = 10 * 60_000;
/** A second save that lacks a restored entry deletes it only this long after the first. */
export const SECOND_DELETION = 2_000;
