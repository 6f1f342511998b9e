import { isAncestor } from '../history/is-ancestor.ts';
import { git, type Repository } from '../git.ts';
import { editTree, entryAt, readBlob, readBytes, type TreeEdit, writeTree } from '../objects/objects.ts';
import { diffTrees } from '../objects/tree-diff.ts';
import type { TreeEntry } from '../objects/tree.ts';
import type { JudgedBranch } from './judged-branch.ts';
import type { Dropped, JudgedMerge } from './judged-merges.ts';
import { isLost } from './lost-lines.ts';
import { ownMerge, writeSide } from './own-merge.ts';
import { PATCH, readPatch } from './patch.ts';

export const isSameEntry = (a: TreeEntry | null, b: TreeEntry | null): boolean =>
  a?.sha === b?.sha && a?.mode === b?.mode;

/** Less what later commits of the branch put back, reworked, or made equal to base. */
export async function stillDropped(
  repo: Repository,
  { base, tip }: JudgedBranch,
  { dropped }: JudgedMerge,
): Promise<string[]> {
  const left: string[] = [];
  const changed: (Dropped & { readonly now: TreeEntry })[] = [];
  for (const one of dropped) {
    const now = await entryAt(repo, tip, one.path);
    if (isSameEntry(now, one.expected)) continue;
    if (isSameEntry(now, one.actual)) {
      // Base itself has it so by now: nothing of base is lost. A side that base lacks (another task) would be.
      const isBases = isSameEntry(now, await entryAt(repo, base, one.path));
      if (!isBases || !(await areInBase(repo, base, one.sides))) left.push(one.path);
    } else if (isFile(now) && isFile(one.actual) && isFile(one.expected)) changed.push({ ...one, now: now! });
  }
  return [...left, ...(await withoutTheDropped(repo, base, changed))].toSorted();
}

export const isFile = (entry: TreeEntry | null): boolean => entry !== null && entry.mode.startsWith('100');

async function areInBase(repo: Repository, base: string, shas: readonly string[]): Promise<boolean> {
  for (const sha of shas) if (!(await isAncestor(repo, sha, base))) return false;
  return true;
}

/**
 * Files that were edited since the merge: the dropped part is there if laying it over the file changes nothing. Where that
 * conflicts, those lines were rewritten, and have to be there in some form as long as base has them.
 */
async function withoutTheDropped(
  repo: Repository,
  base: string,
  changed: readonly (Dropped & { readonly now: TreeEntry })[],
): Promise<string[]> {
  if (changed.length === 0) return [];
  const commitOf = async (of: (one: Dropped & { readonly now: TreeEntry }) => TreeEntry | null, parents: string[]) => {
    const edits = new Map(changed.map((one): [string, TreeEdit] => [one.path, of(one)]));
    const tree = await editTree(repo, writeTree(repo, []), edits);
    return { commit: writeSide(repo, tree, parents), tree };
  };
  const from = await commitOf(({ actual }) => actual, []);
  const now = await commitOf((one) => one.now, [from.commit]);
  const wanted = await commitOf(({ expected }) => expected, [from.commit]);
  const merged = await ownMerge(repo, [now.commit, wanted.commit]);
  if (merged === null) return [];
  const inConflict = new Set(merged.conflicted);
  const left = (await diffTrees(repo, now.tree, merged.tree))
    .map(({ path }) => path)
    .filter((path) => !inConflict.has(path));
  if (inConflict.size === 0) return left;
  const args = ['diff', ...PATCH, '--no-renames', from.tree, wanted.tree, '--'];
  for (const { path, hunks } of readPatch((await git(args, { cwd: repo.root })).stdout)) {
    const one = changed.find((other) => other.path === path);
    if (one === undefined || !inConflict.has(path)) continue;
    // What base has changed since is not asked for.
    const ofBase = (await readBlob(repo, base, path))?.toString() ?? '';
    const [expected, text] = [await textOf(repo, one.expected), await textOf(repo, one.now)];
    const stillIn = new Set(ofBase.split('\n'));
    const still = hunks.map(({ added }) => added.filter((line) => stillIn.has(line)));
    if (still.some((added) => added.length > 0 && isLost({ removed: [], added }, expected, text))) left.push(path);
  }
  return left;
}

const textOf = async (repo: Repository, entry: TreeEntry | null): Promise<string> =>
  entry === null ? '' : ((await readBytes(repo, entry.sha))?.toString() ?? '');
