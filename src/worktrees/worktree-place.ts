import { existsSync, readdirSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import type { Repository } from '../git/git.ts';
import { namesIn } from '../system/folder-names.ts';
import { lstatOrNone, plainTextOf } from '../system/plain-file.ts';
import * as messages from './messages.ts';

/** Written into a worktree's git dir by the runner once `after_create` has succeeded: from then on agents may have worked in it. */
export const READY_MARK = 'kanban-ready';
/** Written there before a worktree is removed: from then on files that are missing were removed by us. */
export const REMOVING_MARK = 'kanban-removing';

/** What stands at a path where a task's worktree is to be. Read without starting git. */
export type Place =
  | { readonly kind: 'free' }
  /** git knows it as a worktree, though its folder or `.git` file may be missing. */
  | {
      readonly kind: 'registered';
      readonly gitDir: string;
      readonly folder: boolean;
      /** `.git` in the folder leads to `gitDir`. */
      readonly linked: boolean;
      /** Made by us: locked by us, or marked. */
      readonly ours: boolean;
      readonly ready: boolean;
      readonly removing: boolean;
    }
  /** A folder that was a worktree of this repository: `.git` leads to a git dir that is gone. */
  | { readonly kind: 'orphan' }
  /** Anything else. */
  | { readonly kind: 'foreign'; readonly what: string };

/** @param path absolute. @param id the task whose worktree is looked for. */
export function inspectPlace(repo: Repository, path: string, id: string): Place {
  const stat = lstatOrNone(path);
  const link = stat?.isDirectory() === true ? gitFileOf(path) : null;
  const gitDir = registeredAt(repo, path, link);
  const other = gitDir !== link && existsSync(join(path, '.git'));
  if (gitDir !== null && !other) {
    const ready = existsSync(join(gitDir, READY_MARK));
    const removing = existsSync(join(gitDir, REMOVING_MARK));
    const ours = ready || removing || lockReason(gitDir) === lockedFor(id);
    const folder = stat?.isDirectory() === true;
    return { kind: 'registered', gitDir, folder, linked: link === gitDir, ours, ready, removing };
  }
  return unregistered(repo, path, { stat, link, hasGit: other || existsSync(join(path, '.git')) });
}

/** @param at what stands at the path: `link` is the git dir that its `.git` file names */
function unregistered(
  repo: Repository,
  path: string,
  { stat, link, hasGit }: { readonly stat: Stats | undefined; readonly link: string | null; readonly hasGit: boolean },
): Place {
  if (stat === undefined) return { kind: 'free' };
  if (!stat.isDirectory()) return { kind: 'foreign', what: 'a file' };
  if (link !== null && dirname(link) === canonical(join(repo.commonDir, 'worktrees')) && !existsSync(link))
    return { kind: 'orphan' };
  if (hasGit) return { kind: 'foreign', what: messages.OTHER_REPOSITORY };
  return readdirSync(path).length === 0 ? { kind: 'free' } : { kind: 'foreign', what: messages.PLAIN_FOLDER };
}

/** The reason that a task's worktree is locked with. */
export const lockedFor = (id: string): string => `kanban ${id}`;

/** The git dir that `<path>/.git` names; null if there is no such file. */
export function gitFileOf(path: string): string | null {
  const text = readOrNull(join(path, '.git'));
  const target = text === null ? undefined : /^gitdir: (.+?)\s*$/.exec(text)?.[1];
  return target === undefined ? null : canonical(resolve(path, target));
}

function registeredAt(repo: Repository, path: string, link: string | null): string | null {
  const here = canonical(path);
  const all = join(repo.commonDir, 'worktrees');
  if (link !== null && dirname(link) === canonical(all) && registeredPath(link) === here) return link;
  for (const name of namesIn(all)) {
    const gitDir = join(canonical(all), name);
    if (registeredPath(gitDir) === here) return gitDir;
  }
  return null;
}

/** Where the worktree of a git dir should stand; null if it isn't one. */
function registeredPath(gitDir: string): string | null {
  const text = readOrNull(join(gitDir, 'gitdir'));
  return text === null ? null : canonical(dirname(resolve(gitDir, text.trim())));
}

function lockReason(gitDir: string): string | null {
  return readOrNull(join(gitDir, 'locked'))?.trim() ?? null;
}

/** git writes real paths; what doesn't exist (any more) is named by the nearest folder that does. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(canonical(parent), basename(path));
  }
}

/** Bytes: git's own small files. */
const MAX_GIT_FILE_BYTES = 64 * 1024;

function readOrNull(path: string): string | null {
  return plainTextOf(path, MAX_GIT_FILE_BYTES);
}
