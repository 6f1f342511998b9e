import { dirname, join } from 'node:path';
import { lstatOrNone } from '../system/plain-file.ts';
import type { Repository } from './git.ts';

/** What git has answered in this process, by the folder that it was asked from. */
const known = new Map<string, { readonly repo: Repository; readonly stamp: string }>();

/** Folders that are remembered. */
const MAX_KNOWN = 100;

/**
 * The repository that `cwd` was found to be in, as long as nothing has changed that git's answer depends on: a command opens
 * its repository up to five times. null: not known, or something has changed.
 */
export function knownRepository(cwd: string): Repository | null {
  const found = known.get(cwd);
  return found !== undefined && stampOf(cwd, found.repo) === found.stamp ? { ...found.repo } : null;
}

/** Clocks of file systems are coarser than ours, ms. */
const CLOCK_STEP_MS = 50;

/**
 * Remembers it, unless its settings have changed since git was asked.
 * @param askedAt epoch ms
 * @returns a repository of the caller's own
 */
export function rememberRepository(cwd: string, repo: Repository, askedAt: number): Repository {
  if (known.size >= MAX_KNOWN) known.clear();
  const stamp = stampOf(cwd, repo);
  const changedAt = Math.max(...SETTINGS.map((name) => lstatOrNone(join(repo.gitDir, name))?.ctimeMs ?? 0));
  if (changedAt < askedAt - CLOCK_STEP_MS) known.set(cwd, { repo, stamp });
  return { ...repo };
}

/** Files of the git dir that decide what git takes the repository for. */
const SETTINGS = ['config', 'config.worktree', 'shallow'];

/** Changes when a `.git` appears between `cwd` and the root, another one takes its place, or its settings change. */
function stampOf(cwd: string, { root, gitDir }: Repository): string {
  const parts = [cwd, ...dotsAbove(cwd, root)].map(identity);
  for (const name of SETTINGS) parts.push(state(join(gitDir, name)));
  return parts.join(' ');
}

function dotsAbove(cwd: string, root: string): string[] {
  const dots: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    dots.push(join(folder, '.git'));
    if (folder === root || folder === dirname(folder)) return dots;
  }
}

/** Of a folder what it is, not what is in it: git makes and removes files in its own all the time. */
function identity(path: string): string {
  const stat = lstatOrNone(path);
  return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : state(path);
}

function state(path: string): string {
  const stat = lstatOrNone(path);
  return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
}
