import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as messages from './messages.ts';

/**
 * The one way to open a path that an agent can reach. Only a plain file is opened: no symbolic link is followed in the last
 * part of the path, no FIFO or device can block or be read without end, and no more than `most` bytes are read.
 */

/** Bytes that are read of a file where nothing smaller is known to be enough. */
export const MOST_BYTES = 64 * 1024 * 1024;

const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
const APPEND = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Why a path is not read: `missing`; `not-plain` (a link, folder, FIFO, device); or an error of the disk, thrown. */
export class NotPlain extends Error {
  readonly code = 'ENOTPLAIN';
  readonly path: string;
  constructor(path: string) {
    super(messages.notPlain(path));
    this.path = path;
  }
}

/** `lstat` that never throws: what can't be reached (a file or a loop of links in the way) is not there. */
export function lstatOrNone(path: string | Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** `stat` that never throws. */
export function statOrNone(path: string | Buffer): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * A file descriptor for reading.
 * @returns null when nothing is there.
 * @throws NotPlain; the error of the disk (EACCES, EIO).
 */
export function openPlain(path: string | Buffer): number | null {
  const before = lstatOrNone(path);
  if (before === undefined) return null;
  // Looked at before it is opened: opening some devices already does something.
  if (!before.isFile()) throw new NotPlain(String(path));
  let fd: number;
  try {
    fd = openSync(path, READ);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENXIO' || code === 'EISDIR') throw new NotPlain(String(path));
    throw error;
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new NotPlain(String(path));
}

/**
 * The bytes of a plain file; of a longer one the first `most`.
 * @returns null when nothing is there.
 * @throws NotPlain; the error of the disk.
 */
export function readPlain(path: string | Buffer, most = MOST_BYTES): Buffer | null {
  const fd = openPlain(path);
  if (fd === null) return null;
  try {
    return readAll(fd, Math.min(fstatSync(fd).size, most));
  } finally {
    closeSync(fd);
  }
}

/**
 * The bytes of a file of the user's or of git's, which may be a symbolic link to a plain file.
 * @returns null when nothing is there.
 * @throws NotPlain, also for more than `most` bytes; the error of the disk.
 */
export function readFollowing(path: string | Buffer, most = MOST_BYTES): Buffer | null {
  const link = lstatOrNone(path);
  if (link?.isSymbolicLink() !== true) return whole(openPlain(path), path, most);
  const target = statOrNone(path);
  if (target === undefined) return null;
  if (!target.isFile()) throw new NotPlain(String(path));
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  if (fstatSync(fd).isFile()) return whole(fd, path, most);
  closeSync(fd);
  throw new NotPlain(String(path));
}

/** The same as text; null for all that can't be read. Never throws. */
export function textFollowing(path: string, most = MOST_BYTES): string | null {
  try {
    return readFollowing(path, most)?.toString('utf8') ?? null;
  } catch {
    return null;
  }
}

function whole(fd: number | null, path: string | Buffer, most: number): Buffer | null {
  if (fd === null) return null;
  try {
    const { size } = fstatSync(fd);
    if (size > most) throw new NotPlain(`${String(path)} (${size} bytes)`);
    return readAll(fd, size);
  } finally {
    closeSync(fd);
  }
}

/** At most `most` bytes of a plain file from an offset on; none where there is no such file. Never throws. */
export function readFrom(path: string, offset: number, most: number): Buffer {
  try {
    const fd = openPlain(path);
    if (fd === null) return Buffer.alloc(0);
    try {
      return readAll(fd, Math.max(0, Math.min(fstatSync(fd).size - offset, most)), offset);
    } finally {
      closeSync(fd);
    }
  } catch {
    return Buffer.alloc(0);
  }
}

/** What can be read as the text of a plain file of at most `most` bytes; null for all else. Never throws. */
export function plainTextOf(path: string, most = MOST_BYTES): string | null {
  try {
    const fd = openPlain(path);
    if (fd === null) return null;
    try {
      const { size } = fstatSync(fd);
      return size > most ? null : readAll(fd, size).toString('utf8');
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** The JSON in a plain file of at most `most` bytes, if it has the right shape; null for all else. Never throws. */
export function plainJsonOf<T>(path: string, isSound: (value: unknown) => value is T, most: number): T | null {
  const text = plainTextOf(path, most);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isSound(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * A file descriptor for appending to a file of kanban's own, and reading it; the file is made if it isn't there. What an
 * agent put in its place goes: a link or FIFO holds no bytes, a folder is moved beside it.
 * @throws NotPlain; the error of the disk.
 */
export function openForAppend(path: string): number {
  let fd: number;
  try {
    // Opening a FIFO for both ends would succeed: it is looked at before.
    const before = lstatOrNone(path);
    if (before?.isDirectory() === true) moveFolderAside(path);
    else if (before !== undefined && !before.isFile()) unlinkSync(path);
    fd = openSync(path, APPEND, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw new NotPlain(path);
    throw error;
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new NotPlain(path);
}

/** Appends to a plain file, which is made if it isn't there. @throws NotPlain; the error of the disk. */
export function appendPlain(path: string, text: string): void {
  appendAt(path, Buffer.from(text), null);
}

/**
 * The same, only if the file has so many bytes; null: however many it has.
 * @returns false: it has another size, and nothing was written
 */
export function appendAt(path: string, bytes: Uint8Array, size: number | null): boolean {
  const fd = openForAppend(path);
  try {
    if (size !== null && fstatSync(fd).size !== size) return false;
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    return true;
  } finally {
    closeSync(fd);
  }
}

/** Removes whatever is at a path, however deep a folder it is. Never throws. @returns whether it is gone. */
export function removeWhatever(path: string): boolean {
  try {
    rmSync(path, { force: true, recursive: true });
  } catch {
    // Node names every file by its whole path: a folder that is deeper than a path may be long is for `rm`.
    spawnSync('rm', ['-rf', '--', path], { stdio: 'ignore', timeout: 60_000 });
  }
  return lstatOrNone(path) === undefined;
}

/**
 * Frees a path at which a plain file is to be written: a folder that is in the way is moved beside it. A link needs no
 * care, for a rename replaces the link itself.
 */
export function moveFolderAside(path: string): void {
  if (lstatOrNone(path)?.isDirectory() !== true) return;
  renameSync(path, `${path}.replaced-${randomBytes(4).toString('hex')}`);
}

function readAll(fd: number, size: number, offset = 0): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const read = readSync(fd, bytes, done, size - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
