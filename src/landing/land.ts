import type { Worktree } from '../git/checkout.ts';
import { diverge } from '../git/ancestry.ts';
import { git, type Repository } from '../git/git.ts';
import type { Identity } from '../git/identity.ts';
import { readCommit, writeCommit } from '../git/objects.ts';
import { updateRefs, type RefUpdate } from '../git/refs.ts';
import { diffTrees, type TreeChange } from '../git/tree-diff.ts';
import { audit } from './audit.ts';
import { bringAlong } from './bring-along.ts';
import { landingTree, type LandingTree } from './landing-tree.ts';
import { mergeTrees } from './merge-tree.ts';
import { baseObstacle, held, heldByDisk, type FollowingRef, type Refused, type Step } from './move.ts';
import { inTheWay, sayInTheWay } from './preflight.ts';
import { unfinished } from './recover.ts';

/** Files that a landing writes itself, so that a branch can't conflict in them. */
export interface OwnFiles {
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
}

export type Prechecked =
  | { readonly tip: string; readonly clean: true }
  /** `files` empty: base and the branch have no common history. */
  | { readonly tip: string; readonly clean: false; readonly conflict: readonly string[] };

export interface Landing {
  readonly baseRef: string;
  readonly oldBase: string;
  /** The exact commit that the tester passed. */
  readonly tip: string;
  readonly id: string;
  readonly board: string;
  /** Board files as base is to have them: without the entry. */
  readonly boardFiles: ReadonlyMap<string, Uint8Array>;
  readonly changelog: { readonly path: string; readonly insert: (text: string | null) => string } | null;
  readonly message: string;
  readonly checkout: Worktree | null;
  /** Refs that follow base (`refs/kanban/seen`). */
  readonly extraRefs: readonly FollowingRef[];
  readonly author?: Identity | undefined;
}

export type LandResult =
  | {
      readonly ok: true;
      readonly sha: string;
      /** What is wrong with the landing after the fact, one sentence each; empty is good. */
      readonly audit: readonly string[];
    }
  | { readonly ok: false; readonly conflict: readonly string[] }
  | Refused;

/** Which of these tips merge with base. One process; what is asked here is not asked again by `landOne`. */
export async function precheck(
  repo: Repository,
  base: string,
  tips: readonly string[],
  own: OwnFiles,
): Promise<Prechecked[]> {
  const merges = await mergeTrees(repo, base, tips);
  return merges.map((merge) => {
    if (merge.clean) return { tip: merge.tip, clean: true };
    const conflict = conflicts(merge.files, own);
    return merge.tree !== null && conflict.length === 0
      ? { tip: merge.tip, clean: true }
      : { tip: merge.tip, clean: false, conflict };
  });
}

/**
 * Lands one task branch on base: one commit with the merge, the board and the CHANGELOG line, then base and its checkout
 * follow in one step, then an audit. A kill at any instant leaves either nothing or a journal for `recover`.
 * Processes: one in the object store (merge-tree), one for the checkout (`git merge --ff-only`).
 */
export async function landOne(repo: Repository, landing: Landing, step: Step = () => {}): Promise<LandResult> {
  const refused = (await unfinished(repo)) ?? (await baseObstacle(repo, landing));
  if (refused) return refused;
  try {
    const built = await build(repo, landing);
    if (!built.ok) return built;
    step('tree');
    const { tree, changes, mergeBase } = built;
    if (landing.checkout) {
      const blocked = await inThePersonsWay(repo, landing, landing.checkout, changes);
      if (blocked) return blocked;
    }
    const { oldBase, tip, message, author } = landing;
    const commit = await writeCommit(repo, { tree, parents: [oldBase, tip], message, author });
    if (!commit.ok) return held(commit.error.map((problem) => problem.message).join('; '));
    step('commit');
    const sha = commit.value;
    const moved = landing.checkout
      ? await bringAlong(repo, { ...landing, checkout: landing.checkout, sha, step })
      : await moveRefs(repo, landing, sha);
    if (!moved.ok) return moved;
    const { baseRef, board, changelog } = landing;
    const facts = { baseRef, oldBase, sha, tree, tip, mergeBase, board, changelog: changelog?.path ?? null, changes };
    return { ok: true, sha, audit: await audit(repo, facts) };
  } catch (error) {
    return heldByDisk(error);
  }
}

const conflicts = (files: readonly string[], own: OwnFiles): string[] =>
  [...new Set(files)].filter((path) => path !== own.changelog && !path.startsWith(`${own.board}/`));

type Built =
  | {
      readonly ok: true;
      readonly tree: string;
      readonly changes: readonly TreeChange[];
      readonly mergeBase: string | null;
    }
  | Exclude<LandResult, { readonly ok: true }>;

async function build(repo: Repository, landing: Landing): Promise<Built> {
  const { oldBase, tip } = landing;
  const [base, task] = await Promise.all([readCommit(repo, oldBase), readCommit(repo, tip)]);
  if (!base || !task) return held(`${base ? tip : oldBase} is no commit of this repository`);
  const [[merge], bases] = await Promise.all([mergeTrees(repo, oldBase, [tip]), mergeBases(repo, oldBase, tip)]);
  if (!merge || merge.tree === null) return held(`base and the branch of ${landing.id} have no common history`);
  if (bases.includes(tip)) return held(`base already contains the branch of ${landing.id}`);
  const conflict = merge.clean
    ? []
    : conflicts(merge.files, { board: landing.board, changelog: landing.changelog?.path ?? null });
  if (conflict.length > 0) return { ok: false, conflict };
  const mergeBase = bases.length === 1 ? bases[0]! : null;
  const plan: LandingTree = { ...landing, merged: merge.tree, mergeBase };
  const tree = await landingTree(repo, plan);
  return { ok: true, tree, changes: await diffTrees(repo, base.tree, tree), mergeBase };
}

async function mergeBases(repo: Repository, a: string, b: string): Promise<string[]> {
  const known = await diverge(repo, a, b);
  if (known !== null) return [known.mergeBase.sha];
  const { stdout } = await git(['merge-base', '--all', a, b], { cwd: repo.root, okExit: [0, 1] });
  return stdout.split('\n').filter(Boolean);
}

/** A board file in the way is a hand edit that has not been taken in yet; anything else is theirs, and we wait. */
async function inThePersonsWay(
  repo: Repository,
  landing: Landing,
  checkout: Worktree,
  changes: readonly TreeChange[],
): Promise<Refused | null> {
  const found = await inTheWay(repo, checkout, changes);
  const theirs = found.filter(({ path }) => !landing.boardFiles.has(path));
  if (theirs.length > 0) return held(sayInTheWay(theirs));
  return found[0] ? { ok: false, stale: 'file', path: found[0].path } : null;
}

/** Base is checked out nowhere: one transaction, all or nothing. */
async function moveRefs(repo: Repository, landing: Landing, sha: string): Promise<{ readonly ok: true } | Refused> {
  const updates: RefUpdate[] = [{ ref: landing.baseRef, to: sha, from: landing.oldBase }];
  for (const { ref, to, from } of landing.extraRefs) updates.push({ ref, to: to === undefined ? sha : to, from });
  const result = await updateRefs(repo, updates);
  if (result.ok) return result;
  return result.why === 'stale'
    ? { ok: false, stale: 'base' }
    : held(`another git process holds a lock: ${result.message}`);
}
