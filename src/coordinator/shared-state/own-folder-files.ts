import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lstatOrNone, moveFolderAside, removeWhatever } from '../../system/plain-file.ts';

/** Folders of kanban's own in the git dir. */
export const SHARED = 'kanban/shared';
export const KEPT = `${SHARED}/kept`;
export const BIG = `${SHARED}/big`;

/**
 * Makes a folder and those above it real ones. A link or file in the place of one goes, for it is an entry that is restored.
 * @returns false: it isn't there, and isn't to be made.
 */
export function makeFolder(commonDir: string, folder: string, make: boolean): boolean {
  if (folder === '.') return true;
  if (!makeFolder(commonDir, dirname(folder), make)) return false;
  const path = join(commonDir, folder);
  const stat = lstatOrNone(path);
  if (stat?.isDirectory() !== true) {
    if (!make) return false;
    // `objects` itself holds what may be nowhere else.
    if (stat !== undefined && folder === 'objects') throw new Error(`${path} is no folder`);
    if (stat !== undefined) unlinkSync(path);
    mkdirSync(path);
  } else if ((stat.mode & 0o700) !== 0o700) chmodSync(path, stat.mode | 0o700);
  return true;
}

/** Nothing that lies there is opened: an agent may have put a FIFO or a folder in its place. */
export const replaceWith = (path: string, content: string | Buffer, mode: number): void =>
  replaceBy(path, (draft) => writeFileSync(draft, content), mode);

export function replaceBy(path: string, write: (draft: string) => void, mode: number): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, '', { mode: mode | 0o200, flag: 'wx' });
    write(draft);
    moveFolderAside(path);
    renameSync(draft, path);
  } catch (error) {
    removeWhatever(draft);
    throw error;
  }
}
