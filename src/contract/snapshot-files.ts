import type { Snapshot } from './snapshot.ts';

/**
 * How a coordinator keeps its snapshot in `.kanban/`, for every other process: `snapshot.json` has everything but the
 * entries, `entries.json` the entries, a line each, written only when one has changed. Both are renamed into place, the
 * entries first; `seq` names the entries that belong to a snapshot.
 */
export const SNAPSHOT_FILES = { head: 'snapshot.json', entries: 'entries.json', followers: 'followers' } as const;

/** Rises when readers of a former version would misread the files. In version 2 `snapshot.json` held the entries too. */
export const SNAPSHOT_FILES_VERSION = 3;

/** A snapshot without its entries. */
export type SnapshotHead = Omit<Snapshot, 'entries'>;

export const headText = (head: SnapshotHead, seq: number): string =>
  JSON.stringify({ ...head, version: SNAPSHOT_FILES_VERSION, seq });

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
