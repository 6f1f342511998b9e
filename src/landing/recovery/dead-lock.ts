import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { worktrees } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { statOrNone } from '../../system/plain-file.ts';
import { journalPath, type LandingJournal, type MoveJournal } from '../journal.ts';

/**
 * Removes the lock files that a killed move or landing left, and no others. Called only when the journal's own git is
 * known to be dead. The user's `git commit` may be waiting for its editor with locks of its own: so a lock must be
 * younger than the journal, and no git may be alive in that checkout. Where processes can't be listed (no /proc), only
 * an empty index.lock goes: it is empty while git changes files, but full by the time that an editor opens.
 */
export function clearDeadLocks(repo: Repository, { kind, checkout, baseRef }: MoveJournal | LandingJournal): void {
  const journal = statOrNone(journalPath(repo, kind));
  const index = join(checkout.gitDir, 'index.lock');
  const heads = ['HEAD.lock', 'ORIG_HEAD.lock'].map((name) => join(checkout.gitDir, name));
  const locks = [index, ...heads, join(repo.commonDir, `${baseRef}.lock`)];
  const left = locks.filter((lock) => {
    const held = statOrNone(lock);
    return held && journal && held.ctimeMs >= journal.mtimeMs;
  });
  if (left.length === 0) return;
  const alive = gitAliveIn(repo, checkout.path);
  for (const lock of left) {
    if (alive === false || (alive === null && lock === index && statSync(lock).size === 0))
      rmSync(lock, { force: true });
  }
}

function gitAliveIn(repo: Repository, folder: string): boolean | null {
  const others = worktrees(repo)
    .map(({ path }) => path)
    .filter((path) => path !== folder && inside(path, folder));
  return isGitAlive((cwd) => inside(cwd, folder) && !others.some((other) => inside(cwd, other)));
}

/** Does a git live in such a folder that may hold a lock? null: this system does not tell. */
export function isGitAlive(isConcerned: (cwd: string) => boolean): boolean | null {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return null;
  }
  return pids.some((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/comm`, 'latin1').startsWith('git')) return false;
      // Processes that stay, to read objects and move refs, stand here too and hold no lock between their answers.
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
      // On its way out: the kernel has taken its memory back already, and its files with it or in a moment.
      if (command.every((word) => word === '')) return false;
      if (command.includes('--batch-command') || (command.includes('update-ref') && command.includes('--stdin')))
        return false;
      return isConcerned(readlinkSync(`/proc/${pid}/cwd`));
    } catch {
      return false;
    }
  });
}

export const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);
