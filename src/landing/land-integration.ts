import type { LockProof } from '../system/lock.ts';
import { COLUMNS, type BoardTexts } from '../board/entry.ts';
import type { Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import type { Identity } from '../git/config/identity.ts';
import { readBlob, readCommit, resolve, writeCommit } from '../git/objects/objects.ts';
import { advanceBase } from './advance-base.ts';
import type { IntegrationPlan } from './integration.ts';
import { baseObstacle, held, heldBy, heldByDisk, type FollowingRef, type Refused, type Step } from './move.ts';
import { inTheWay, heldByFiles } from './files-in-the-way.ts';
import { unfinished } from './recovery/recover.ts';
import { watchedFiles } from './write-ahead.ts';
import * as messages from './messages.ts';

/** A plan that has something to do. */
export type IntegrationToLand = Extract<IntegrationPlan, { kind: 'fast-forward' | 'merge' }>;

export interface IntegrationLanding {
  /** Base is moved only by the holder of the repository's lock. */
  readonly lock: LockProof;
  /** In full: `refs/heads/main`. */
  readonly baseRef: string;
  /** The commit that the plan was made for. */
  readonly oldBase: string;
  readonly plan: IntegrationToLand;
  /** Of the merge commit. */
  readonly message: string;
  /** "main's coming up to origin/main", should it be cut off. */
  readonly what: string;
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null: another tool writes it. */
  readonly changelog?: string | null;
  readonly checkout: Worktree | null;
  /** Refs that follow base (`refs/kanban/seen`). */
  readonly extraRefs: readonly FollowingRef[];
  readonly author?: Identity | undefined;
}

export type IntegrationLanded =
  /** `audit`: what is wrong after the fact, one sentence each; empty is good. */
  { readonly ok: true; readonly sha: string; readonly audit: readonly string[] } | Refused;

/**
 * Brings base and its checkout to what was planned: one merge commit, or theirs itself. Nothing of the user's is touched:
 * a file of theirs in the way holds it, named. A kill at any instant leaves either nothing or a journal for `recover`.
 */
export async function landIntegration(
  repo: Repository,
  landing: IntegrationLanding,
  step: Step = () => {},
): Promise<IntegrationLanded> {
  const refused = (await unfinished(repo)) ?? (await baseObstacle(repo, landing)) ?? (await obstacle(repo, landing));
  if (refused) return refused;
  step('checked');
  try {
    const { plan, oldBase, message, author } = landing;
    const commit =
      plan.kind === 'fast-forward'
        ? ({ ok: true, value: plan.to } as const)
        : await writeCommit(repo, { tree: plan.tree, parents: plan.parents, message, author, by: 'kanban' });
    if (!commit.ok) return held(commit.error.map((problem) => problem.message).join('; '));
    step('commit');
    const { lock, baseRef, what, checkout, extraRefs } = landing;
    const sha = commit.value;
    const watched = watchedFiles(landing.board, landing.changelog ?? null);
    const to = { lock, id: 'integration', what, baseRef, oldBase, sha, checkout, extraRefs, watched };
    const moved = await advanceBase(repo, to, step);
    if (!moved.ok) return moved;
    return { ok: true, sha, audit: await audit(repo, landing, sha) };
  } catch (error) {
    return heldByDisk(error);
  }
}

/** A board file in the way is a hand edit that has not been recorded yet. */
async function obstacle(repo: Repository, { checkout, plan, board }: IntegrationLanding): Promise<Refused | null> {
  if (checkout === null) return null;
  const found = await inTheWay(repo, checkout, plan.changes);
  const theirs = found.filter(({ path }) => !path.startsWith(`${board}/`));
  if (theirs.length > 0) return heldBy(heldByFiles(theirs));
  return found[0] ? { ok: false, stale: 'file', path: found[0].path } : null;
}

async function audit(repo: Repository, { baseRef, plan, board }: IntegrationLanding, sha: string): Promise<string[]> {
  const found: string[] = [];
  const tip = await resolve(repo, baseRef);
  if (tip !== sha) found.push(messages.baseElsewhere(baseRef, tip, sha));
  const commit = await readCommit(repo, sha);
  if (plan.kind === 'merge' && commit?.tree !== plan.tree) found.push(messages.otherTree(sha));
  if (plan.kind === 'merge' && commit?.parents.join(' ') !== plan.parents.join(' '))
    found.push(messages.otherParents(sha, commit?.parents.join(' ')));
  const texts: BoardTexts = plan.texts;
  for (const column of COLUMNS) {
    const path = `${board}/${column}.md`;
    const bytes = await readBlob(repo, sha, path);
    if ((bytes?.toString() ?? null) !== texts[column]) found.push(messages.notAsPlanned(path));
  }
  return found;
}
