import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfigWithIncludes } from '../git/config-file.ts';
import type { Repository } from '../git/git.ts';
import { TRUSTED_CONFIG } from '../git/harmless.ts';
import { lstatOrNone, moveFolderAside, plainJsonOf, readPlain, removeWhatever } from '../plain-file.ts';
import { amount, guard, list, object, optional, text } from '../runner/shape.ts';

/** A file that all worktrees share, as it is; null: there is none, or something that is no plain file. */
export interface SharedFile {
  readonly bytes: Buffer;
  readonly mode: number;
  /** Another one: it was replaced as a whole, as git replaces its config. */
  readonly ino?: number;
}

/** Path relative to the git dir → what is there. */
export type SharedFiles = ReadonlyMap<string, SharedFile>;

/** Files that git reads for every worktree, besides the hooks (gitrepository-layout(5)). */
const NAMES = ['config', 'config.worktree', 'info/exclude', 'info/attributes', 'info/grafts', 'info/sparse-checkout'];
/** Anything bigger is not looked at. */
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
    const path = join(commonDir, name);
    const stat = lstatOrNone(path);
    if (stat?.isFile() !== true || stat.size > MAX_BYTES) continue;
    const bytes = bytesOf(path);
    if (bytes !== null) files.set(name, { bytes, mode: stat.mode & 0o777, ino: stat.ino });
  }
  return files;
}

/** null: it is gone again, or can't be read. */
function bytesOf(path: string): Buffer | null {
  try {
    return readPlain(path, MAX_BYTES);
  } catch {
    return null;
  }
}

function pathsOf(commonDir: string): string[] {
  let hooks: string[] = [];
  try {
    hooks = readdirSync(join(commonDir, 'hooks'));
  } catch {
    // There are none.
  }
  return [...NAMES, ...hooks.filter((name) => !name.endsWith('.sample')).map((name) => `hooks/${name}`)];
}

/** Puts a file back (null: takes it away), by write-then-rename under git's own lock. @returns why not; null = done. */
export function putShared({ commonDir }: Repository, name: string, file: SharedFile | null): string | null {
  const path = join(commonDir, name);
  const lock = `${path}.lock`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(lock, 'wx'));
  } catch (error) {
    return (error as Error).message;
  }
  try {
    moveFolderAside(path);
    if (file === null) rmSync(path, { force: true });
    else {
      writeFileSync(lock, file.bytes);
      chmodSync(lock, file.mode);
      renameSync(lock, path);
    }
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Keeps what a restored file held: no byte is lost, whoever wrote it. The same bytes are kept once. @returns its path. */
export function keepShared({ commonDir }: Repository, name: string, { bytes, mode }: SharedFile): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const path = join(commonDir, 'kanban', 'shared', 'kept', `${name.replaceAll('/', '-')}-${hash}`);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) replaceWith(path, bytes, mode & 0o666);
  return path;
}

const stateFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'files.json');

/** What was there when no run was active, as written down; null: nothing was written down. */
export function trustedShared(repo: Repository): Map<string, SharedFile> | null {
  const state = plainJsonOf(stateFile(repo), isState, MOST_STATE);
  if (state === null) return null;
  return new Map(
    Object.entries(state).map(([name, { base64, ...rest }]) => [
      name,
      { bytes: Buffer.from(base64, 'base64'), ...rest },
    ]),
  );
}

/** Bytes of what is written down. */
const MOST_STATE = 64 * 1024 * 1024;
const isFile = object({ base64: text(2 * MAX_BYTES), mode: amount, ino: optional(amount) });
const isState = guard<Record<string, { base64: string; mode: number; ino?: number }>>(
  (value) => object({})(value) && Object.values(value as object).every((file) => isFile(file)),
);

const waitingFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'waiting.json');
const isWaiting = guard<string[]>(list(text()));

/** Changes that are still to be undone, by their ids, as an earlier coordinator left them. */
export const waitingShared = (repo: Repository): string[] =>
  plainJsonOf(waitingFile(repo), isWaiting, MOST_STATE) ?? [];

export function setWaitingShared(repo: Repository, ids: readonly string[]): void {
  if (ids.length === 0) return rmSync(waitingFile(repo), { force: true });
  mkdirSync(dirname(waitingFile(repo)), { recursive: true });
  replace(waitingFile(repo), JSON.stringify(ids));
}

/** Writes down what is trusted from now on; `harmless.ts` reads the settings. */
export function trustShared(repo: Repository, files: SharedFiles): void {
  mkdirSync(dirname(stateFile(repo)), { recursive: true });
  const state = [...files].map(
    ([name, { bytes, ...rest }]) => [name, { base64: bytes.toString('base64'), ...rest }] as const,
  );
  replace(stateFile(repo), JSON.stringify(Object.fromEntries(state)));
  const lines = ['config', 'config.worktree'].flatMap(
    (name) => readConfigWithIncludes(join(repo.commonDir, name)) ?? [],
  );
  replace(join(repo.commonDir, ...TRUSTED_CONFIG), JSON.stringify({ lines }));
}

const replace = (path: string, content: string): void => replaceWith(path, content, 0o600);

/** Nothing that lies there is opened: an agent may have put a FIFO or a folder in its place. */
export function replaceWith(path: string, content: string | Buffer, mode: number): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, content, { mode, flag: 'wx' });
    moveFolderAside(path);
    renameSync(draft, path);
  } catch (error) {
    removeWhatever(draft);
    throw error;
  }
}
