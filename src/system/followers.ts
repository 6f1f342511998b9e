import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './folder-names.ts';
import { removeWhatever, statOrNone } from './plain-file.ts';

/**
 * Processes that follow the board, a file each in a folder, named by pid. Each touches its file while it follows; the file
 * of a process that has died, or that was not touched for two minutes, counts for nothing and is removed.
 */
const GOOD_FOR_MS = 120_000;

/** @param name `<pid>` or `<pid>-…` */
export function follow(folder: string, name: string): void {
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
  } catch {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // A full or read-only disk: the board is followed all the same, at the usual pace.
    }
  }
}

export const unfollow = (folder: string, name: string): void => void removeWhatever(join(folder, name));

/** Whether anybody follows. Removes the files of those that no longer do. @param now epoch ms */
export function isFollowed(folder: string, now: number): boolean {
  return namesIn(folder).filter((name) => isLive(folder, name, now)).length > 0;
}

function isLive(folder: string, name: string, now: number): boolean {
  const path = join(folder, name);
  const touched = statOrNone(path)?.mtimeMs ?? -Infinity;
  if (isRunning(Number.parseInt(name, 10)) && Math.abs(now - touched) < GOOD_FOR_MS) return true;
  removeWhatever(path);
  return false;
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // It belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
