import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Problem } from '../problem.ts';
import { problemOfWriting } from './disk-problem.ts';

export type WriteOutcome =
  | { readonly outcome: 'written' }
  /** The file is not (or no longer) what was expected: it has been left to the person, nothing of ours stands in it. */
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'failed'; readonly problem: Problem };

export interface WriteOptions {
  /** What must stand in the file right before it is replaced; null: it must not exist. */
  readonly expect?: Uint8Array | string | null;
  /** Flush to the disk before the rename: survives a power cut, not only kill -9. */
  readonly durable?: boolean;
}

/**
 * Replaces a whole file: written aside in the same folder, compared with `expect`, renamed into place. Through symbolic
 * links; mode and owner are kept. A reader sees the old or the new bytes, never a part.
 *
 * Between comparing and renaming lie some microseconds. An editor that writes in place and falls into them writes to the
 * file that was just replaced; its bytes are read from there, put back, and the outcome is `changed`.
 *
 * Not write-file-atomic: it doesn't look at how many bytes a write took, so that a full disk can leave a part in place.
 * @param path absolute path.
 * @param bytes the new content; a string is written as UTF-8.
 */
export async function writeAtomic(
  path: string,
  bytes: Uint8Array | string,
  options: WriteOptions = {},
): Promise<WriteOutcome> {
  const wanted = toBuffer(bytes);
  let target = path;
  let temporary: string | null = null;
  let old: number | null = null;
  try {
    target = throughLinks(path);
    const before = statOrNull(target);
    if (before !== null) refuseReadOnly(target, before);
    temporary = writeAside(target, wanted, before, options.durable === true);
    old = openOrNull(target);
    const opened = old === null ? null : fstatSync(old);
    const found = old === null ? null : readFileSync(old);
    if (options.expect !== undefined && !isSame(found, options.expect)) return { outcome: 'changed' };
    renameSync(temporary, target);
    temporary = null;
    if (options.expect === undefined || old === null || opened === null || !wasWritten(opened, fstatSync(old)))
      return { outcome: 'written' };
    return await putBack(target, old, wanted);
  } catch (error) {
    return { outcome: 'failed', problem: problemOfWriting(path, error) };
  } finally {
    if (temporary !== null) rmSync(temporary, { force: true });
    if (old !== null) closeSync(old);
  }
}

/**
 * Removes what a killed process left beside its target in `folder`.
 * @returns the names removed.
 */
export function removeTemporaries(folder: string): string[] {
  const removed: string[] = [];
  for (const name of namesIn(folder)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    rmSync(join(folder, name), { force: true });
    removed.push(name);
  }
  return removed;
}

/** Is it the name of a file that `writeAtomic` writes aside? */
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

const TEMPORARY = /^\..+\.kanban-(\d+)-[0-9a-f]{12}$/;

const toBuffer = (bytes: Uint8Array | string): Buffer =>
  typeof bytes === 'string'
    ? Buffer.from(bytes, 'utf8')
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function isSame(found: Buffer | null, expected: Uint8Array | string | null): boolean {
  if (found === null || expected === null) return found === expected;
  return found.equals(toBuffer(expected));
}

/** The file that a name stands for, however many links away; also when that file doesn't exist yet. */
function throughLinks(path: string): string {
  let current = path;
  for (let hops = 0; hops < 40; hops++) {
    const stat = lstatOrNull(current);
    if (stat === null || !stat.isSymbolicLink()) return current;
    current = resolve(dirname(current), readlinkSync(current));
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

/** A rename replaces a read-only file without asking, and root may write anything: so the mode itself is looked at. */
function refuseReadOnly(target: string, stat: Stats): void {
  if (!stat.isFile()) throw Object.assign(new Error('not a file'), { code: stat.isDirectory() ? 'EISDIR' : 'EINVAL' });
  if ((stat.mode & 0o222) === 0) throw Object.assign(new Error('read-only'), { code: 'EROFILE' });
  accessSync(target, constants.W_OK);
}

function writeAside(target: string, bytes: Buffer, before: Stats | null, durable: boolean): string {
  const name = join(dirname(target), `.${basename(target)}.kanban-${process.pid}-${randomBytes(6).toString('hex')}`);
  const file = openSync(name, 'wx', before === null ? 0o666 : before.mode & 0o777);
  try {
    writeFileSync(file, bytes);
    if (before !== null) keepOwnerAndMode(file, before);
    if (durable) fsyncSync(file);
  } catch (error) {
    rmSync(name, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  return name;
}

function keepOwnerAndMode(file: number, before: Stats): void {
  const made = fstatSync(file);
  try {
    if (made.uid !== before.uid || made.gid !== before.gid) fchownSync(file, before.uid, before.gid);
  } catch (error) {
    // Only root may give a file away; the content matters more than its owner.
    if (codeOf(error) !== 'EPERM') throw error;
  }
  if ((made.mode & 0o7777) !== (before.mode & 0o7777)) fchmodSync(file, before.mode & 0o7777);
}

const wasWritten = (before: Stats, after: Stats): boolean =>
  before.size !== after.size || before.mtimeMs !== after.mtimeMs;

/** Somebody was writing in place while the file was replaced: once they are done, their bytes are the file. */
async function putBack(target: string, old: number, ours: Buffer): Promise<WriteOutcome> {
  let seen = fstatSync(old);
  for (let still = 0, rounds = 0; still < 5 && rounds < 250; rounds++) {
    await sleep(20);
    const now = fstatSync(old);
    still = wasWritten(seen, now) ? 0 : still + 1;
    seen = now;
  }
  // Where they have saved once more by now, by another way, that stands.
  const written = await writeAtomic(target, readAll(old, Buffer.alloc(seen.size)), { expect: ours });
  return written.outcome === 'failed' ? written : { outcome: 'changed' };
}

function readAll(file: number, into: Buffer): Buffer {
  let at = 0;
  while (at < into.length) {
    const read = readSync(file, into, at, into.length - at, at);
    if (read === 0) break;
    at += read;
  }
  return into.subarray(0, at);
}

function statOrNull(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function lstatOrNull(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function openOrNull(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | null)?.code;
