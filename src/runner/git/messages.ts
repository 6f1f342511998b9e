/* Imported by the runner, which starts in milliseconds: nothing heavy here. */

/* Work that is not committed. */

export const NOT_COMMITTED =
  'named like a secret, over 5 MB, or a repository of its own: not committed, left in the worktree';
export const NEW_FILES_OF_TESTER = 'new files of the tester: not committed, taken out of the worktree';
export const COMMIT_FAILED = 'git could not commit it';
export const leftoversNotCommitted = (ref: string, reason: string): string =>
  `what was left uncommitted could not be committed (kept under ${ref}): ${reason}`;
export const rescueCommitMessage = (id: string, reason: string, runId: string): string =>
  `${id}: ${reason}\n\nFrom run ${runId}.`;
export const noFreeRef = (id: string): string => `no free rescue ref for ${id}`;

/* The branch. */

export const MADE_ALIAS = 'the branch was made an alias';
export const branchWasAlias = (branch: string, of: string, kept: readonly string[]): string =>
  `it made ${branch} an alias of ${of}: the branch is back where the run began${kept.map((ref) => `, what it led to is kept under ${ref}`).join('')}`;
export const headElsewhere = (head: string | null, branch: string | null): string =>
  head === null ? 'without a commit' : branch === null ? 'detached elsewhere' : `on branch ${branch}`;
export const headLeft = (where: string, kept: readonly string[] = []): string =>
  `HEAD was left ${where}${kept.map((ref) => `, kept under ${ref}`).join('')}`;

/* The worktree. */

export const leftSpecialFiles = (paths: readonly string[]): string =>
  `it left a FIFO, a socket or a device in the place of a file: ${paths.slice(0, 10).join(', ')}`;
export const UNMERGED = 'with unmerged paths';
export const inOperation = (operation: string): string => `in the middle of a ${operation}`;
export const worktreeLeft = (how: string): string => `the worktree was left ${how}`;
export const worktreeLeftAndUndone = (how: string, ref: string): string =>
  `${worktreeLeft(how)}: kanban undid that, and its tree is kept under ${ref}`;
export const linkReplaced = (aside: string): string => `the worktree's .git was replaced (kept as ${aside})`;
export const LINK_REMOVED = "the worktree's .git was removed";
export const GIT_DIR_REMOVED = "the worktree's folder in .git/worktrees was removed: it is made again";
export const fileRestored = (file: string): string => `${file} was changed: it is restored`;

/* What the reflog of the branch names. */

export const REFLOG_NO_ALIAS = 'kanban: no alias';
export const REFLOG_UP_TO_HEAD = 'kanban: brought up to HEAD';
export const REFLOG_MADE_AGAIN = 'kanban: made again';

export const SHELL_ENDED = 'the shell that ran it was ended';
