import { existsSync } from 'node:fs';
import { join, relative, resolve as resolvePath } from 'node:path';
import { checkoutOf } from '../git/checkout.ts';
import { git, GitError, type Repository } from '../git/git.ts';
import { resolve } from '../git/objects/objects.ts';
import { failed, ok, type Problem, type Result } from '../problem.ts';
import { listWorktrees } from '../worktrees/worktrees.ts';
import * as messages from './messages.ts';

/** What is asked of `planIntegrationBranch`. */
interface IntegrationAsked {
  /** Short name. */
  readonly base: string;
  /** The default branch, short. */
  readonly upstream: string;
  /** null: there is no remote. */
  readonly remote: string | null;
}

/** The branch itself: there, or what it is made from. */
export interface IntegrationBranch {
  readonly base: string;
  /** null: the branch is there, and stays where it is. Else a ref without `refs/heads/` or `refs/remotes/`. */
  readonly from: string | null;
  /** Its commit, or the one that it starts from. */
  readonly commit: string;
  /** Commits of the local default branch that the remote one, from which it starts, lacks. */
  readonly left: number;
}

/**
 * Where an integration branch stands or starts: a branch that is there is used as it is; else it starts from the
 * remote's branch of that name (another clone made it), from the remote's default branch, or from the local one.
 * Problems: `base-not-a-branch`, `upstream-without-commit`.
 */
export async function planIntegrationBranch(
  repo: Repository,
  { base, upstream, remote }: IntegrationAsked,
): Promise<Result<IntegrationBranch>> {
  const { code, stdout } = await git(['check-ref-format', '--branch', base], { cwd: repo.root, okExit: [0, 128] });
  if (code !== 0 || stdout.trim() !== base || base.startsWith('refs/')) return failed([notABranch(base)]);
  const tip = await resolve(repo, `refs/heads/${base}^{commit}`);
  if (tip !== null) return ok({ base, from: null, commit: tip, left: 0 });
  const there = remote === null ? [] : [`refs/remotes/${remote}/${base}`, `refs/remotes/${remote}/${upstream}`];
  for (const ref of [...there, `refs/heads/${upstream}`]) {
    const commit = await resolve(repo, `${ref}^{commit}`);
    if (commit === null) continue;
    const left = ref === there[1] ? await countLeft(repo, commit, upstream) : 0;
    return ok({ base, from: ref.replace(/^refs\/(heads|remotes)\//, ''), commit, left });
  }
  return failed([
    {
      code: 'upstream-without-commit',
      message: messages.upstreamWithoutCommit(base, upstream),
      fix: messages.makeBase(base),
    },
  ]);
}

async function countLeft(repo: Repository, commit: string, upstream: string): Promise<number> {
  const local = await resolve(repo, `refs/heads/${upstream}^{commit}`);
  if (local === null) return 0;
  return Number((await git(['rev-list', '--count', `${commit}..${local}`], { cwd: repo.root })).stdout);
}

/** The worktree of an integration branch: there, or to be made. */
export interface IntegrationWorktree {
  /** Absolute. */
  readonly path: string;
  readonly state: 'there' | 'new' | 'deleted-by-hand';
}

/**
 * Where an integration branch is checked out: where it is already, else in a folder beside the tasks' worktrees.
 * @param worktrees the setting, @param ids prefixes of task ids, whose worktrees it must not meet
 * Problems: `base-named-like-a-task`, `worktree-path-taken`.
 */
export async function planIntegrationWorktree(
  repo: Repository,
  base: string,
  { worktrees, ids }: { readonly worktrees: string; readonly ids: readonly string[] },
): Promise<Result<IntegrationWorktree>> {
  const branch = `refs/heads/${base}`;
  const there = checkoutOf(repo, branch);
  if (there !== null) return ok({ path: there.path, state: 'there' });
  const folder = base.replaceAll('/', '-');
  if (ids.some((prefix) => new RegExp(`^${prefix}-\\d+$`, 'i').test(folder))) return failed([likeATask(base)]);
  const path = join(resolvePath(repo.root, worktrees), folder);
  const known = (await listWorktrees(repo)).find((worktree) => worktree.branch === branch);
  if (!existsSync(path)) return ok({ path, state: known?.path === path ? 'deleted-by-hand' : 'new' });
  return failed([
    {
      code: 'worktree-path-taken',
      message: messages.worktreePathTaken(base, relative(repo.root, path)),
      fix: messages.choosePath(base),
    },
  ]);
}

/**
 * Makes what the plans say: the branch, where it is missing, then its worktree. What git refuses leaves nothing behind.
 * Problems: `branch-not-made`, `worktree-not-made`, with git's own words.
 */
export async function makeIntegrationBranch(
  repo: Repository,
  { base, from, commit }: IntegrationBranch,
  { path, state }: IntegrationWorktree,
): Promise<Result<null>> {
  const ref = `refs/heads/${base}`;
  if (from !== null) {
    const refusal = await tried(repo, ['branch', '--quiet', '--no-track', base, commit]);
    if (refusal !== null) return failed([{ code: 'branch-not-made', message: messages.branchNotMade(base, refusal) }]);
  }
  if (state === 'there') return ok(null);
  // Twice: git still knows the worktree, and has it locked.
  const force = state === 'deleted-by-hand' ? ['--force', '--force'] : [];
  const args = ['worktree', 'add', '--quiet', ...force, '--lock', '--reason', messages.WORKTREE_LOCKED, path, base];
  const refusal = await tried(repo, args);
  if (refusal === null) return ok(null);
  if (from !== null) await tried(repo, ['update-ref', '--no-deref', '-d', ref, commit]);
  return failed([
    {
      code: 'worktree-not-made',
      message: messages.worktreeNotMade(base, refusal),
      fix: messages.addWorktree(base),
    },
  ]);
}

/** @returns what git said, in a line; null = it did it. */
async function tried({ root }: Repository, args: readonly string[]): Promise<string | null> {
  try {
    await git(args, { cwd: root });
    return null;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const lines = error.stderr.trim().split('\n');
    return (lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1) ?? '').replace(/^(fatal|error): /, '');
  }
}

const notABranch = (base: string): Problem => ({
  code: 'base-not-a-branch',
  message: messages.notABranch(base),
  fix: messages.USE_AGENTS_BRANCH,
});

const likeATask = (base: string): Problem => ({
  code: 'base-named-like-a-task',
  message: messages.namedLikeATask(base),
  fix: messages.USE_AGENTS_BRANCH,
});
