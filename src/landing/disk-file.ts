import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { isUtf8Path, toBytes } from '../git/objects/tree.ts';
import { lstatOrNone, readFollowing, statOrNone } from '../system/plain-file.ts';

/** @returns null when nothing is there. @throws for anything that is no readable file. */
export function readDisk(path: string): Buffer | null {
  try {
    return readFollowing(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** Where a path of a tree stands on disk; bytes where it is not UTF-8. */
export function placeOf(root: string, path: string): string | Buffer {
  return isUtf8Path(path) ? join(root, path) : Buffer.from(`${toBytes(root)}/${toBytes(path)}`, 'latin1');
}

/** Throws (EACCES, EROFS) when the file, or a new one in its folder, may not be written. */
export function checkWritable(path: string): void {
  const target = realPath(path);
  if (statOrNone(target)) accessSync(target, constants.W_OK);
  let folder = dirname(target);
  while (!statOrNone(folder)) folder = dirname(folder);
  accessSync(folder, constants.W_OK);
}

/**
 * Writes the bytes to a file beside the way, from where `placeDraft` renames them into place: so a full disk is found
 * before anything has changed.
 * @param drafts folder for them; where that is another file system, the file's own folder is taken.
 * @returns the draft's path.
 */
export function writeDraft(path: string, bytes: Uint8Array, drafts: string): string {
  const target = realPath(path);
  mkdirSync(dirname(target), { recursive: true });
  mkdirSync(drafts, { recursive: true });
  const same = statSync(drafts).dev === statSync(dirname(target)).dev;
  const name = `.${basename(target)}.${randomBytes(4).toString('hex')}.kanban`;
  const draft = join(same ? drafts : dirname(target), name);
  try {
    writeFileSync(draft, bytes, { flag: 'wx' });
  } catch (error) {
    // On a full disk what was begun goes again: nothing is left behind by a try.
    rmSync(draft, { force: true });
    throw error;
  }
  const old = lstatOrNone(target);
  if (old?.isFile() === true) chmodSync(draft, old.mode & 0o7777);
  return draft;
}

/** Renames a draft into place. */
export function placeDraft(draft: string, path: string): void {
  renameSync(draft, realPath(path));
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}

/** Of its folder: a link at the path itself is replaced, and what it names stays as it is. */
function realPath(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
