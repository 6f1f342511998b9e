import { lstatSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Worktree } from '../git/checkout.ts';
import { git, type Repository } from '../git/git.ts';
import { stagedEntries, type StagedEntry } from '../git/index/edit-index.ts';
import { objectName } from '../git/objects/loose.ts';
import { fromBytes, isUtf8Path, type TreeEntry } from '../git/objects/tree.ts';
import type { TreeChange } from '../git/objects/tree-diff.ts';
import { statOrNone } from '../system/plain-file.ts';
import { placeOf } from './disk-file.ts';
import type { FileInTheWay as InTheWay, Held } from '../contract/hold.ts';
import * as messages from './messages.ts';

export type { FileInTheWay as InTheWay } from '../contract/hold.ts';

/**
 * Which of these changes would meet something of the user's in the checkout: changed, staged, deleted, untracked or
 * ignored. In this process, for these paths only; where the file's time leaves doubt and its bytes differ (line ends,
 * filters), git is asked about those files. `git merge` refuses nearly the same by itself, but undoes a deletion.
 */
export async function inTheWay(
  repo: Repository,
  checkout: Worktree,
  changes: readonly TreeChange[],
): Promise<InTheWay[]> {
  const staged = await stagedEntries(
    repo,
    checkout,
    changes.map((change) => change.path),
  );
  const written = statOrNone(join(checkout.gitDir, 'index'))?.mtimeMs ?? 0;
  const found: InTheWay[] = [];
  const doubtful: string[] = [];
  for (const { path, before, after } of changes) {
    const entry = staged.get(path);
    if (entry?.special || isGitlink(before) || isGitlink(after)) continue;
    const place = placeOf(checkout.path, path);
    const stat = inspectPath(place);
    const what = wayOf(entry, stat, before);
    if (what !== null) found.push({ path, what });
    else if (before === null || stat === null || entry === undefined) continue;
    else if (!unchanged(entry, stat, written) && !isAsBefore(repo, place, stat, before)) doubtful.push(path);
  }
  for (const path of await changedByGit(checkout, doubtful)) found.push({ path, what: 'changed' });
  return found;
}

const isGitlink = (entry: TreeEntry | null): boolean => entry?.mode === '160000';

/** What can be seen without reading the file; null: nothing. */
function wayOf(
  entry: StagedEntry | undefined,
  stat: BigIntStats | null,
  before: TreeEntry | null,
): InTheWay['what'] | null {
  if (before === null) {
    if (entry) return 'staged';
    return stat && !stat.isDirectory() ? 'not-in-git' : null;
  }
  if (entry?.sha !== before.sha || entry.mode !== before.mode) return 'staged';
  return stat ? null : 'deleted';
}

function isAsBefore(repo: Repository, place: string | Buffer, stat: BigIntStats, before: TreeEntry): boolean {
  return isKind(stat, before.mode) && contentOf(repo, place, stat) === before.sha;
}

/** Of files, symlinks and what is executable the one that the mode says? */
const isKind = (stat: BigIntStats, mode: string): boolean =>
  mode === '120000' ? stat.isSymbolicLink() : stat.isFile() && (mode === '100755') === ((stat.mode & 0o100n) !== 0n);

/** `you have changed package.json, src/a.ts and 3 more` */
export function heldByFiles(found: readonly InTheWay[]): Held {
  return { why: describeInTheWay(found), reason: { code: 'files-in-the-way', files: found } };
}

function describeInTheWay(found: readonly InTheWay[]): string {
  const byWhat = new Map<InTheWay['what'], string[]>();
  for (const { path, what } of found) byWhat.set(what, [...(byWhat.get(what) ?? []), path]);
  return [...byWhat].map(([what, paths]) => messages.inTheWay(what, paths)).join('; ');
}

/** Name of a file's or symlink's bytes as a blob; null for anything else. */
export function contentOf(
  repo: Repository,
  path: string | Buffer,
  stat: { isSymbolicLink(): boolean; isFile(): boolean },
): string | null {
  if (stat.isSymbolicLink()) return objectName(repo, 'blob', Buffer.from(readlinkSync(path, { encoding: 'buffer' })));
  return stat.isFile() ? objectName(repo, 'blob', readFileSync(path)) : null;
}

/** null: nothing is there. */
export function inspectPath(path: string | Buffer): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** By git's own rule: same time, inode and size as when git last looked, and that was before the index was written. */
function unchanged({ stat, mode }: StagedEntry, now: BigIntStats, indexWritten: number): boolean {
  if (!stat || stat.mtime === 0) return false;
  const seconds = now.mtimeNs / 1_000_000_000n;
  const same =
    BigInt(stat.mtime) === (seconds & 0xffffffffn) &&
    BigInt(stat.mtimeNs) === now.mtimeNs % 1_000_000_000n &&
    BigInt(stat.ino) === (now.ino & 0xffffffffn) &&
    BigInt(stat.size) === (now.size & 0xffffffffn);
  return same && isKind(now, mode) && Number(seconds) * 1000 + stat.mtimeNs / 1e6 < Math.floor(indexWritten);
}

async function changedByGit(checkout: Worktree, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  // Arguments are UTF-8: where a path is not, all are asked about.
  const asked = paths.every(isUtf8Path) ? paths : [];
  const args = [
    '--literal-pathspecs',
    'status',
    '--porcelain',
    '-z',
    '-uall',
    '--ignored=matching',
    '--no-renames',
    '--',
    ...asked,
  ];
  const { stdout } = await git(args, { cwd: checkout.path, encoding: 'buffer' });
  const records = stdout.toString('latin1').split('\0').filter(Boolean);
  const changed = records.map((record) => fromBytes(record.slice(3)));
  return asked === paths ? changed : changed.filter((path) => paths.includes(path));
}
