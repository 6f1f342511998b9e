import { COLUMNS, type Entry } from '../../board/entry.ts';
import { nearestOf } from '../../board/nearest.ts';
import { BoardReader } from '../../coordinator/observe/board-reader.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { baseMissing, unknownId } from '../../report/look-problems.ts';
import type { OpenBoard } from '../program/open-board.ts';

/** All entries as they stand now, hand edits that are not committed included. @param now epoch ms */
export async function entriesOnBoard({ repo, settings, view }: OpenBoard, now: number): Promise<Result<Entry[]>> {
  if (view.base === null) return failed([baseMissing(settings.base)]);
  const read = await new BoardReader(repo).read({ ...view, base: view.base }, settings, {
    now,
    stillness: 0,
    gone: new Set(),
  });
  return ok(COLUMNS.flatMap((column) => read.board.columns[column].entries));
}

/** The entry of that id, in any case of its letters. */
export async function entryNamed(board: OpenBoard, typed: string): Promise<Result<Entry>> {
  const entries = await entriesOnBoard(board, Date.now());
  if (!entries.ok) return entries;
  const entry = entries.value.find(({ id }) => id !== null && isSameId(id, typed));
  return entry === undefined
    ? failed([
        unknownId(
          typed,
          nearestOf(
            typed.toUpperCase(),
            entries.value.flatMap(({ id }) => id ?? []),
          ),
        ),
      ])
    : ok(entry);
}
