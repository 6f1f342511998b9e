import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import { git } from '../git/git.ts';
import type { Repository } from '../git/git.ts';
import { lstatOrNone, statOrNone } from '../system/plain-file.ts';
import * as messages from './messages.ts';

export const INCLUDE_FILE = '.worktreeinclude';

/**
 * Copies into a new worktree those files of the user's checkout that git ignores and `.worktreeinclude` (gitignore
 * syntax) names: `.env` and the like. Modes are kept, symbolic links stay links, nothing is overwritten.
 * @param path the worktree, absolute.
 * @param again for a worktree that stays: a copy that is older than its file is made anew.
 * @returns files that couldn't be copied, with the reason.
 */
export async function copyIncluded(repo: Repository, path: string, again = false): Promise<string[]> {
  // git would wait for ever for a FIFO to say something.
  if (statOrNone(join(repo.root, INCLUDE_FILE))?.isFile() !== true) return [];
  const failed: string[] = [];
  for (const file of await includedFiles(repo, relative(repo.root, dirname(path)))) {
    try {
      if (again) removeOlder(join(repo.root, file), join(path, file));
      copyOne(repo.root, path, file);
    } catch (error) {
      failed.push(`${file}: ${(error as Error).message}`);
    }
  }
  return failed;
}

/**
 * Both conditions are git's to judge: no second reading of gitignore patterns.
 * @param worktrees the folder of the other worktrees, relative to the root: not walked through, and nothing is taken from it.
 */
async function includedFiles(repo: Repository, worktrees: string): Promise<string[]> {
  const skipped = ['.kanban', ...(worktrees === '' || worktrees.startsWith('..') ? [] : [worktrees])].map(
    (folder) => `:(top,exclude,literal)${folder}`,
  );
  const named = await git(
    ['ls-files', '-z', '--others', '--ignored', `--exclude-from=${INCLUDE_FILE}`, '--', ...skipped],
    { cwd: repo.root },
  );
  // A name that ends in a slash is a repository of its own.
  const files = named.stdout.split('\0').filter((file) => file !== '' && !file.endsWith('/'));
  if (files.length === 0) return [];
  const ignored = await git(['check-ignore', '-z', '--stdin'], {
    cwd: repo.root,
    input: `${files.join('\0')}\0`,
    okExit: [0, 1],
  });
  return ignored.stdout.split('\0').filter((file) => file !== '');
}

/** Plain files only: a folder or link in its place is somebody's doing. */
function removeOlder(from: string, to: string): void {
  const copy = lstatOrNone(to);
  if (copy?.isFile() !== true || copy.mtimeMs >= (lstatOrNone(from)?.mtimeMs ?? 0)) return;
  rmSync(to);
}

function copyOne(root: string, worktree: string, file: string): void {
  const from = join(root, file);
  const to = join(worktree, file);
  const stat = lstatOrNone(from);
  if (stat === undefined || lstatOrNone(to) !== undefined) return;
  mkdirSync(dirname(to), { recursive: true });
  // The branch may have a link where the checkout has a folder: nothing is written outside the worktree.
  if (!`${realpathSync(dirname(to))}${sep}`.startsWith(`${realpathSync(worktree)}${sep}`))
    throw new Error(messages.OUTSIDE_WORKTREE);
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stat.isFile()) {
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    chmodSync(to, stat.mode & 0o777);
  }
}
