import type { EntriesPatch } from './snapshot-change.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * How a coordinator keeps its snapshot in `.kanban/`, for every other process. `snapshot.json` has everything but the
 * entries. `entries.json` has the entries, a line each, as they were at one moment, and `entry-changes.jsonl` each change
 * since then, a line each. `seq` counts the changes; `generation` is the `seq` of `entries.json`. The head has both, and is
 * written last: a reader that finds a number in it finds the entries of that number, or has missed them and reads again.
 */
export const SNAPSHOT_FILES = {
  head: 'snapshot.json',
  entries: 'entries.json',
  changes: 'entry-changes.jsonl',
  followers: 'followers',
} as const;

/**
 * Rises when readers of a former version would misread the files. In version 2 `snapshot.json` held the entries too, in
 * version 3 `entries.json` was written anew for every change.
 */
export const SNAPSHOT_FILES_VERSION = 4;

/** A snapshot without its entries. */
export type SnapshotHead = Omit<Snapshot, 'entries'>;

/** Which entries belong to a head. */
export interface EntriesPlace {
  readonly generation: number;
  readonly seq: number;
}

/** A line of the changes: from the entries of number `from` to those of number `seq`. */
export interface EntryChange extends EntriesPlace {
  readonly from: number;
  readonly patch: EntriesPatch;
}

export const headText = (head: SnapshotHead, place: EntriesPlace): string =>
  JSON.stringify({ ...head, version: SNAPSHOT_FILES_VERSION, ...place });

export const changeText = (change: EntryChange): string => `${JSON.stringify(change)}\n`;

/** @param lines each entry as JSON */
export const entriesText = (lines: readonly string[], seq: number): string =>
  `{"seq":${seq},"entries":[\n${lines.join(',\n')}\n]}\n`;

/** The inverse of `entriesText`; null: it is no such file, or only the beginning of one. */
export function entriesLines(text: string): { readonly seq: number; readonly lines: readonly string[] } | null {
  const begin = text.indexOf('\n') + 1;
  const seq = /^\{"seq":(\d+),"entries":\[\n$/.exec(text.slice(0, begin))?.[1];
  if (seq === undefined || !text.endsWith(END)) return null;
  // JSON has no line break in it.
  return {
    seq: Number(seq),
    lines: text.length - END.length <= begin ? [] : text.slice(begin, -END.length).split(',\n'),
  };
}

const END = '\n]}\n';
