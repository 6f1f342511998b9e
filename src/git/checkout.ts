import { existsSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve as resolvePath } from 'node:path';
import { namesIn } from '../system/folder-names.ts';
import { NotPlain, lstatOrNone, plainTextOf, readFollowing, textFollowing } from '../system/plain-file.ts';
import type { Repository } from './git.ts';

/** Bytes: git's own small files. */
const MAX_SMALL_FILE_BYTES = 64 * 1024;

export type Operation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

/** A checkout, as its git dir shows it. */
export interface CheckoutState {
  /** Full name of the branch that is checked out; null: HEAD is detached. */
  readonly branch: string | null;
  /** What `HEAD` says: `refs/heads/main`, or a SHA. */
  readonly head: string;
  /** What is open in it. */
  readonly operation: Operation | null;
  /** Somebody holds, or a process that died left, `index.lock`. */
  readonly indexLocked: boolean;
}

/** @param gitDir the checkout's own git dir (see `gitDirOf`). Reads a handful of files; no process. */
export function checkoutState(gitDir: string): CheckoutState {
  const path = join(gitDir, 'HEAD');
  const head = readFollowing(path, MAX_SMALL_FILE_BYTES)?.toString('utf8').trim();
  if (head === undefined) throw new NotPlain(path);
  const branch = head.startsWith('ref: ') ? head.slice(5).trim() : null;
  const indexLocked = existsSync(join(gitDir, 'index.lock'));
  return { branch, head: branch ?? head, operation: operationIn(gitDir), indexLocked };
}

/** The git dir of a worktree; null if `path` is none. */
export function gitDirOf(path: string): string | null {
  const dot = join(path, '.git');
  const text = plainTextOf(dot, MAX_SMALL_FILE_BYTES);
  if (text === null) return lstatOrNone(dot)?.isDirectory() === true ? dot : null;
  const [, target] = /^gitdir: (.*?)\r?\n?$/.exec(text) ?? [];
  return target ? (isAbsolute(target) ? target : resolvePath(path, target)) : null;
}

/** A worktree, found by its git dir. */
export interface Worktree {
  readonly path: string;
  readonly gitDir: string;
}

/** Every worktree of the repository, the main one first; those whose folder is gone are left out. No process. */
export function worktrees(repo: Repository): Worktree[] {
  const found: Worktree[] = [{ path: repo.root, gitDir: repo.gitDir }];
  const folder = join(repo.commonDir, 'worktrees');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const gitDir = join(folder, name);
    const pointer = readText(join(gitDir, 'gitdir'));
    const dot = pointer && (isAbsolute(pointer) ? pointer : resolvePath(gitDir, pointer));
    if (dot && existsSync(dot) && gitDir !== repo.gitDir) found.push({ path: dirname(dot), gitDir });
  }
  return found;
}

/** The worktree that has this branch checked out; null if none has. */
export function checkoutOf(repo: Repository, branch: string): Worktree | null {
  return worktrees(repo).find(({ gitDir }) => headOf(gitDir) === branch) ?? null;
}

/**
 * A merge, rebase, cherry-pick, revert or bisect of this branch that is open in any worktree: base isn't moved
 * meanwhile. (A rebase or bisect detaches HEAD; the branch that it is about stands in a file of its own.)
 */
export function openOperation(
  repo: Repository,
  branch: string,
): { readonly operation: Operation; readonly path: string } | null {
  for (const { path, gitDir } of worktrees(repo)) {
    const operation = operationIn(gitDir);
    if (operation && (headOf(gitDir) === branch || startedFrom(gitDir) === branch)) return { operation, path };
  }
  return null;
}

const MARKS: readonly (readonly [string, Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['BISECT_LOG', 'bisect'],
];

/** One look at the folder instead of one for each mark: this is asked for every worktree at every move. */
function operationIn(gitDir: string): Operation | null {
  const names = new Set(namesIn(gitDir));
  for (const [mark, operation] of MARKS) if (names.has(mark)) return operation;
  if (!names.has('sequencer')) return null;
  // Between two picks of a sequence there is no *_HEAD.
  const todo = readText(join(gitDir, 'sequencer', 'todo'));
  return todo === null ? null : todo.startsWith('revert') ? 'revert' : 'cherry-pick';
}

function startedFrom(gitDir: string): string | null {
  const rebased =
    readText(join(gitDir, 'rebase-merge', 'head-name')) ?? readText(join(gitDir, 'rebase-apply', 'head-name'));
  if (rebased) return rebased;
  const bisected = readText(join(gitDir, 'BISECT_START'));
  return bisected && `refs/heads/${bisected}`;
}

/** Full name of the branch that a git dir's HEAD is on; null: detached, or no such git dir. */
export function headOf(gitDir: string): string | null {
  const head = readText(join(gitDir, 'HEAD'));
  return head?.startsWith('ref: ') ? head.slice(5).trim() : null;
}

function readText(path: string): string | null {
  return textFollowing(path, MAX_SMALL_FILE_BYTES)?.trim() ?? null;
}
