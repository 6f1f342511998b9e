import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { branchName } from '../coordinator/observe/names.ts';
import { checkoutOf, type Worktree } from '../git/checkout.ts';
import { git, type Repository } from '../git/git.ts';
import { withId } from '../pipeline/named-id.ts';
import { failed, ok, type Result } from '../problem.ts';
import { unknownAmong } from '../report/look-problems.ts';
import type { BoardContext } from './with-board.ts';
import { entriesOnBoard, idsOf } from './entries-on-board.ts';
import { readLog } from './read-log.ts';

/** Where the work of an entry is. SHAs and paths are whole; `from` is what it is compared with. */
export type EntryWork =
  | { readonly kind: 'none'; readonly id: string; readonly branch: string }
  | {
      readonly kind: 'landed';
      readonly id: string;
      readonly from: string;
      readonly to: string;
      readonly byHand: boolean;
    }
  | {
      readonly kind: 'abandoned';
      readonly id: string;
      readonly from: string;
      readonly to: string;
      readonly ref: string;
    }
  | {
      readonly kind: 'branch';
      readonly id: string;
      readonly from: string;
      readonly to: string;
      readonly branch: string;
      /** The worktree that has the branch checked out; null if none has. */
      readonly worktree: Worktree | null;
    };

/**
 * Finds the work of an entry: of one on the board its branch and worktree, of a landed one its landing, of an abandoned one
 * the branch that was kept. @param typed its id, in any case. Problems: `unknown-id`, with the nearest one; `base-missing`.
 */
export async function entryWork(board: BoardContext, typed: string): Promise<Result<EntryWork>> {
  const { repo, settings, view } = board;
  const read = await entriesOnBoard(board, Date.now());
  if (!read.ok) return read;
  if (view.base === null) return failed([missingBase(repo, settings.base)]);
  const onBoard = withId(read.value, typed)?.id ?? null;
  if (onBoard !== null) return ok(await onBranch(board, view.base, onBoard));
  const history = await readLog(repo, view.base, { id: typed, limit: null, since: null });
  const left = history.find(({ to }) => to !== null);
  if (left === undefined) return failed([unknownAmong(typed, idsOf(read.value))]);
  if (left.to !== 'CHANGELOG') return ok(await keptBranch(board, view.base, left.id));
  const byHand = left.verdict === 'landing by-hand';
  return ok({ kind: 'landed', id: left.id, from: `${left.commit}^1`, to: left.commit, byHand });
}

async function onBranch({ repo, settings, view }: BoardContext, base: string, id: string): Promise<EntryWork> {
  const branch = branchName(settings, id);
  const tip = view.refs.get(`refs/heads/${branch}`);
  if (tip === undefined) return { kind: 'none', id, branch };
  const from = await mergeBase(repo, base, tip);
  return { kind: 'branch', id, branch, from, to: tip, worktree: checkoutOf(repo, `refs/heads/${branch}`) };
}

async function keptBranch({ repo, settings, view }: BoardContext, base: string, id: string): Promise<EntryWork> {
  const prefix = `refs/kanban/abandoned/${id}/`;
  const numbers = [...view.refs.keys()].flatMap((ref) =>
    ref.startsWith(prefix) ? [Number(ref.slice(prefix.length))] : [],
  );
  const ref = `${prefix}${Math.max(0, ...numbers)}`;
  const tip = view.refs.get(ref);
  if (tip === undefined) return { kind: 'none', id, branch: branchName(settings, id) };
  return { kind: 'abandoned', id, ref, from: await mergeBase(repo, base, tip), to: tip };
}

/** The commit that the branch and base have in common; base itself where they share none. */
async function mergeBase(repo: Repository, base: string, tip: string): Promise<string> {
  const { stdout } = await git(['merge-base', base, tip], { cwd: repo.root, okExit: [0, 1] });
  return stdout.trim() || base;
}

/** Runs `git diff` on the work, with these further arguments. @param paths only these files, relative to the root; absent: all */
export type DiffOf = (args: readonly string[], paths?: readonly string[]) => Promise<Buffer>;

export interface ReadWork {
  readonly diff: DiffOf;
  /** Paths that are changed or new in the worktree and not committed. */
  readonly uncommitted: readonly string[];
  /** Commits of the work, newest first. */
  readonly commits: readonly { readonly sha: string; readonly subject: string }[];
}

/**
 * Reads the work. What is not committed in its worktree counts as well, new files included: they are compared by a copy of
 * the worktree's index, so nothing in the worktree is touched or locked.
 */
export async function withWork<T>(
  { repo, settings }: Pick<BoardContext, 'repo' | 'settings'>,
  work: Exclude<EntryWork, { kind: 'none' }>,
  use: (read: ReadWork) => Promise<T>,
): Promise<T> {
  const commits = work.kind === 'landed' ? [] : await commitsBetween(repo, work.from, work.to);
  if (work.kind !== 'branch' || work.worktree === null) {
    // A landing also takes the entry off the board, which is no part of its work.
    const without = work.kind === 'landed' ? [`:(top,exclude,literal)${settings.board}`] : [];
    const diff: DiffOf = async (args, paths) => {
      const range = [work.from, work.to, '--', ...without, ...only(paths)];
      return (await git(diffArgs([...args, ...range]), { cwd: repo.root, encoding: 'buffer' })).stdout;
    };
    return use({ diff, uncommitted: [], commits });
  }
  const { path, gitDir } = work.worktree;
  const folder = mkdtempSync(join(tmpdir(), 'kanban-diff-'));
  try {
    const index = join(folder, 'index');
    if (existsSync(join(gitDir, 'index'))) copyFileSync(join(gitDir, 'index'), index);
    const where = { cwd: path, env: { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' } };
    await git(['add', '--intent-to-add', '--sparse', '--ignore-errors', '--', '.'], { ...where, okExit: [0, 1, 128] });
    const names = await git(['diff', '--name-only', '-z', 'HEAD', '--'], where);
    const diff: DiffOf = async (args, paths) =>
      (await git(diffArgs([...args, work.from, '--', ...only(paths)]), { ...where, encoding: 'buffer' })).stdout;
    return await use({ diff, uncommitted: names.stdout.split('\0').filter((name) => name !== ''), commits });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const only = (paths: readonly string[] = []): string[] => paths.map((path) => `:(top,literal)${path}`);

/** The same form whatever the user's configuration says. */
const diffArgs = (args: readonly string[]): string[] => [
  ...[
    'diff',
    '--no-color',
    '--find-renames',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    '--submodule=short',
    '--no-relative',
  ],
  ...args,
];

async function commitsBetween(repo: Repository, from: string, to: string): Promise<ReadWork['commits']> {
  const range = ['--no-show-signature', '--max-count=1000', to, `^${from}`, '--'];
  const { stdout } = await git(['log', '-z', '--no-color', '--format=%H%x00%s', ...range], { cwd: repo.root });
  const fields = stdout.split('\0');
  return Array.from({ length: Math.floor(fields.length / 2) }, (_, at) => ({
    sha: fields[2 * at] ?? '',
    subject: fields[2 * at + 1] ?? '',
  }));
}
