import { closeSync, linkSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { moveFolderAside } from './plain-file.ts';

/**
 * Writes a file that is complete from its first moment and written by exactly one process: `link()` of a finished
 * temporary file. Returns false when somebody was first; what they wrote stays.
 */
export function writeOnce(path: string, value: unknown): boolean {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const text = `${JSON.stringify(value, null, 1)}\n`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS')
      return createOnce(path, text);
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** File systems without hard links: as exclusive, but a reader may see it half written for an instant. */
function createOnce(path: string, text: string): boolean {
  try {
    const fd = openSync(path, 'wx', 0o600);
    writeSync(fd, text);
    closeSync(fd);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Write-then-rename: a reader sees the old file or the new one, whole. */
export function writeWhole(path: string, text: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    rename(temporary, path);
  } catch (error) {
    // A full disk: what was begun is not to take the last of it.
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What stands there may be a folder (an agent's doing): it is moved beside it, not removed. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EISDIR' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    moveFolderAside(to);
    renameSync(from, to);
  }
}
