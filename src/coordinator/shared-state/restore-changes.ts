import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { git, GitError, type Repository } from '../../git/git.ts';
import { clearDeadLock } from '../../landing/recovery/dead-ref-locks.ts';
import { DECIDE_OBJECTS, putObjectFile } from './borrowed-objects.ts';
import { lockOf, putShared } from './restore-shared.ts';
import { isOfOneWorktree, type SharedChange } from './shared-changes.ts';
import type { SharedFiles } from './shared-files.ts';

export interface RestoreInput {
  readonly changes: readonly SharedChange[];
  readonly before: SharedFiles;
  readonly now: SharedFiles;
  /** These are all changes that there are: whole files are restored, not single settings. */
  readonly isAll: boolean;
}

/** Restores files, those that decide which objects there are last. @returns why not; null = done. */
export async function restoreChanges(repo: Repository, input: RestoreInput): Promise<string | null> {
  const files = [...new Set(input.changes.map((change) => change.file))];
  const ordered = [
    ...files.filter((file) => !DECIDE_OBJECTS.has(file)),
    ...files.filter((file) => DECIDE_OBJECTS.has(file)),
  ];
  for (const file of ordered) {
    const failed = await restoreFile(repo, file, input);
    if (failed !== null) return failed;
  }
  return null;
}

async function restoreFile(
  repo: Repository,
  file: string,
  { changes, before, now, isAll }: RestoreInput,
): Promise<string | null> {
  const own = changes.filter((change) => change.file === file);
  const isWhole = (isAll && !isOfOneWorktree(file)) || own.some(({ key }) => key === null);
  const old = before.get(file) ?? null;
  const put = (): string | null | Promise<string | null> => {
    if (DECIDE_OBJECTS.has(file)) return putObjectFile(repo, file, old, now.get(file) ?? null);
    return isWhole ? putShared(repo, file, old) : restoreSettings(repo, file, own);
  };
  let failed = await put();
  // Another git may hold the lock for a moment; the lock of a git that is dead, or of none, goes.
  for (let wait = 20; failed !== null && wait <= 80; wait *= 2) {
    await pause(wait);
    failed = await put();
  }
  const lock = lockOf(repo, file);
  return failed !== null && lock !== null && clearDeadLock(repo, lock) ? put() : failed;
}

/** Some settings of a file are the user's, and stay. */
async function restoreSettings(
  { commonDir }: Repository,
  file: string,
  changes: readonly SharedChange[],
): Promise<string | null> {
  // Nowhere in the repository: its config may be what keeps git from working there.
  const config = (...args: string[]) =>
    git(['config', '--file', join(commonDir, file), ...args], { cwd: '/', okExit: [0, 5] });
  try {
    for (const { key, before } of changes) {
      if (key === null) continue;
      await config('--unset-all', key);
      for (const value of before) await config('--add', key, value ?? 'true');
    }
    return null;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return error.stderr.trim();
  }
}
