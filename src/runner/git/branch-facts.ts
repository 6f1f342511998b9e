import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { diffTrees } from '../../git/objects/tree-diff.ts';
import { diverge, firstParents } from '../../git/history/ancestry.ts';
import type { Divergence } from '../../git/history/ancestry.ts';
import type { Brief } from '../../contract/brief.ts';
import { git, zeroSplit } from './runner-git.ts';
import type { Where } from './runner-git.ts';

/** A branch's tip beside base as it is now. */
export interface Standing {
  readonly brief: Brief;
  readonly repo: Repository;
  /** Where git is asked, if it must be. */
  readonly where: Where;
  readonly tip: string;
  /** Base's tip; null if there is none. */
  readonly base: string | null;
  /** Base is `left`, the branch `right`; null: not known in this process, so git is asked. */
  readonly split: Divergence | null;
}

/** The repository of a run, for what is read in this process. One per root, and so one `git cat-file`. */
export function repositoryOf(brief: Brief): Repository {
  const { root, gitCommonDir } = brief;
  const key = `${root}\0${gitCommonDir}`;
  const known = repositories.get(key) ?? newRepository(brief);
  repositories.set(key, known);
  return known;
}

/** As `repositoryOf`, but for the caller alone, who is to close it. */
export function newRepository({ root, gitCommonDir, tip }: Brief): Repository {
  const shallow = existsSync(join(gitCommonDir, 'shallow'));
  return {
    root,
    gitDir: gitCommonDir,
    commonDir: gitCommonDir,
    objectFormat: tip.length === 64 ? 'sha256' : 'sha1',
    shallow,
  };
}

const repositories = new Map<string, Repository>();

/** The commit that a ref stands for now; null if there is none. */
export async function commitAt(repo: Repository, where: Where, ref: string): Promise<string | null> {
  const found = await orNull(resolve(repo, `${ref}^{commit}`));
  if (found !== null) return found;
  const end = await git(where, ['rev-parse', '-q', '--verify', `${ref}^{commit}`]);
  return end.code === 0 ? end.stdout.trim() : null;
}

export async function standingOf(
  brief: Brief,
  tip: string,
  repo: Repository = repositoryOf(brief),
  where: Where = brief,
): Promise<Standing> {
  const base = await orNull(resolve(repo, `${brief.base}^{commit}`));
  const split = base === null ? null : await orNull(diverge(repo, base, tip));
  return { brief, repo, where, tip, base, split };
}

/** Commits over base: `git rev-list --count base..tip`. */
export async function commitsAhead({ brief, where, tip, split }: Standing): Promise<number> {
  if (split !== null) return split.right.size;
  const end = await git(where, ['rev-list', '--count', `${brief.base}..${tip}`]);
  return end.code === 0 ? Number(end.stdout.trim()) : 0;
}

/** Files that differ between merge base and tip: `git diff --name-only --no-renames base...tip`. */
export async function changedFiles({ brief, repo, where, tip, split }: Standing): Promise<readonly string[]> {
  if (split?.right.size === 0) return [];
  const tree = split?.right.get(tip)?.tree;
  const changed =
    split === null || tree === undefined ? null : await orNull(diffTrees(repo, split.mergeBase.tree, tree));
  if (changed !== null) return changed.map(({ path }) => path).sort();
  const end = await git(where, [
    'diff',
    '--name-only',
    '-z',
    '--no-renames',
    '--no-ext-diff',
    `${brief.base}...${tip}`,
  ]);
  return zeroSplit(end.stdout);
}

/** Has base changed anything but the board since the branch last had all of it? */
export async function baseHasNews({ brief, repo, where, tip, base, split }: Standing): Promise<boolean> {
  if (split?.left.size === 0) return false;
  const tree = split?.left.get(base ?? '')?.tree;
  const changed =
    split === null || tree === undefined ? null : await orNull(diffTrees(repo, split.mergeBase.tree, tree));
  if (changed !== null) return changed.some(({ path }) => path !== brief.board && !path.startsWith(`${brief.board}/`));
  const args = [
    'diff',
    '--quiet',
    '--no-ext-diff',
    `${tip}...${brief.base}`,
    '--',
    ':(top)',
    `:(top,exclude,literal)${brief.board}`,
  ];
  return (await git(where, args)).code !== 0;
}

/**
 * Is the tip that the run was briefed with no longer contained?
 * @param head what the run left as HEAD: the standing's tip, or that tip's only parent.
 */
export async function isRewritten({ brief, where, split }: Standing, head: string): Promise<boolean> {
  // It had no commit of its own.
  if (brief.tip === brief.startSha) return false;
  if (split !== null) {
    const foot = firstParents(head, split.right).at(-1)?.parents[0] ?? head;
    if (split.right.has(brief.tip) || split.mergeBase.sha === brief.tip || foot === brief.tip) return false;
  }
  return (await git(where, ['merge-base', '--is-ancestor', brief.tip, head])).code !== 0;
}

/** What is done in this process may fail for good (a broken repository, a full disk): git itself then says how. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch {
    return null;
  }
}
