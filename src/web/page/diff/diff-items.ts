import type { EntryDiff } from '../../../surfaces/board-types.ts';
import type { KeyCommand } from '../keys/key-table.ts';
import type { FilePatches } from './file-patches.ts';
import type { DiffRow } from './patch-rows.ts';
import type { LineComment } from './review.ts';

export type Line = Extract<DiffRow, { kind: 'line' }>;

/** What stands in the list of the diff. */
export type Item =
  | DiffRow
  | { readonly kind: 'comment'; readonly file: string; readonly comment: LineComment }
  | { readonly kind: 'editor'; readonly file: string; readonly line: Line };

/** px */
export const HEIGHT = { file: 36, waits: 40, note: 32, hunk: 24, line: 20, editor: 132 } as const;

/** px */
export const heightOf = (item: Item): number =>
  item.kind === 'comment' ? 16 + 20 * Math.min(6, item.comment.text.split('\n').length + 1) : HEIGHT[item.kind];

/** The rows of all files with their comments. */
export function itemsOf(
  { files }: EntryDiff,
  patches: FilePatches,
  comments: readonly LineComment[],
  editing: Line | null,
): readonly Item[] {
  return files.flatMap(({ path: file }): Item[] => {
    const rows = patches.rowsOf(file) ?? [{ kind: 'waits', file }];
    const mine = comments.filter((one) => one.file === file);
    const isEdited = editing?.file === file;
    const head: Item = { kind: 'file', file };
    if (mine.length === 0 && !isEdited) return [head, ...rows];
    return [
      head,
      ...rows.flatMap((row): Item[] => {
        if (row.kind !== 'line') return [row];
        if (isEdited && row === editing) return [row, { kind: 'editor', file, line: row }];
        const comment = mine.find((one) => isAt(one, row));
        return comment === undefined ? [row] : [row, { kind: 'comment', file, comment }];
      }),
    ];
  });
}

export const isAt = ({ file, line, side }: LineComment, row: Line): boolean =>
  file === row.file && (side === 'old' ? row.sign === '-' && row.old === line : row.sign !== '-' && row.now === line);

export const commentOn = ({ file, old, now, sign, code }: Line, text: string): LineComment => ({
  file,
  line: (sign === '-' ? old : now) ?? 0,
  side: sign === '-' ? 'old' : 'new',
  code,
  text,
});

/** Where each item ends; so the one before has its top. */
export function topsOf(items: readonly Item[]): number[] {
  let top = 0;
  return items.map((item) => (top += heightOf(item)));
}

/** The first item whose end is below `y`. */
export function lastAtOrBelow(tops: readonly number[], y: number): number {
  let [low, high] = [0, tops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tops[middle]! <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

const STEPS: Readonly<Partial<Record<KeyCommand, 1 | -1>>> = { down: 1, up: -1, 'next-file': 1, 'previous-file': -1 };
export const isFileStep = (command: KeyCommand): boolean => command === 'next-file' || command === 'previous-file';

/** The line that a key goes to; null: to none. */
export function moved(
  items: readonly Item[],
  cursor: Line | null,
  command: KeyCommand,
): { line: Line; index: number } | null {
  const by = STEPS[command];
  if (by === undefined) return null;
  const fits = (item: Item, at: number): item is Line =>
    item.kind === 'line' && (!isFileStep(command) || (item.file !== cursor?.file && items[at - 1]?.kind === 'hunk'));
  for (let at = (cursor === null ? -1 : items.indexOf(cursor)) + by; at >= 0 && at < items.length; at += by) {
    const item = items[at]!;
    if (fits(item, at)) return { line: item, index: at };
  }
  return null;
}
