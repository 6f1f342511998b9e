import { linesWithText } from '../../board/saves/line-distance.ts';
import type { Repository } from '../../git/git.ts';
import { objectName } from '../../git/objects/loose.ts';
import { editTree, entryAt, readBlob, readCommit, writeCommit } from '../../git/objects/objects.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { readRefs, updateRefs, type RefUpdate } from '../../git/refs.ts';
import * as messages from './messages.ts';

const SAVES = 'refs/kanban/saves/';
const REPLACED = 'refs/kanban/replaced/';
/** As many of each are kept. */
const MAX_SAVES = 50;

/**
 * Keeps a text that the user saved and that will be in no file, as a commit on top of base under `refs/kanban/saves/<n>`. One
 * that the user most likely typed on from goes under `refs/kanban/replaced/<n>`, so that it takes no place of the others.
 * A text that is kept already is not kept again, and one that has all of the newest takes its place, as every save of somebody
 * who types does; the oldest of more than 50 goes.
 * @param path of the file, relative to the root
 * @returns the ref (`git show <ref>:<path>` prints the text), or why it could not be written
 */
export async function keepSave(
  repo: Repository,
  base: string,
  path: string,
  { text, isOlder }: { readonly text: string; readonly isOlder: boolean },
): Promise<Result<string, string>> {
  const prefix = isOlder ? SAVES : REPLACED;
  const refs = (await readRefs(repo, [prefix]))
    .map(({ name, sha }) => ({ name, sha, n: Number(name.slice(prefix.length)) }))
    .filter(({ n }) => Number.isSafeInteger(n))
    .toSorted((a, b) => b.n - a.n);
  const blob = objectName(repo, 'blob', Buffer.from(text));
  for (const { name, sha } of refs) if ((await entryAt(repo, sha, path))?.sha === blob) return ok(name);
  const commit = await readCommit(repo, base);
  if (commit === null) return failed(messages.notACommit(base));
  const tree = await editTree(repo, commit.tree, new Map([[path, Buffer.from(text)]]));
  const message = messages.keptSave(path, isOlder);
  const written = await writeCommit(repo, { tree, parents: [base], message, author: undefined });
  if (!written.ok) return failed(written.error.map((problem) => problem.message).join('; '));
  const last = refs[0];
  if (last !== undefined && (await isWithin(repo, last.sha, path, text))) {
    const moved = await updateRefs(repo, [{ ref: last.name, to: written.value, from: last.sha }]);
    return moved.ok ? ok(last.name) : failed(messages.refNotWritten(last.name, moved.message));
  }
  const ref = `${prefix}${(last?.n ?? 0) + 1}`;
  const updates: RefUpdate[] = [{ ref, to: written.value, from: null }];
  for (const old of refs.slice(MAX_SAVES - 1)) updates.push({ ref: old.name, to: null, from: old.sha });
  const result = await updateRefs(repo, updates);
  return result.ok ? ok(ref) : failed(messages.refNotWritten(ref, result.message));
}

/** Has a text every line of what a commit keeps, perhaps typed on? */
async function isWithin(repo: Repository, commit: string, path: string, text: string): Promise<boolean> {
  const kept = await readBlob(repo, commit, path);
  if (kept === null) return false;
  const lines = new Set(linesWithText(text));
  return linesWithText(kept.toString('utf8')).every((line) => lines.has(line) || text.includes(line.trim()));
}
