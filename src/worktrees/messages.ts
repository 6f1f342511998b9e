import { firstOf } from '../first-of.ts';
import { shellPath } from '../shell-word.ts';

export const notOurs = (path: string): string => `${path} is a worktree that kanban did not create`;
export const holdsRepositories = (paths: readonly string[], path: string): string =>
  `it contains a repository or worktree that git does not track (${firstOf(paths, 3)}); no other copy exists, so ${path} is kept`;
export const uncommitted = (paths: readonly string[]): string => `uncommitted: ${firstOf(paths, 5)}`;
export const notAllRescued = (reason: string, ref: string): string => `${reason} (not all of it in ${ref})`;
export const isInstead = (path: string, what: string): string => `${path} is ${what}`;
export const removeByHand = (path: string): string =>
  `look at it, then move it elsewhere or delete it: rm -rf ${shellPath(path)}`;
export const filesAppeared = (path: string): string => `files appeared in ${path} while it was removed`;
export const headOnNoBranch = (sha: string): string => `its HEAD ${sha.slice(0, 12)} is not on a branch`;
export const onlyCopy = (paths: readonly string[]): string =>
  `it holds the only copy of ${paths.join(', ')}, which is a repository of its own: move it away, or delete its .git`;
export const submoduleWork = (paths: readonly string[]): string =>
  `submodules contain work that exists nowhere else: ${paths.join(', ')}`;
export const FOREIGN_WORKTREE = 'a worktree that kanban did not create';
export const NO_GIT_FILE = 'git reported success, but the .git file is missing';
export const branchNotCreated = (branch: string, reason: string): string =>
  `The branch ${branch} cannot be created: ${reason}`;
export const branchInUse = (branch: string, reason: string): string => `The branch ${branch} is in use: ${reason}`;
export const worktreeNotCreated = (path: string, reason: string): string =>
  `The worktree ${path} cannot be created: ${reason}`;
export const placeTaken = (path: string, kind: string): string => `The worktree cannot be created: ${path} is ${kind}`;
export const PLAIN_FOLDER = 'a folder that is not a worktree';
export const OUTSIDE_WORKTREE = 'it would be written outside the worktree';
export const OTHER_REPOSITORY = 'another repository';
export const removeLock = (lock: string): string => `if no git is at work: rm ${shellPath(lock)}`;
export const freeBranch = (branch: string): string =>
  `switch that worktree to another branch, or end its claim: git worktree list | grep ${branch}`;
export const renameBranch = (branch: string): string => `git branch -m ${branch} ${branch}-mine    # or remove it`;

/* Commits that keep work. */

export const stagedSubject = (id: string): string => `${id}: what was staged`;
export const rescueCommit = (id: string, nested: readonly string[]): string => {
  const without = nested.map((name) => `\nNot in it: ${name}, a repository of its own.`).join('');
  return `${id}: uncommitted work, kept${without && `\n${without}`}`;
};
