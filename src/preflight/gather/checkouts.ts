import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gitDirOf, headOf, worktrees } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { textFollowing } from '../../system/plain-file.ts';
import type { PreflightFacts } from '../facts.ts';
import type { Settings } from '../../workflow/settings.ts';

/** Who has what checked out. */
export interface Checkouts {
  /** Branch of the main worktree, short; null = detached. */
  readonly head: string | null;
  /** The worktree that has base checked out; null = none. */
  readonly base: string | null;
  /** Base's checkout is known to have a commit. */
  readonly born: boolean;
  /** Worktrees in which no branch is checked out (a rebase looks like this). */
  readonly detached: readonly string[];
}

/** Read from git's files: it is asked for every other second. */
export function readCheckouts(repo: Repository, base: string): Checkouts {
  const ref = `refs/heads/${base}`;
  const found = worktrees(repo).map(({ path, gitDir }) => ({ path, branch: headOf(gitDir) }));
  const holder = found.find(({ branch }) => branch === ref);
  return {
    head: found[0]?.branch?.replace(/^refs\/heads\//, '') ?? null,
    base: holder?.path ?? null,
    born: holder !== undefined && isRefThere(repo, ref),
    detached: found.filter(({ branch }) => branch === null).map(({ path }) => path),
  };
}

/** false also where refs are stored in another way: then git is asked. */
const isRefThere = ({ commonDir }: Repository, ref: string): boolean =>
  existsSync(join(commonDir, ref)) ||
  (textFollowing(join(commonDir, 'packed-refs')) ?? '').split('\n').some((line) => line.endsWith(` ${ref}`));

/** The branch that another one is an alias of; null = it is a branch itself, or none. */
export function aliasOf({ commonDir }: Repository, branch: string): string | null {
  const text = textFollowing(join(commonDir, 'refs/heads', branch), 4096);
  return /^ref: refs\/heads\/(.*?)\s*$/.exec(text ?? '')?.[1] ?? null;
}

type Operation = PreflightFacts['operation'];

/** A merge, rebase, cherry-pick, revert or bisect of base that stands open in some checkout; no git call. */
export async function findOperation(checkouts: Checkouts, settings: Settings): Promise<Operation> {
  const places = checkouts.base === null ? checkouts.detached : [checkouts.base, ...checkouts.detached];
  for (const where of places) {
    const gitDir = gitDirOf(where);
    const found = gitDir === null ? null : await operationIn(gitDir, settings.base, where === checkouts.base);
    if (found !== null) return { kind: found, where };
  }
  return null;
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
