import { COLUMNS, type Entry } from '../board/entry.ts';
import { BoardReader } from '../coordinator/observe/board/board-reader.ts';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { withId } from '../pipeline/named-id.ts';
import { failed, ok, type Result } from '../problem.ts';
import { unknownAmong } from '../report/look-problems.ts';
import type { BoardContext } from './with-board.ts';

/** All entries as they stand now, hand edits that are not committed included. @param now epoch ms */
export async function entriesOnBoard({ repo, settings, view }: BoardContext, now: number): Promise<Result<Entry[]>> {
  if (view.base === null) return failed([missingBase(repo, settings.base)]);
  const read = await new BoardReader(repo).read({ ...view, base: view.base }, settings, {
    now,
    stillness: 0,
    gone: new Set(),
  });
  return ok(COLUMNS.flatMap((column) => read.board.columns[column].entries));
}

/** The entry of that id, in any case of its letters. */
export async function entryNamed(board: BoardContext, typed: string): Promise<Result<Entry>> {
  const entries = await entriesOnBoard(board, Date.now());
  if (!entries.ok) return entries;
  const entry = withId(entries.value, typed);
  return entry === undefined ? failed([unknownAmong(typed, idsOf(entries.value))]) : ok(entry);
}

/** Without those that have no number yet. */
export const idsOf = (entries: readonly { readonly id: string | null }[]): string[] =>
  entries.flatMap(({ id }) => id ?? []);
