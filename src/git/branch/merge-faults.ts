import { git, type Repository } from '../git.ts';
import { type CommitNode, diverge } from '../history/ancestry.ts';
import { readBytes, readCommit } from '../objects/objects.ts';
import { diffTrees, type TreeChange } from '../objects/tree-diff.ts';
import type { JudgedBranch } from './judged-branch.ts';
import { type JudgedMerge, MAX_REMEMBERED, memoryOf, UNKNOWN } from './judged-merges.ts';
import { isLost } from './lost-lines.ts';
import { ownMerge } from './own-merge.ts';
import { PATCH, readPatch } from './patch.ts';
import { isFile, isSameEntry, stillDropped } from './still-dropped.ts';
import * as messages from './messages.ts';
import { MAX_IN_COMMAND } from './messages.ts';

interface Merge {
  readonly sha: string;
  readonly parents: readonly string[];
}

export const mergesIn = (commits: readonly CommitNode[]): Merge[] =>
  commits.filter(({ parents }) => parents.length > 1);

export async function mergesByGit(repo: Repository, { base, tip, start }: JudgedBranch): Promise<Merge[]> {
  const args = ['rev-list', '--merges', '--parents', tip, `^${start}`, `^${base}`, '--'];
  const { stdout } = await git(args, { cwd: repo.root });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', ...parents] = line.split(' ');
      return { sha, parents };
    });
}

export async function mergeFaults(repo: Repository, branch: JudgedBranch, merge: Merge): Promise<string[]> {
  const { merges } = memoryOf(repo);
  const key = `${merge.sha} ${branch.board}`;
  let judged = merges.get(key);
  if (judged === undefined) {
    judged = await faultsOfMerge(repo, merge, branch.board);
    if (merges.size >= MAX_REMEMBERED) merges.clear();
    merges.set(key, judged);
  }
  if (judged === null) return [];
  if (judged === UNKNOWN) return [messages.cannotExamineMerge(merge.sha, merge.parents[0] ?? '')];
  const paths = await stillDropped(repo, branch, judged);
  if (paths.length === 0) return [];
  return [messages.mergeDrops(branch.id, paths, { merge: merge.sha, tree: judged.tree })];
}

async function faultsOfMerge(
  repo: Repository,
  merge: Merge,
  board: string,
): Promise<JudgedMerge | typeof UNKNOWN | null> {
  const actual = await readCommit(repo, merge.sha);
  if (actual === null) return UNKNOWN;
  if (await isPlainlyHonest(repo, merge, actual.tree)) return null;
  const own = await ownMerge(repo, merge.parents);
  if (own === null) return UNKNOWN;
  const inConflict = new Set(own.conflicted);
  const differing = (await diffTrees(repo, own.tree, actual.tree)).filter(
    ({ path }) => !inConflict.has(path) && !path.startsWith(`${board}/`),
  );
  if (differing.length === 0) return null;
  const sides = await Promise.all(
    merge.parents.map(async (parent) => {
      const side = await readCommit(repo, parent);
      const changes = side === null ? [] : await diffTrees(repo, side.tree, actual.tree);
      return { parent, changed: new Set(changes.map(({ path }) => path)) };
    }),
  );
  // A path that does not differ between one parent and the merge is that parent's. What else differs may be a repair.
  const whole = differing.filter(({ path }) => sides.some(({ changed }) => !changed.has(path)));
  const partly = await withDroppedLines(repo, merge.parents, own.tree, without(differing, whole));
  const dropped = [...whole, ...partly];
  if (dropped.length === 0) return null;
  return {
    tree: own.tree,
    dropped: dropped.map(({ path, before, after }) => ({
      path,
      expected: before,
      actual: after,
      sides: sides.flatMap(({ parent, changed }) => (changed.has(path) ? [parent] : [])),
    })),
  };
}

const without = (all: readonly TreeChange[], some: readonly TreeChange[]): TreeChange[] =>
  all.filter((change) => !some.includes(change));

/**
 * Paths that are nobody's as they stand, of which one side's part is missing nevertheless: its file, or the lines of one
 * of its changes. A line that was reworked is there.
 */
async function withDroppedLines(
  repo: Repository,
  parents: readonly string[],
  expected: string,
  differing: readonly TreeChange[],
): Promise<TreeChange[]> {
  const files = differing.filter(({ before, after }) => isFile(before) && isFile(after));
  const lost = new Set(differing.filter(({ before, after }) => (before === null) !== (after === null)));
  if (files.length === 0) return [...lost];
  const texts = new Map<string, { change: TreeChange; wanted: string; now: string }>();
  for (const change of files) {
    const [wanted, now] = await Promise.all([readBytes(repo, change.before!.sha), readBytes(repo, change.after!.sha)]);
    if (wanted === null || now === null) lost.add(change);
    else texts.set(change.path, { change, wanted: wanted.toString(), now: now.toString() });
  }
  for (const parent of parents) {
    // Without paths: those of a large merge would not fit into a command line.
    const some = files.length > MAX_IN_COMMAND ? [] : files.map(({ path }) => path);
    const args = ['--literal-pathspecs', 'diff', ...PATCH, '--no-renames', parent, expected, '--', ...some];
    for (const { path, hunks } of readPatch((await git(args, { cwd: repo.root })).stdout)) {
      const text = texts.get(path);
      if (text !== undefined && hunks.some((hunk) => isLost(hunk, text.wanted, text.now))) lost.add(text.change);
    }
  }
  return [...lost];
}

/** In this process: of a merge of two sides that removed nothing and touched no path both, each has to be there whole. */
async function isPlainlyHonest(repo: Repository, { parents }: Merge, tree: string): Promise<boolean> {
  const [first = '', second = '', third] = parents;
  if (third !== undefined) return false;
  const split = await diverge(repo, first, second);
  const [ours, theirs] = await Promise.all([readCommit(repo, first), readCommit(repo, second)]);
  if (split === null || ours === null || theirs === null) return false;
  const from = split.mergeBase.tree;
  const [mine, other] = await Promise.all([diffTrees(repo, from, ours.tree), diffTrees(repo, from, theirs.tree)]);
  const all = [...mine, ...other];
  if (all.length > MAX_PLAIN_PATHS || all.some(({ after }) => after === null)) return false;
  const paths = new Set(mine.map(({ path }) => path));
  if (other.some(({ path }) => paths.has(path))) return false;
  const merged = await diffTrees(repo, from, tree);
  const wanted = new Map(all.map((change) => [change.path, change]));
  return merged.length === all.length && merged.every((change) => isSame(change, wanted.get(change.path)));
}

const MAX_PLAIN_PATHS = 5_000;

const isSame = (change: TreeChange, other: TreeChange | undefined): boolean =>
  other !== undefined && isSameEntry(change.after, other.after);
