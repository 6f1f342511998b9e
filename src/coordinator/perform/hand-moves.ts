import { COLUMNS, type Board, type BoardTexts, type Column } from '../../board/entry.ts';
import { isStillWritten } from '../../board/saves/vanished.ts';

/** What became of an entry between two texts of the board; `to` null: its heading is in no column any more. */
export interface HandMove {
  readonly id: string;
  readonly from: Column;
  readonly to: Column | null;
}

/** Entries that changed column, then those that were deleted. @param texts of the board after it */
export function handMoves(before: Board, after: Board, texts: BoardTexts): HandMove[] {
  const [old, now] = [placesOf(before), placesOf(after)];
  const moved = [...now].flatMap(([id, to]): HandMove[] => {
    const from = old.get(id) ?? null;
    return from !== null && from !== to ? [{ id, from, to }] : [];
  });
  const present = new Set(now.keys());
  // A heading that a fence swallowed or that is misspelt is a slip.
  const deleted = [...old].filter(([id]) => !now.has(id) && !isStillWritten({ id, title: null }, texts, present));
  return [...moved, ...deleted.map(([id, from]): HandMove => ({ id, from, to: null }))];
}

export const placesOf = (board: Board): Map<string, Column> =>
  new Map(
    COLUMNS.flatMap((column) =>
      board.columns[column].entries.flatMap(({ id }) => (id === null ? [] : [[id, column] as const])),
    ),
  );
