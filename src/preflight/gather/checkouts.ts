import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { git, type Repository } from '../../git/git.ts';
import { textFollowing } from '../../system/plain-file.ts';
import type { PreflightFacts } from '../facts.ts';
import type { Settings } from '../../workflow/settings.ts';

/** Who has what checked out. */
export interface Checkouts {
  /** Branch of the main worktree, short; null = detached. */
  readonly head: string | null;
  /** The worktree that has base checked out; null = none. */
  readonly base: string | null;
  /** Base's checkout has a commit. */
  readonly born: boolean;
  /** Worktrees in which no branch is checked out (a rebase looks like this). */
  readonly detached: readonly string[];
}

/** One git call. */
export async function readCheckouts(root: string, base: string): Promise<Checkouts> {
  const { stdout } = await git(['worktree', 'list', '--porcelain', '-z'], { cwd: root });
  const worktrees = stdout
    .split('\0\0')
    .filter((block) => block.trim() !== '')
    .map(readBlock);
  const holder = worktrees.find(({ branch, prunable }) => branch === base && !prunable);
  const detached = worktrees.filter(({ branch, prunable }) => branch === null && !prunable).map(({ path }) => path);
  return { head: worktrees[0]?.branch ?? null, base: holder?.path ?? null, born: holder?.born ?? false, detached };
}

interface Worktree {
  readonly path: string;
  readonly branch: string | null;
  readonly born: boolean;
  readonly prunable: boolean;
}

function readBlock(block: string): Worktree {
  const lines = block.split('\0');
  const of = (key: string): string | undefined =>
    lines.find((line) => line === key || line.startsWith(`${key} `))?.slice(key.length + 1);
  const branch = of('branch')?.replace(/^refs\/heads\//, '') ?? null;
  return {
    path: of('worktree') ?? '',
    branch,
    born: !/^0*$/.test(of('HEAD') ?? ''),
    prunable: of('prunable') !== undefined,
  };
}

type Operation = PreflightFacts['operation'];

/** A merge, rebase, cherry-pick, revert or bisect of base that stands open in some checkout; no git call. */
export async function findOperation(checkouts: Checkouts, repo: Repository, settings: Settings): Promise<Operation> {
  const places = checkouts.base === null ? checkouts.detached : [checkouts.base, ...checkouts.detached];
  for (const where of places) {
    const gitDir = await gitDirOf(where, repo);
    const found = gitDir === null ? null : await operationIn(gitDir, settings.base, where === checkouts.base);
    if (found !== null) return { kind: found, where };
  }
  return null;
}

async function gitDirOf(worktree: string, repo: Repository): Promise<string | null> {
  if (resolve(worktree) === resolve(repo.root)) return repo.gitDir;
  const pointer = await read(join(worktree, '.git'));
  const path = /^gitdir: (.*)/.exec(pointer ?? '')?.[1];
  return path === undefined ? null : resolve(worktree, path);
}

async function operationIn(
  gitDir: string,
  base: string,
  hasBase: boolean,
): Promise<NonNullable<Operation>['kind'] | null> {
  for (const folder of ['rebase-merge', 'rebase-apply']) {
    const of = await read(join(gitDir, folder, 'head-name'));
    if (of?.trim() === `refs/heads/${base}`) return 'rebase';
  }
  const bisected = (await read(join(gitDir, 'BISECT_START')))?.trim();
  if (bisected === base || bisected === `refs/heads/${base}`) return 'bisect';
  if (!hasBase) return null;
  if (existsSync(join(gitDir, 'MERGE_HEAD'))) return 'merge';
  if (existsSync(join(gitDir, 'CHERRY_PICK_HEAD'))) return 'cherry-pick';
  return existsSync(join(gitDir, 'REVERT_HEAD')) ? 'revert' : null;
}

const read = async (file: string): Promise<string | null> => textFollowing(file, 1024 * 1024);
