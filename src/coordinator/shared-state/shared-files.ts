import { createHash } from 'node:crypto';
import { closeSync, readdirSync, readlinkSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { worktreeConfigs } from '../../git/config/effective-config.ts';
import type { Repository } from '../../git/git.ts';
import { lstatOrNone, NotPlain, openPlain, readPlain } from '../../system/plain-file.ts';

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
/** Of anything bigger, the content is not kept in memory. */
export const MAX_BYTES = 1024 * 1024;

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
export function readOne(path: string): SharedFile | null {
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
export function hashOf(path: string, to: number | null = null): string {
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
