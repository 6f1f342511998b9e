import { COLUMNS, type BoardTexts, type Column, type Entry } from '../../board/entry.ts';
import { createSectionMemo, parseBoard } from '../../board/parse.ts';
import type { Repository } from '../../git/git.ts';
import { readBlob, readCommit } from '../../git/objects/objects.ts';
import type { Settings } from '../../workflow/settings.ts';

/**
 * An entry as it stood right before the commit that took it off the board: in that commit's first parent.
 * @param commit full SHA. @returns null when it stands nowhere there, or there is no parent.
 */
export async function entryBefore(
  repo: Repository,
  settings: Pick<Settings, 'board' | 'ids'>,
  commit: string,
  id: string,
): Promise<Entry | null> {
  const parent = (await readCommit(repo, commit))?.parents[0];
  if (parent === undefined) return null;
  const texts: Record<Column, string | null> = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null };
  for (const column of COLUMNS) {
    const text = (await readBlob(repo, parent, `${settings.board}/${column}.md`))?.toString() ?? null;
    // What does not name it needs no parsing.
    texts[column] = text?.includes(id) === true ? text : null;
  }
  const { columns } = parseBoard(texts satisfies BoardTexts, {
    ids: settings.ids,
    boardPath: settings.board,
    memo: createSectionMemo(),
  });
  return COLUMNS.flatMap((column) => columns[column].entries).find((entry) => entry.id === id) ?? null;
}
