import { failed, ok, type Result } from '../problem.ts';
import { diffFiles, type DiffFile } from '../report/diff-files.ts';
import type { DiffQuery, EntryDiff } from './board-types.ts';
import { entryWork, withWork, type ReadWork } from './entry-work.ts';
import * as messages from './messages.ts';
import type { BoardContext } from './with-board.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * An entry's work as a list of files and a patch. A path is looked up in the list; it is never opened.
 * Problems: `unknown-id`; `not-in-diff`.
 */
export async function entryDiff(
  board: BoardContext,
  typed: string,
  { file, max = MAX_BYTES }: DiffQuery,
): Promise<Result<EntryDiff>> {
  const work = await entryWork(board, typed);
  if (!work.ok) return work;
  const { id, kind } = work.value;
  if (work.value.kind === 'none') return ok({ id, kind, files: [], patch: '', truncated: false });
  return withWork(board, work.value, async ({ diff, uncommitted }: ReadWork): Promise<Result<EntryDiff>> => {
    const changed = diffFiles((await diff(['--numstat', '-z'])).toString());
    const chosen = changed.find(({ path }) => path === file);
    if (file !== undefined && chosen === undefined)
      return failed([{ code: 'not-in-diff', message: messages.notInDiff(id, file) }]);
    const whole = await diff([], chosen === undefined ? undefined : pathsOf(chosen));
    const dirty = new Set(uncommitted);
    const files = changed.map((one) => ({ ...one, uncommitted: dirty.has(one.path) }));
    return ok({ id, kind, files, ...cut(whole, max) });
  });
}

/** Both paths of a renamed file: with one alone it looks like a new one. */
const pathsOf = ({ path, from }: DiffFile): string[] => (from === null ? [path] : [from, path]);

/** Not in the middle of a line. @param max bytes */
function cut(whole: Buffer, max: number): Pick<EntryDiff, 'patch' | 'truncated'> {
  if (whole.length <= max) return { patch: whole.toString(), truncated: false };
  return { patch: whole.toString('utf8', 0, whole.lastIndexOf('\n', Math.max(0, max - 1)) + 1), truncated: true };
}
