import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { lstatOrNone, moveFolderAside, removeWhatever } from '../../system/plain-file.ts';
import { BIG, KEPT, makeFolder, replaceBy, replaceWith, SHARED } from './own-folder-files.ts';
import { hashOf, readOne, type SharedFile } from './shared-files.ts';
import { shellPath } from '../../shell-word.ts';

/** Files that git takes `<name>.lock` for. */
const LOCKED: ReadonlySet<string> = new Set(['config', 'config.worktree', 'shallow']);

/**
 * Puts a file back (null: takes it away), by write-then-rename, a config under git's own lock. Whatever an agent made of the
 * folder it is in, nothing is written or removed through a link.
 * @returns why not; null = done.
 */
export function putShared(repo: Repository, name: string, file: SharedFile | null): string | null {
  const path = join(repo.commonDir, name);
  // Nothing is known of what stood there: it is taken away, unless it may be what stands there still.
  if (file?.kind === 'other') return readOne(path)?.kind === 'other' ? null : putShared(repo, name, null);
  const draft = lockOf(repo, name) ?? join(repo.commonDir, SHARED, `draft.${randomBytes(6).toString('hex')}`);
  try {
    if (!makeFolder(repo.commonDir, dirname(name), file !== null)) return null;
    makeFolder(repo.commonDir, SHARED, true);
    closeSync(openSync(draft, 'wx'));
  } catch (error) {
    return (error as Error).message;
  }
  try {
    if (file === null) {
      if (lstatOrNone(path)?.isDirectory() === false) unlinkSync(path);
      return null;
    }
    if (file.kind === 'link') {
      rmSync(draft);
      symlinkSync(file.bytes, draft);
    } else {
      if (file.kind === 'big') copyBig(copyOfBig(repo, file), draft, file);
      else writeFileSync(draft, file.bytes);
      chmodSync(draft, file.mode);
    }
    moveFolderAside(path);
    renameSync(draft, path);
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    removeWhatever(draft);
  }
}

/** The file by which git locks one of them; null: it has none. */
export const lockOf = ({ commonDir }: Repository, name: string): string | null =>
  LOCKED.has(name) || name.startsWith('worktrees/') ? `${join(commonDir, name)}.lock` : null;

/**
 * Keeps what a restored file held: no byte is lost, whoever wrote it. The same bytes are kept once.
 * @returns a command that puts it back; null for what holds nothing.
 */
export function keepShared({ commonDir }: Repository, name: string, { kind, bytes, mode }: SharedFile): string | null {
  const path = join(commonDir, name);
  if (kind === 'other') return null;
  if (kind === 'link') return `ln -sfn ${shellPath(bytes.toString())} ${shellPath(path)}`;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const kept = join(commonDir, KEPT, `${name.replaceAll('/', '-')}-${hash}`);
  makeFolder(commonDir, KEPT, true);
  // Also where something of that name lies already: an agent may have put it there.
  if (kind === 'big') replaceBy(kept, (draft) => copyBig(path, draft, null), mode & 0o666);
  else replaceWith(kept, bytes, mode & 0o666);
  return `cp ${shellPath(kept)} ${shellPath(path)}`;
}

const copyOfBig = ({ commonDir }: Repository, { bytes }: SharedFile): string => join(commonDir, BIG, bytes.toString());

/** A big file can be restored only from a copy. */
export function keepBig(repo: Repository, name: string, file: SharedFile): void {
  if (file.kind !== 'big' || lstatOrNone(copyOfBig(repo, file))?.isFile() === true) return;
  try {
    makeFolder(repo.commonDir, BIG, true);
    replaceBy(copyOfBig(repo, file), (draft) => copyBig(join(repo.commonDir, name), draft, file), 0o600);
  } catch {
    // Then it can only be reported.
  }
}

/** @param file what must have come out of it; null: whatever it holds. @throws NotPlain; the error of the disk. */
function copyBig(from: string, to: string, file: SharedFile | null): void {
  const fd = openSync(to, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    const hash = hashOf(from, fd);
    if (file !== null && hash !== file.bytes.toString()) throw new Error(`${from} no longer holds what it held`);
  } finally {
    closeSync(fd);
  }
}
