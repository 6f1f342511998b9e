export const notOurs = (path: string): string => `${path} is a worktree that kanban did not create`;
export const holdsRepositories = (names: string, path: string): string =>
  `it contains a repository or worktree that git does not track (${names}); no other copy exists, so ${path} is kept`;
export const removeByHand = (path: string): string =>
  `look at it, then move it elsewhere or delete it: rm -rf '${path}'`;
export const filesAppeared = (path: string): string => `files appeared in ${path} while it was removed`;
export const headOnNoBranch = (sha: string): string => `its HEAD ${sha.slice(0, 12)} is on no branch`;
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
