import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { effectiveConfig, worktreeConfigs } from '../../git/config/effective-config.ts';
import type { Repository } from '../../git/git.ts';
import { readTrusted, TRUSTED_CONFIG } from '../../git/config/harmless.ts';
import {
  lstatOrNone,
  moveFolderAside,
  NotPlain,
  openPlain,
  plainJsonOf,
  readPlain,
  removeWhatever,
} from '../../system/plain-file.ts';
import { amount, guard, list, object, oneOf, optional, text } from '../../contract/shape.ts';

/** What stands at a path that all worktrees share. */
export interface SharedFile {
  /** Of a link its target, of a `big` file the SHA-256 of its content in hex, of something `other` nothing. */
  readonly bytes: Buffer;
  readonly mode: number;
  /** `other`: a FIFO, socket or device, or a file that can't be read. */
  readonly kind: 'file' | 'link' | 'big' | 'other';
  /** Another one: the file was replaced as a whole, as git replaces its config. */
  readonly ino?: number;
}

/** Path relative to the git dir → what is there. */
export type SharedFiles = ReadonlyMap<string, SharedFile>;

/** Files that git reads for every worktree, besides the hooks (gitrepository-layout(5)). */
const NAMES = [
  'config',
  'config.worktree',
  'info/exclude',
  'info/attributes',
  'info/grafts',
  'info/sparse-checkout',
  'shallow',
  'objects/info/alternates',
  'objects/info/http-alternates',
];
/** Folders they are in. One that is a link is an entry itself, and nothing is read or written through it. */
const FOLDERS = ['info', 'objects/info', 'hooks'];
/** Files that git takes `<name>.lock` for. */
const LOCKED: ReadonlySet<string> = new Set(['config', 'config.worktree', 'shallow']);
/** Of anything bigger, the content is not kept in memory. */
const MAX_BYTES = 1024 * 1024;

/** Sizes and times of all of them, in some microseconds: two equal stamps mean that nothing was changed. */
export function stampOfShared({ commonDir }: Repository): string {
  return pathsOf(commonDir)
    .map((name) => {
      const stat = lstatOrNone(join(commonDir, name));
      return stat === undefined ? '-' : `${name} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.mode}`;
    })
    .join('\n');
}

export function readShared({ commonDir }: Repository): Map<string, SharedFile> {
  const files = new Map<string, SharedFile>();
  for (const name of pathsOf(commonDir)) {
    const file = readOne(join(commonDir, name));
    if (file !== null) files.set(name, file);
  }
  return files;
}

/** null: nothing, or a folder. */
function readOne(path: string): SharedFile | null {
  const stat = lstatOrNone(path);
  if (stat === undefined || stat.isDirectory()) return null;
  const mode = stat.mode & 0o777;
  try {
    if (stat.isSymbolicLink()) return { kind: 'link', bytes: readlinkSync(path, 'buffer'), mode };
    if (stat.isFile() && stat.size > MAX_BYTES) return { kind: 'big', bytes: Buffer.from(hashOf(path)), mode };
    const bytes = stat.isFile() ? readPlain(path, MAX_BYTES) : null;
    if (bytes !== null) return { kind: 'file', bytes, mode, ino: stat.ino };
  } catch {
    // It can't be read, or was replaced this moment.
  }
  return { kind: 'other', bytes: Buffer.alloc(0), mode };
}

