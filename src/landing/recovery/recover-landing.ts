import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutState } from '../../git/checkout.ts';
import { git, type Repository } from '../../git/git.ts';
import { clearIndexDraft } from '../../git/index/index-file.ts';
import { resolve } from '../../git/objects/objects.ts';
import { updateRefs, type RefUpdate } from '../../git/refs.ts';
import { clearDeadLocks } from './dead-lock.ts';
import { removeJournal, type LandingJournal } from '../journal.ts';
import type { FollowingRef } from '../move.ts';
import type { RecoveryEvent } from './recover.ts';
import { contains, gone } from './recover-move.ts';
import { restoreCheckout } from './restore-checkout.ts';
import { landingOf } from '../messages.ts';
import * as messages from './messages.ts';

/**
 * A landing that was cut off. Base has it: what is left is done. Base hasn't: files and index that git had begun to
 * change go back to what HEAD has, the landing is built anew from the board.
 */
export async function recoverLanding(
  repo: Repository,
  journal: LandingJournal,
  step: (name: string) => void,
): Promise<RecoveryEvent[]> {
  if (!(await gone(journal.process))) {
    return [{ type: 'blocked', message: messages.gitStillAt(whatOf(journal), journal.process.pid) }];
  }
  clearIndexDraft(journal.checkout.gitDir);
  clearDeadLocks(repo, journal);
  if (!(await contains(repo, journal.baseRef, journal.newBase))) return takeBackLanding(repo, journal, step);
  await endLanding(
    repo,
    journal,
    journal.follow.map((ref) => ({ ref })),
  );
  step('recovered');
  return [{ type: 'landing-finished', id: journal.id, commit: journal.newBase }];
}

const whatOf = ({ id, what }: LandingJournal): string => what ?? landingOf(id);

/** Base and checkout are at the landing: the refs that follow, the pin, the journal. */
export async function endLanding(
  repo: Repository,
  journal: LandingJournal,
  follow: readonly FollowingRef[],
): Promise<void> {
  const updates: RefUpdate[] = follow.map(({ ref, to }) => ({ ref, to: to === undefined ? journal.newBase : to }));
  if (await resolve(repo, journal.pin)) updates.push({ ref: journal.pin, to: null });
  const result = await updateRefs(repo, updates);
  // A lock that stays is another's trouble: the journal stays too, and the next start or landing ends it.
  if (result.ok) removeJournal(repo, 'landing');
}

/** Undoes what a `git merge --ff-only` did before it was cut off. The user's own bytes stay. May be repeated. */
export async function takeBackLanding(
  repo: Repository,
  journal: LandingJournal,
  step: (name: string) => void = () => {},
): Promise<RecoveryEvent[]> {
  const there = existsSync(journal.checkout.gitDir);
  const theirs = there ? await wrongBranch(journal) : null;
  const kept = there ? await restoreCheckout(repo, journal, theirs, step) : [];
  if (kept === 'locked') {
    const lock = join(journal.checkout.gitDir, 'index.lock');
    return [{ type: 'blocked', message: messages.notTakenBackWhileLocked(whatOf(journal), lock) }];
  }
  if (theirs !== null)
    await git(['update-ref', '-m', `${REFLOG}taken back`, 'HEAD', theirs, journal.newBase], {
      cwd: journal.checkout.path,
    });
  await dropLanding(repo, journal);
  step('recovered');
  const events: RecoveryEvent[] = kept.map((path) => ({
    type: 'file-kept',
    path,
    message: messages.FILE_KEPT_BY_LANDING,
  }));
  return [{ type: 'landing-taken-back', id: journal.id, commit: journal.newBase }, ...events];
}

/** For a landing of which git has touched nothing: only the pin and the journal go. */
export async function dropLanding(repo: Repository, journal: LandingJournal): Promise<void> {
  if (await resolve(repo, journal.pin)) await updateRefs(repo, [{ ref: journal.pin, to: null }]);
  removeJournal(repo, 'landing');
}

/** What the merge of a landing writes into the reflog begins with this. */
export const REFLOG = 'kanban: ';

/**
 * The user who switches branches in the very moment gets the landing on theirs, for git merges into whatever HEAD is.
 * @returns what their branch was before; null = it did not happen.
 */
async function wrongBranch({ checkout, baseRef, newBase }: LandingJournal): Promise<string | null> {
  if (checkoutState(checkout.gitDir).branch === baseRef) return null;
  const args = ['log', '-g', '-2', '--no-show-signature', '--format=%H %gs', 'HEAD', '--'];
  const { stdout } = await git(args, { cwd: checkout.path, okExit: [0, 128] });
  const [last = '', before = ''] = stdout.split('\n');
  return last.startsWith(`${newBase} ${REFLOG}`) ? (before.split(' ')[0] ?? '') || null : null;
}
