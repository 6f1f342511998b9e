import { diverge, prepareDiverge, type Divergence } from '../git/history/ancestry.ts';
import { git, type Repository } from '../git/git.ts';
import { editTree, readCommit, type TreeEdit } from '../git/objects/objects.ts';
import { diffAtOnce, diffTrees, type TreeChange } from '../git/objects/tree-diff.ts';
import { isMergeKnown, mergeTrees } from './merge-tree.ts';
import * as messages from './messages.ts';

/** Files that a landing writes itself, so that a branch can't conflict in them. */
export interface OwnFiles {
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
}

export type MergedOnto =
  | { readonly ok: true; readonly tree: string; readonly mergeBases: readonly string[] }
  | { readonly ok: false; readonly why: 'conflict'; readonly files: readonly string[] }
  | { readonly ok: false; readonly why: 'nothing'; readonly reason: string };

/**
 * What git makes of merging a task's tip into `parent`, but for the board and CHANGELOG.md, which the landing writes.
 * Where neither side removed a file (so that nothing can have been renamed) and no path was touched by both, the merge is
 * put together in this process; else by one `git merge-tree`.
 */
export async function mergeOnto(repo: Repository, parent: string, tip: string, own: OwnFiles): Promise<MergedOnto> {
  const [base, task] = await Promise.all([readCommit(repo, parent), readCommit(repo, tip)]);
  if (!base || !task) return nothing(messages.notACommitHere(base ? tip : parent));
  const bases = await mergeBases(repo, parent, tip);
  if (bases.length === 0) return nothing(messages.NO_COMMON_HISTORY);
  if (bases.includes(tip)) return nothing(messages.ALREADY_IN_BASE);
  const [only] = bases;
  const mergeBase = bases.length === 1 && only !== undefined ? only : null;
  const plain = mergeBase === null ? null : await plainChanges(repo, { mergeBase, parent, tip }, own);
  if (plain !== null) {
    const edits = new Map(plain.map(({ path, after }): [string, TreeEdit] => [path, after]));
    return { ok: true, tree: await editTree(repo, base.tree, edits), mergeBases: bases };
  }
  const [merge] = await mergeTrees(repo, parent, [tip]);
  if (!merge || merge.tree === null) return nothing(messages.NO_COMMON_HISTORY);
  const conflict = merge.clean ? [] : conflictsIn(merge.files, own);
  return conflict.length === 0
    ? { ok: true, tree: merge.tree, mergeBases: bases }
    : { ok: false, why: 'conflict', files: conflict };
}

export type Prechecked =
  | { readonly tip: string; readonly clean: true }
  /** `files` empty: base and the branch have no common history. */
  | { readonly tip: string; readonly clean: false; readonly conflict: readonly string[] };

/**
 * Which of these tips merge with base. At most two processes for all of them: one that compares those that were never
 * looked at, where they are many, and one that merges those that can't be put together in this process.
 * @param base,tips full SHAs of commits.
 */
export async function precheck(
  repo: Repository,
  base: string,
  tips: readonly string[],
  own: OwnFiles,
): Promise<Prechecked[]> {
  const unknown = tips.filter((tip) => !isMergeKnown(repo, base, tip));
  // At once; what follows is one by one, for each finds at hand what the one before has read.
  await prepareDiverge(repo, base, unknown);
  const plain = new Set<string>();
  const splits = new Map<string, Divergence>();
  for (const tip of unknown) {
    const split = await diverge(repo, base, tip);
    if (split?.mergeBase.sha === base) plain.add(tip);
    else if (split !== null) splits.set(tip, split);
  }
  const ours = (await readCommit(repo, base))?.tree;
  const pairs = [...splits].flatMap(([tip, { mergeBase, right }]) =>
    [right.get(tip)?.tree, ours].flatMap((tree): [string, string][] =>
      tree === undefined ? [] : [[mergeBase.tree, tree]],
    ),
  );
  await diffAtOnce(repo, pairs);
  for (const [tip, { mergeBase }] of splits)
    if ((await plainChanges(repo, { mergeBase: mergeBase.sha, parent: base, tip }, own)) !== null) plain.add(tip);
  const asked = tips.filter((tip) => !plain.has(tip));
  const merges = new Map((await mergeTrees(repo, base, asked)).map((merge) => [merge.tip, merge]));
  return tips.map((tip) => {
    const merge = merges.get(tip);
    if (merge === undefined || merge.clean) return { tip, clean: true };
    const conflict = conflictsIn(merge.files, own);
    return merge.tree !== null && conflict.length === 0 ? { tip, clean: true } : { tip, clean: false, conflict };
  });
}

