import { readdirSync, unlinkSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import { lstatOrNone } from '../../system/plain-file.ts';

/** Files that git opens by name; a FIFO in the place of one blocks it for ever. */
const READ_BY_GIT = new Set(['.gitignore', '.gitattributes', '.gitmodules', '.mailmap']);
const MOST_FOLDERS = 200_000;

/**
 * FIFOs and devices where git looks for a file: in the worktree's git dir and at the top of the worktree. They hold no bytes,
 * so they are removed. A socket blocks nobody, and git's own file system monitor has one in the git dir.
 * @returns what was removed, relative to the worktree or the git dir.
 */
export function removeSpecialFiles({ worktree, gitDir }: Pick<Brief, 'worktree' | 'gitDir'>): string[] {
  const inGitDir = entriesOf(gitDir).flatMap((entry) => (removed(gitDir, entry) ? [entry.name] : []));
  const inWorktree = [...READ_BY_GIT].filter(
    (name) => isSpecial(join(worktree, name)) && removeOne(join(worktree, name)),
  );
  return [...inWorktree, ...inGitDir.map((name) => `.git/${name}`)];
}

/** The same in every folder of the worktree: for when git doesn't come back. */
export function removeSpecialFilesBelow(worktree: string): string[] {
  const found: string[] = [];
  const folders = [''];
  for (let count = 0; folders.length > 0 && count < MOST_FOLDERS; count += 1) {
    const folder = folders.pop() ?? '';
    for (const entry of entriesOf(join(worktree, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (READ_BY_GIT.has(entry.name) && removed(join(worktree, folder), entry)) found.push(path);
    }
  }
  return found;
}

/** Tracked files in whose place something stands that git can't store. */
export function removeSpecialAmong(worktree: string, paths: readonly string[]): string[] {
  return paths.filter((path) => isSpecial(join(worktree, path)) && removeOne(join(worktree, path)));
}

function isSpecial(path: string): boolean {
  try {
    const stat = lstatOrNone(path);
    return stat !== undefined && !stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink();
  } catch {
    // A path that is too long, or through a file.
    return false;
  }
}

const removed = (folder: string, entry: Dirent): boolean =>
  (entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice()) && removeOne(join(folder, entry.name));

function removeOne(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
