import { clearIndexDraft } from '../../git/index/index-file.ts';
import { existsSync } from 'node:fs';
import { git, type Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { refProcess } from '../../git/refs.ts';
import { clearDeadLocks } from './dead-lock.ts';
import { removeFile } from '../disk-file.ts';
import { isAlive, removeJournal, type MoveJournal, type ProcessMark } from '../journal.ts';
import type { RecoveryEvent } from './recover.ts';
import { syncCheckoutFiles } from '../sync-checkout-files.ts';
import * as messages from './messages.ts';

/**
 * A move that was cut off. Base has its commit: index and files follow. Base hasn't: the index goes back, the move is
 * decided anew. What the user staged, saved or committed since stays.
 */
export async function recoverMove(
  repo: Repository,
  journal: MoveJournal,
  step: (name: string) => void,
): Promise<RecoveryEvent[]> {
  const own = journal.process?.pid === refProcess(repo); // it has nothing in hand: our calls wait for its answers
  if (journal.process && !own && !(await gone(journal.process))) {
    return [{ type: 'blocked', message: messages.stillMoving(journal.process.pid, journal.baseRef) }];
  }
  const events: RecoveryEvent[] = [];
  const finished = await contains(repo, journal.baseRef, journal.newBase);
  if (existsSync(journal.checkout.gitDir)) {
    clearIndexDraft(journal.checkout.gitDir);
    clearDeadLocks(repo, journal);
    const { kept, locked } = await syncCheckoutFiles(repo, journal, step);
    if (locked) return [{ type: 'blocked', message: messages.moveLocked(`${journal.checkout.gitDir}/index.lock`) }];
    for (const path of kept) events.push({ type: 'file-kept', path, message: messages.FILE_KEPT_BY_MOVE });
  }
  for (const { draft } of journal.files) if (draft) removeFile(draft);
  removeJournal(repo, 'move');
  step('recovered');
  return [{ type: finished ? 'move-finished' : 'move-taken-back', commit: journal.newBase }, ...events];
}

/** Waits up to ten seconds for a git process that outlived its coordinator: it has nothing more to read, so it ends. */
export async function gone(mark: ProcessMark): Promise<boolean> {
  for (let tries = 0; isAlive(mark); tries++) {
    if (tries >= 1000) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

/** Whether the ref's history has the commit. */
export async function contains(repo: Repository, ref: string, commit: string): Promise<boolean> {
  const tip = await resolve(repo, ref);
  if (tip === null || tip === commit) return tip === commit;
  const { code } = await git(['merge-base', '--is-ancestor', commit, tip], { cwd: repo.root, okExit: [0, 1, 128] });
  return code === 0;
}
