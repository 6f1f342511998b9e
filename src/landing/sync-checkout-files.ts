import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutState } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { setIndexEntries } from '../git/index/edit-index.ts';
import { objectName } from '../git/objects/loose.ts';
import { entryAt, readBytes, resolve } from '../git/objects/objects.ts';
import { placeDraft, readDisk, removeFile, writeDraft } from './disk-file.ts';
import { draftFolder, type JournalFile, type MoveJournal } from './journal.ts';
import * as messages from './messages.ts';

/** What became of a move's files. */
export interface Settled {
  /** Files that the user saved meanwhile: left as they are, to be read as a hand edit. */
  readonly kept: readonly string[];
  /** The index could not be written, because somebody else holds its lock. */
  readonly locked: boolean;
}

/**
 * Brings index and files of a checkout in step with what its HEAD now has of a move: with the new content, both follow;
 * with the old content, the index goes back. Where it is neither, and where the user has staged or saved something else,
 * nothing is touched. Used to end a move, to take it back, and by recovery; it may be repeated.
 */
export async function syncCheckoutFiles(
  repo: Repository,
  journal: MoveJournal,
  step?: (name: string) => void,
): Promise<Settled> {
  const head = await headOf(repo, journal);
  const kept: string[] = [];
  let locked = false;
  for (const file of journal.files) {
    const now = head === null ? null : ((await entryAt(repo, head, file.path))?.sha ?? null);
    const forward = now === file.blob;
    if (!forward && now !== file.committed) continue;
    if (!(await setStaged(repo, journal, file, forward))) locked = true;
    else if (forward && !(await write(repo, journal, file))) kept.push(file.path);
    step?.(`settled ${file.path}`);
  }
  return { kept, locked };
}

/**
 * Writes one file if its bytes on disk are those from before the move; compared right before the rename.
 * @returns false when the user has saved something else.
 */
export async function write(repo: Repository, journal: MoveJournal, file: JournalFile): Promise<boolean> {
  if (file.from === file.to) return true;
  const path = join(journal.checkout.path, file.path);
  const bytes = file.to !== null && !(file.draft && existsSync(file.draft)) ? await readBytes(repo, file.to) : null;
  const name = diskName(repo, path);
  if (name === file.to) return true;
  if (name !== file.from) return false;
  if (file.to === null) removeFile(path);
  else placeDraft(readyDraft(repo, file, path, bytes), path);
  return true;
}

/** Name of the file's bytes as a blob; null = not there. */
export function diskName(repo: Repository, path: string): string | null {
  const bytes = readDisk(path);
  return bytes && objectName(repo, 'blob', bytes);
}

function readyDraft(repo: Repository, file: JournalFile, path: string, bytes: Buffer | null): string {
  if (file.draft !== null && bytes === null) return file.draft;
  if (!bytes) throw new Error(messages.contentGone(file.path));
  return writeDraft(path, bytes, draftFolder(repo));
}

async function headOf(repo: Repository, journal: MoveJournal): Promise<string | null> {
  const { branch, head } = checkoutState(journal.checkout.gitDir);
  return branch === null ? head : resolve(repo, branch);
}

/** @returns false when the index is locked. */
async function setStaged(
  repo: Repository,
  journal: MoveJournal,
  file: JournalFile,
  forward: boolean,
): Promise<boolean> {
  const sha = forward ? file.blob : file.committed;
  const to = sha === null ? null : { mode: file.mode, sha };
  const result = await setIndexEntries(repo, journal.checkout, [
    { path: file.path, allowed: [file.committed, file.blob], to },
  ]);
  return result.ok || result.why !== 'locked';
}
