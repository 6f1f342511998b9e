import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfigWithIncludes } from '../git/config-file.ts';
import type { Repository } from '../git/git.ts';
import { TRUSTED_CONFIG } from '../git/harmless.ts';

/** A file that all worktrees share, as it is; null: there is none, or something that is no plain file. */
export interface SharedFile {
  readonly bytes: Buffer;
  readonly mode: number;
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
      const stat = lstatSync(join(commonDir, name), { throwIfNoEntry: false });
      return stat === undefined ? '-' : `${name} ${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.mode}`;
    })
    .join('\n');
}

export function readShared({ commonDir }: Repository): Map<string, SharedFile> {
  const files = new Map<string, SharedFile>();
  for (const name of pathsOf(commonDir)) {
    const path = join(commonDir, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isFile() !== true || stat.size > MAX_BYTES) continue;
    files.set(name, { bytes: readFileSync(path), mode: stat.mode & 0o777 });
  }
  return files;
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
    const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    if (isFolder) renameSync(path, `${path}.kanban-${Date.now()}`);
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

/** Keeps what a restored file held: no byte is lost, whoever wrote it. @returns its absolute path. */
export function keepShared({ commonDir }: Repository, name: string, { bytes, mode }: SharedFile): string {
  const path = join(commonDir, 'kanban', 'shared', 'kept', `${name.replaceAll('/', '-')}-${Date.now()}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes, { mode: mode & 0o666 });
  return path;
}

const stateFile = ({ commonDir }: Repository): string => join(commonDir, 'kanban', 'shared', 'files.json');

/** What was there when no run was active, as written down; null: nothing was written down. */
export function trustedShared(repo: Repository): Map<string, SharedFile> | null {
  try {
    const state = JSON.parse(readFileSync(stateFile(repo), 'utf8')) as Record<string, { base64: string; mode: number }>;
    return new Map(
      Object.entries(state).map(([name, { base64, mode }]) => [name, { bytes: Buffer.from(base64, 'base64'), mode }]),
    );
  } catch {
    return null;
  }
}

/** Writes down what is trusted from now on; `harmless.ts` reads the settings. */
export function trustShared(repo: Repository, files: SharedFiles): void {
  mkdirSync(dirname(stateFile(repo)), { recursive: true });
  const state = [...files].map(
    ([name, { bytes, mode }]) => [name, { base64: bytes.toString('base64'), mode }] as const,
  );
  replace(stateFile(repo), JSON.stringify(Object.fromEntries(state)));
  const lines = ['config', 'config.worktree'].flatMap(
    (name) => readConfigWithIncludes(join(repo.commonDir, name)) ?? [],
  );
  replace(join(repo.commonDir, ...TRUSTED_CONFIG), JSON.stringify({ lines }));
}

function replace(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, path);
}
