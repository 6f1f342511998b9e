import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { draftFolder, journalPath, readJournal } from '../journal.ts';
import { recoverLanding } from './recover-landing.ts';
import { recoverMove } from './recover-move.ts';
import type { Refused } from '../move.ts';
import * as messages from './messages.ts';

/** What a start found of work that a kill cut off. `blocked`: it can't be finished yet; nothing else may move base. */
export type RecoveryEvent =
  | { readonly type: 'move-finished' | 'move-taken-back'; readonly commit: string }
  | { readonly type: 'landing-finished' | 'landing-taken-back'; readonly id: string; readonly commit: string }
  | { readonly type: 'file-kept'; readonly path: string; readonly message: string }
  | { readonly type: 'journal-unreadable'; readonly path: string; readonly message: string }
  | { readonly type: 'blocked'; readonly message: string };

/**
 * Finishes or takes back what a killed coordinator left: to be called at start, by the holder of the lock, before
 * anything else is read. The user's bytes are left as they are. It may itself be killed and repeated.
 */
export async function recover(repo: Repository, step: (name: string) => void = () => {}): Promise<RecoveryEvent[]> {
  const events: RecoveryEvent[] = [];
  const move = readJournal(repo, 'move');
  if (move === 'unreadable') events.push(keepUnfinished(repo, 'move'));
  else if (move) events.push(...(await recoverMove(repo, move, step)));
  const landing = readJournal(repo, 'landing');
  if (landing === 'unreadable') events.push(keepUnfinished(repo, 'landing'));
  else if (landing) events.push(...(await recoverLanding(repo, landing, step)));
  if (!events.some((event) => event.type === 'blocked')) sweepDrafts(repo);
  return events;
}

/** Recovers what an earlier call left, should there be anything; why not, if it can't. */
export async function unfinished(repo: Repository): Promise<Extract<Refused, { readonly held: string }> | null> {
  if (readJournal(repo, 'move') === null && readJournal(repo, 'landing') === null) return null;
  const blocked = (await recover(repo)).find((event) => event.type === 'blocked');
  return blocked ? { ok: false, held: blocked.message, reason: { code: 'git-locked' } } : null;
}

function keepUnfinished(repo: Repository, kind: 'move' | 'landing'): RecoveryEvent {
  const path = journalPath(repo, kind);
  renameSync(path, `${path}.unreadable`);
  return {
    type: 'journal-unreadable',
    path,
    message: messages.journalUnreadable(path, kind),
  };
}

function sweepDrafts(repo: Repository): void {
  try {
    for (const name of readdirSync(draftFolder(repo))) rmSync(join(draftFolder(repo), name), { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
