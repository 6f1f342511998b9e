import { firstParents, type Divergence } from '../history/ancestry.ts';
import { git, type Repository } from '../git.ts';
import { isBack, isLost } from './lost-lines.ts';
import { readBytes } from '../objects/objects.ts';
import { PATCH, readPatch, type Hunk } from './patch.ts';
import type { TreeEntry } from '../objects/tree.ts';
import { diffTrees, type TreeChange } from '../objects/tree-diff.ts';

/**
 * Does a branch no longer begin where its task began: rebased, squashed, or made anew on a later base? What landed in
 * between then came into it by no merge that could be judged.
 */
export async function isReplanted(
  repo: Repository,
  { base, tip, start }: { readonly base: string; readonly tip: string; readonly start: string },
  split: Divergence | null,
): Promise<boolean> {
  if (split !== null) {
    if (split.mergeBase.sha === start) return false;
    const foot = firstParents(tip, split.right).at(-1);
    return foot !== undefined && foot.parents[0] !== start;
  }
  const args = ['rev-list', '--first-parent', '--parents', tip, `^${start}`, `^${base}`, '--'];
  const foot = (await git(args, { cwd: repo.root })).stdout.trim().split('\n').at(-1) ?? '';
  return foot !== '' && foot.split(' ')[1] !== start;
}

/**
 * Paths in which a tree takes back what landed: as they were at the start, or without a landed change, or without the
 * CHANGELOG line of another task.
 * @param trees full SHAs: where the task began, base where the branch leaves it now, the branch.
 */
export async function takenBack(
  repo: Repository,
  { from, landed, tree }: { readonly from: string; readonly landed: string; readonly tree: string },
  isJudged: (path: string) => boolean,
): Promise<string[]> {
  const own = new Map((await diffTrees(repo, landed, tree)).map((change) => [change.path, change.after]));
  const judged = (await diffTrees(repo, from, landed)).filter(({ path }) => own.has(path) && isJudged(path));
  const { lost, edited } = compare(judged, own);
  if (edited.length === 0) return lost;
  const paths = edited.length > MAX_PATHS ? [] : edited.map(({ path }) => path);
  const args = ['--literal-pathspecs', 'diff', ...PATCH, '--no-renames', from, landed, '--', ...paths];
  const patch = new Map(
    readPatch((await git(args, { cwd: repo.root })).stdout).map(({ path, hunks }) => [path, hunks]),
  );
  for (const { path, after } of edited) {
    const [wanted, now] = [await textOf(repo, after), await textOf(repo, own.get(path) ?? null)];
    if ((patch.get(path) ?? []).some((hunk) => isTakenBack(hunk, wanted, now))) lost.push(path);
  }
  return lost.toSorted();
}

/** @param own what the branch has, by path; null: it removed the file */
function compare(
  landed: readonly TreeChange[],
  own: ReadonlyMap<string, TreeEntry | null>,
): { readonly lost: string[]; readonly edited: readonly TreeChange[] } {
  const blobs = new Set([...own.values()].map((entry) => entry?.sha));
  const lost: string[] = [];
  const edited: TreeChange[] = [];
  for (const change of landed) {
    const { path, before, after } = change;
    const now = own.get(path) ?? null;
    if (now?.sha === before?.sha && now?.mode === before?.mode) {
      // It may have been moved.
      if (now !== null || after === null || !blobs.has(after.sha)) lost.push(path);
    } else if (now !== null && after !== null) edited.push(change);
  }
  return { lost, edited };
}

function isTakenBack(hunk: Hunk, wanted: string, now: string): boolean {
  const lines = new Set(now.split(/\r?\n/).map((line) => line.trim()));
  if (hunk.added.some((line) => OF_A_TASK.test(line) && !lines.has(line.trim()))) return true;
  return isLost(hunk, wanted, now) && (hunk.removed.every((line) => line.trim() === '') || isBack(hunk, wanted, now));
}

/** A line of the CHANGELOG as a landing writes it. */
const OF_A_TASK = /^- .*\([A-Za-z][A-Za-z0-9_]*-\d+\)\r?$/;

const MAX_PATHS = 200;

const textOf = async (repo: Repository, entry: TreeEntry | null): Promise<string> =>
  entry === null ? '' : ((await readBytes(repo, entry.sha))?.toString() ?? '');