/** @param to where its bytes go. @throws NotPlain; the error of the disk. */
function hashOf(path: string, to: number | null = null): string {
  const hash = createHash('sha256');
  const fd = openPlain(path);
  if (fd === null) throw new NotPlain(path);
  try {
    const part = Buffer.allocUnsafe(MAX_BYTES);
    for (let size = readSync(fd, part); size > 0; size = readSync(fd, part)) {
      hash.update(part.subarray(0, size));
      if (to !== null) writeFileSync(to, part.subarray(0, size));
    }
    return hash.digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** No path leads through a link. */
function pathsOf(commonDir: string): string[] {
  const wrong = FOLDERS.filter((name) => {
    const stat = lstatOrNone(join(commonDir, name));
    return stat !== undefined && !stat.isDirectory();
  });
  let hooks: string[] = [];
  try {
    if (!wrong.includes('hooks')) hooks = readdirSync(join(commonDir, 'hooks'));
  } catch {
    // There are none.
  }
  return [
    ...wrong,
    ...NAMES.filter((name) => !wrong.includes(dirname(name)) && !isThroughLink(commonDir, dirname(name))),
    ...worktreeConfigs(commonDir),
    ...hooks.filter((name) => !name.endsWith('.sample')).map((name) => `hooks/${name}`),
  ];
}

const isThroughLink = (commonDir: string, folder: string): boolean =>
  folder === 'objects/info' && lstatOrNone(join(commonDir, 'objects'))?.isDirectory() !== true;

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
 * Makes a folder and those above it real ones. A link or file in the place of one goes, for it is an entry that is restored.
 * @returns false: it isn't there, and isn't to be made.
 */
function makeFolder(commonDir: string, folder: string, make: boolean): boolean {
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

/**
 * Keeps what a restored file held: no byte is lost, whoever wrote it. The same bytes are kept once.
 * @returns a command that puts it back; null for what holds nothing.
 */
export function keepShared({ commonDir }: Repository, name: string, { kind, bytes, mode }: SharedFile): string | null {
  const path = join(commonDir, name);
  if (kind === 'other') return null;
  if (kind === 'link') return `ln -sfn ${quoted(bytes.toString())} ${quoted(path)}`;
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const kept = join(commonDir, KEPT, `${name.replaceAll('/', '-')}-${hash}`);
  makeFolder(commonDir, KEPT, true);
  // Also where something of that name lies already: an agent may have put it there.
  if (kind === 'big') replaceBy(kept, (draft) => copyBig(path, draft, null), mode & 0o666);
  else replaceWith(kept, bytes, mode & 0o666);
  return `cp ${quoted(kept)} ${quoted(path)}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Folders of kanban's own in the git dir. */
const SHARED = 'kanban/shared';
const KEPT = `${SHARED}/kept`;
const BIG = `${SHARED}/big`;

const copyOfBig = ({ commonDir }: Repository, { bytes }: SharedFile): string => join(commonDir, BIG, bytes.toString());

/** A big file can be restored only from a copy. */
function keepBig(repo: Repository, name: string, file: SharedFile): void {
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

const stateFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'files.json');

/** What was there when no run was active, as written down; null: nothing was written down. */
export function trustedShared(repo: Repository): Map<string, SharedFile> | null {
  const state = plainJsonOf(stateFile(repo), isState, MOST_STATE);
  if (state === null) return null;
  return new Map(
    Object.entries(state).map(([name, { base64, kind = 'file', ...rest }]) => [
      name,
      { bytes: Buffer.from(base64, 'base64'), kind, ...rest },
    ]),
  );
}

/** Bytes of what is written down. */
const MOST_STATE = 64 * 1024 * 1024;
const isFile = object({
  base64: text(2 * MAX_BYTES),
  mode: amount,
  kind: optional(oneOf('file', 'link', 'big', 'other')),
  ino: optional(amount),
});
const isState = guard<Record<string, { base64: string; mode: number; kind?: SharedFile['kind']; ino?: number }>>(
  (value) => object({})(value) && Object.values(value as object).every((file) => isFile(file)),
);

const waitingFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'waiting.json');
const isWaiting = guard<string[]>(list(text()));

/** Changes that are still to be undone, by their ids, as an earlier coordinator left them. */
export const waitingShared = (repo: Repository): string[] =>
  plainJsonOf(waitingFile(repo), isWaiting, MOST_STATE) ?? [];

export function setWaitingShared(repo: Repository, ids: readonly string[]): void {
  makeFolder(repo.commonDir, SHARED, true);
  if (ids.length === 0) removeWhatever(waitingFile(repo));
  else replace(waitingFile(repo), JSON.stringify(ids));
}

/**
 * Writes down what is trusted from now on; `harmless.ts` reads the settings.
 * @param isActive a run is: of the files that the settings include, what was trusted before still is, for an agent may reach
 * them.
 */
export function trustShared(repo: Repository, files: SharedFiles, isActive: boolean): void {
  makeFolder(repo.commonDir, SHARED, true);
  for (const [name, file] of files) keepBig(repo, name, file);
  const state = [...files].map(
    ([name, { bytes, ...rest }]) => [name, { base64: bytes.toString('base64'), ...rest }] as const,
  );
  replace(stateFile(repo), JSON.stringify(Object.fromEntries(state)));
  const copy = join(repo.commonDir, ...TRUSTED_CONFIG);
  const known = isActive ? (readTrusted(copy)?.included ?? null) : null;
  replace(copy, JSON.stringify(effectiveConfig(repo.commonDir, known)));
}

const replace = (path: string, content: string): void => replaceWith(path, content, 0o600);

/** Nothing that lies there is opened: an agent may have put a FIFO or a folder in its place. */
export const replaceWith = (path: string, content: string | Buffer, mode: number): void =>
  replaceBy(path, (draft) => writeFileSync(draft, content), mode);

function replaceBy(path: string, write: (draft: string) => void, mode: number): void {
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
