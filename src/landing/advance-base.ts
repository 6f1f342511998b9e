import type { LockProof } from '../system/lock.ts';
import type { Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { updateRefs, type RefUpdate } from '../git/refs.ts';
import { advanceCheckout } from './advance-checkout.ts';
import { heldByGit, type FollowingRef, type Refused, type Step } from './move.ts';
import * as messages from './messages.ts';

export interface AdvanceBase {
  /** Base is moved only by the holder of the repository's lock. */
  readonly lock: LockProof;
  /** What the commit is about, for the journal and the pin: a task id. */
  readonly id: string;
  /** In words, should it be cut off; "the landing of T-12" by default. */
  readonly what?: string;
  /** In full: `refs/heads/main`. */
  readonly baseRef: string;
  readonly oldBase: string;
  /** A commit in the object store, one or more on top of the old base. */
  readonly sha: string;
  /** The worktree that has base checked out; null = none has. */
  readonly checkout: Worktree | null;
  /** Refs that follow base (`refs/kanban/seen`). */
  readonly extraRefs: readonly FollowingRef[];
  /** Files of the checkout that are read at any time (column files, the changelog): they change by rename. */
  readonly watched?: readonly string[];
}

/**
 * Brings base to a commit that has been built, and the checkout that has base with it, in one step; without a checkout
 * by one ref transaction. A kill at any instant leaves either nothing or a journal for `recover`.
 */
export async function advanceBase(
  repo: Repository,
  to: AdvanceBase,
  step: Step = () => {},
): Promise<{ readonly ok: true } | Refused> {
  if (to.checkout !== null) return advanceCheckout(repo, { ...to, checkout: to.checkout, step });
  const updates: RefUpdate[] = [{ ref: to.baseRef, to: to.sha, from: to.oldBase }];
  for (const { ref, to: target, from } of to.extraRefs)
    updates.push({ ref, to: target === undefined ? to.sha : target, from });
  const moved = await updateRefs(repo, updates);
  if (moved.ok) return moved;
  return moved.why === 'stale' ? { ok: false, stale: 'base' } : heldByGit(messages.refLocked(moved.message));
}
