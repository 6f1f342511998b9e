import { readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { worktrees } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { lstatOrNone, moveFolderAside, statOrNone } from '../../system/plain-file.ts';
import { inside, isGitAlive } from './dead-lock.ts';

/** git holds a lock on a ref for a moment. So old, and with no git alive, it is nobody's; ms. */
const DEAD = { sure: 3_000, unsure: 60_000 } as const;

/**
 * Removes the locks on refs that a killed git left: a ref that is locked can't be moved until somebody does. git itself
 * lives on when its coordinator is killed; not so when the machine, or a container, goes down. Called at start, before
 * anything of ours runs; waits for a few seconds where a lock is too young to tell.
 * @returns the locks that are gone, relative to the git folder.
 */
export async function clearDeadRefLocks(repo: Repository): Promise<string[]> {
  const found = refLocks(repo.commonDir);
  if (found.length === 0) return [];
  const folders = [repo.root, repo.commonDir, ...worktrees(repo).map(({ path }) => path)];
  const alive = isGitAlive((cwd) => folders.some((folder) => inside(cwd, folder)));
  if (alive === true) return [];
  const age = alive === false ? DEAD.sure : DEAD.unsure;
  if (alive === false) await pause(Math.max(0, ...found.map((lock) => age - ageOf(lock) + 20)));
  const dead = found.filter((lock) => ageOf(lock) >= age && ageOf(lock) < Infinity);
  for (const lock of dead) rmSync(lock, { force: true });
  return dead.map((lock) => relative(repo.commonDir, lock));
}

/**
 * Removes a lock on another file of the git folder, once it is old enough and no git is alive that may hold it. A folder
 * by that name is nobody's lock. Never waits.
 * @returns whether it is gone.
 */
export function clearDeadLock(repo: Repository, lock: string): boolean {
  const stat = lstatOrNone(lock);
  if (stat === undefined) return true;
  const folders = [repo.root, repo.commonDir, ...worktrees(repo).map(({ path }) => path)];
  const alive = isGitAlive((cwd) => folders.some((folder) => inside(cwd, folder)));
  const age = Math.max(0, Date.now() - stat.ctimeMs);
  if (alive === true || age < (alive === false ? DEAD.sure : DEAD.unsure)) return false;
  if (stat.isDirectory()) moveFolderAside(lock);
  else rmSync(lock, { force: true });
  return true;
}

/** Where refs are files; a repository that keeps them otherwise has none of these. */
function refLocks(commonDir: string): string[] {
  const all = ['HEAD.lock', 'packed-refs.lock'].map((name) => join(commonDir, name));
  return [...all.filter((lock) => ageOf(lock) < Infinity), ...locksIn(join(commonDir, 'refs'))];
}

function locksIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return locksIn(path);
      return entry.name.endsWith('.lock') ? [path] : [];
    });
  } catch {
    // A folder without refs goes the moment that its last one does.
    return [];
  }
}

/** ms since it was made, by the clock; Infinity = it is gone. */
function ageOf(lock: string): number {
  const stat = statOrNone(lock);
  return stat === undefined ? Infinity : Math.max(0, Date.now() - stat.ctimeMs);
}