/** Files in conflict, less those that a landing writes itself. */
export const conflictsIn = (files: readonly string[], own: OwnFiles): string[] =>
  [...new Set(files)].filter((path) => !isOwn(path, own));

const isOwn = (path: string, own: OwnFiles): boolean => path === own.changelog || path.startsWith(`${own.board}/`);

const nothing = (reason: string): MergedOnto => ({ ok: false, why: 'nothing', reason });

async function mergeBases(repo: Repository, a: string, b: string): Promise<string[]> {
  const known = await diverge(repo, a, b);
  if (known !== null) return [known.mergeBase.sha];
  const { stdout } = await git(['merge-base', '--all', a, b], { cwd: repo.root, okExit: [0, 1] });
  return stdout.split('\n').filter(Boolean);
}

/** The tip's own changes, where laying them over the parent is all that git's merge would do; null = git is to be asked. */
async function plainChanges(
  repo: Repository,
  at: { readonly mergeBase: string; readonly parent: string; readonly tip: string },
  own: OwnFiles,
): Promise<readonly TreeChange[] | null> {
  const trees = await Promise.all([at.mergeBase, at.parent, at.tip].map((sha) => readCommit(repo, sha)));
  const [from, base, task] = trees.map((commit) => commit?.tree);
  if (from === undefined || base === undefined || task === undefined) return null;
  const theirs = (await diffTrees(repo, from, task)).filter(({ path }) => !isOwn(path, own));
  if (theirs.length > MOST_PATHS || theirs.some(({ after }) => after === null)) return null;
  const ours = footprintOf(await diffTrees(repo, from, base), own);
  return ours.removes || meet(ours, theirs) ? null : theirs;
}

const MOST_PATHS = 2_000;

/** What a side touched. */
interface Footprint {
  readonly paths: ReadonlySet<string>;
  /** Every folder that one of the paths is in. */
  readonly folders: ReadonlySet<string>;
  readonly removes: boolean;
}

/** By the very list: the branches of a queue are held against the same side of base. */
const footprints = new WeakMap<readonly TreeChange[], { readonly own: OwnFiles; readonly of: Footprint }>();

function footprintOf(changes: readonly TreeChange[], own: OwnFiles): Footprint {
  const known = footprints.get(changes);
  if (known?.own.board === own.board && known.own.changelog === own.changelog) return known.of;
  const notOwn = changes.filter(({ path }) => !isOwn(path, own));
  const paths = new Set(notOwn.map(({ path }) => path));
  const folders = new Set([...paths].flatMap(foldersOf));
  const of = { paths, folders, removes: notOwn.some(({ after }) => after === null) };
  footprints.set(changes, { own, of });
  return of;
}

/** Did both sides touch a path, or does one have a file where the other has a folder? */
function meet({ paths, folders }: Footprint, theirs: readonly TreeChange[]): boolean {
  return theirs.some(
    ({ path }) => paths.has(path) || folders.has(path) || foldersOf(path).some((folder) => paths.has(folder)),
  );
}

function foldersOf(path: string): string[] {
  const found: string[] = [];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) found.push(path.slice(0, at));
  return found;
}
