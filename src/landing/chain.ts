import { OTHER, type HoldReason } from '../contract/hold.ts';
import type { LockProof } from '../system/lock.ts';
import type { Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import type { Identity } from '../git/config/identity.ts';
import { readCommit, writeCommit } from '../git/objects/objects.ts';
import { diffTrees, type TreeChange } from '../git/objects/tree-diff.ts';
import { audit } from './audit.ts';
import { advanceBase } from './advance-base.ts';
import { landingTree, noChangelogFile } from './landing-tree.ts';
import { mergeOnto } from './merge-onto.ts';
import { baseObstacle, heldBy, heldByDisk, type FollowingRef, type Refused, type Step } from './move.ts';
import { inTheWay, heldByFiles, type InTheWay } from './files-in-the-way.ts';
import { unfinished } from './recovery/recover.ts';
import { watchedFiles } from './write-ahead.ts';
import * as messages from './messages.ts';

/** One task of a chain that is to be built. */
export interface ChainItem {
  readonly id: string;
  /** The exact commit that the tester passed. */
  readonly tip: string;
  /** Puts the landing's line into CHANGELOG.md; not called where another tool writes it. */
  readonly insert: (text: string | null) => string;
  readonly message: string;
}

export interface ChainPlan {
  /** The commit that the first landing is built on. */
  readonly base: string;
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
  readonly author?: Identity | undefined;
  readonly items: readonly ChainItem[];
  /** Board files once these ids have landed, by path; null: the board has no such entries any more. */
  readonly boardFiles: (landed: readonly string[]) => ReadonlyMap<string, Uint8Array> | null;
}

/** A landing commit in the object store; no ref names it yet. */
export interface Built {
  readonly id: string;
  readonly tip: string;
  readonly sha: string;
  readonly tree: string;
  readonly parent: string;
  /** null: not exactly one; then the paths can't be judged afterwards. */
  readonly mergeBase: string | null;
  /** Differences from the parent. */
  readonly changes: readonly TreeChange[];
  /** What its branch changed in CHANGELOG.md and the landing does not have, in sentences. */
  readonly leftOut: readonly string[];
}

export type Chain =
  | {
      readonly ok: true;
      readonly landings: readonly Built[];
      /** Tasks that don't merge with the chain before them, and in which files. */
      readonly left: readonly { readonly id: string; readonly conflict: readonly string[] }[];
    }
  | { readonly ok: false; readonly held: string; readonly reason: HoldReason };

/**
 * Builds landing commits one on top of the other, in the object store only: each merges its task into the one before
 * (parents: that one, the task's tip), with the entry off the board and its CHANGELOG line in the same tree. A task that
 * conflicts is left out, and the chain continues without it.
 */
export async function buildChain(repo: Repository, plan: ChainPlan): Promise<Chain> {
  const landings: Built[] = [];
  const left: { id: string; conflict: readonly string[] }[] = [];
  const ids: string[] = [];
  try {
    let parent = plan.base;
    for (const item of plan.items) {
      const built = await buildOne(repo, plan, item, { parent, landed: [...ids, item.id] });
      if ('held' in built) return { ok: false, held: built.held, reason: built.reason };
      if ('conflict' in built) {
        left.push({ id: item.id, conflict: built.conflict });
        continue;
      }
      landings.push(built);
      ids.push(item.id);
      parent = built.sha;
    }
  } catch (error) {
    const refused = heldByDisk(error);
    return 'held' in refused ? refused : { ok: false, held: messages.DISK_CHANGED, reason: OTHER };
  }
  return { ok: true, landings, left };
}

async function buildOne(
  repo: Repository,
  plan: ChainPlan,
  { id, tip, insert, message }: ChainItem,
  { parent, landed }: { readonly parent: string; readonly landed: readonly string[] },
): Promise<Built | { readonly held: string; readonly reason: HoldReason } | { readonly conflict: readonly string[] }> {
  const { board, changelog, author } = plan;
  const inBase = changelog === null ? null : await noChangelogFile(repo, parent, changelog);
  if (inBase !== null) return { held: messages.noPlaceForChangelog(inBase, changelog), reason: OTHER };
  const merged = await mergeOnto(repo, parent, tip, { board, changelog });
  if (!merged.ok)
    return merged.why === 'conflict' ? { conflict: merged.files } : { held: `${id}: ${merged.reason}`, reason: OTHER };
  // Work of the branch there would be lost under the landing's own file.
  if (changelog !== null && (await noChangelogFile(repo, tip, changelog)) !== null) return { conflict: [changelog] };
  const boardFiles = plan.boardFiles(landed);
  if (boardFiles === null) return { held: messages.entryNotRemovable(id), reason: OTHER };
  const { tree, left: leftOut } = await landingTree(repo, {
    merged: merged.tree,
    oldBase: parent,
    tip,
    mergeBases: merged.mergeBases,
    board,
    boardFiles,
    changelog: changelog === null ? null : { path: changelog, insert },
  });
  const commit = await writeCommit(repo, { tree, parents: [parent, tip], message, author, by: 'kanban' });
  if (!commit.ok) return { held: commit.error.map((problem) => problem.message).join('; '), reason: OTHER };
  const before = await readCommit(repo, parent);
  const changes = await diffTrees(repo, before?.tree ?? null, tree);
  const [first = null, another] = merged.mergeBases;
  const mergeBase = another === undefined ? first : null;
  return { id, tip, sha: commit.value, tree, parent, mergeBase, changes, leftOut };
}

/** What is to be landed in one step. */
export interface ChainLanding {
  /** Base is moved only by the holder of the repository's lock. */
  readonly lock: LockProof;
  readonly baseRef: string;
  readonly oldBase: string;
  /** At least one; the first one's parent is the old base. */
  readonly landings: readonly Built[];
  readonly board: string;
  readonly changelog: string | null;
  readonly checkout: Worktree | null;
  /** Refs that follow base (`refs/kanban/seen`). */
  readonly extraRefs: readonly FollowingRef[];
}

export type ChainLanded =
  | {
      readonly ok: true;
      readonly sha: string;
      /** What is wrong with the landings after the fact, one sentence each; empty is good. */
      readonly audit: readonly string[];
    }
  | Refused;

/**
 * Brings base and its checkout to the end of a chain in one step, then audits it. A kill at any instant leaves either
 * nothing or a journal for `recover`. One process, for the checkout (`git merge --ff-only`); none without a checkout.
 */
export async function landChain(repo: Repository, landing: ChainLanding, step: Step = () => {}): Promise<ChainLanded> {
  const refused =
    (await unfinished(repo)) ?? (await baseObstacle(repo, landing)) ?? (await checkoutObstacle(repo, landing));
  if (refused) return refused;
  step('checked');
  const { landings } = landing;
  const last = landings.at(-1);
  if (last === undefined) throw new Error(messages.EMPTY_CHAIN);
  try {
    const id = landings.map((one) => one.id).join(', ');
    const moved = await advanceBase(
      repo,
      { ...landing, id, sha: last.sha, watched: watchedFiles(landing.board, landing.changelog) },
      step,
    );
    if (!moved.ok) return moved;
    return { ok: true, sha: last.sha, audit: await audit(repo, landing) };
  } catch (error) {
    return heldByDisk(error);
  }
}

/** Why the checkout of base can't follow to the end of the chain; null = it can, as things stand. */
export async function checkoutObstacle(
  repo: Repository,
  { landings, checkout, board }: Pick<ChainLanding, 'landings' | 'checkout' | 'board'>,
): Promise<Refused | null> {
  if (checkout === null) return null;
  const found = await inThePersonsWay(repo, checkout, landings);
  const theirs = found.filter(({ path }) => !path.startsWith(`${board}/`));
  if (theirs.length > 0) return heldBy(heldByFiles(theirs));
  // A board file in the way is a hand edit that has not been recorded yet.
  return found[0] ? { ok: false, stale: 'file', path: found[0].path } : null;
}

/** What of the user's the changes of these landings would meet in the checkout. */
export function inThePersonsWay(
  repo: Repository,
  checkout: Worktree,
  landings: readonly Built[],
): Promise<readonly InTheWay[]> {
  return inTheWay(repo, checkout, together(landings));
}

/** The changes of several landings as one: from the first `before` to the last `after` of each path. */
function together(landings: readonly Built[]): readonly TreeChange[] {
  if (landings.length === 1) return landings[0]?.changes ?? [];
  const byPath = new Map<string, TreeChange>();
  for (const change of landings.flatMap(({ changes }) => changes)) {
    const { path, after } = change;
    byPath.set(path, { path, before: (byPath.get(path) ?? change).before, after });
  }
  return [...byPath.values()].filter(({ before, after }) => before?.sha !== after?.sha || before?.mode !== after?.mode);
}
