import type { Problem } from '../../problem.ts';
import { shellPath } from '../../shell-word.ts';

/* Git. */

export const operationOpen = (operation: string, base: string, path: string): string =>
  `a ${operation} of ${base} is open in ${path}`;

export const commitOpen = (path: string): string =>
  `a git commit in ${path} is not finished (its editor is open, or its hooks run)`;

export const NO_COMMITS: Problem = {
  code: 'no-commits',
  message: 'The repository has no commit yet, and tasks start from one',
  fix: 'commit what belongs to the project: git add <files> && git commit -m "Start"',
};

export const notACommit = (sha: string): string => `${sha} is not a commit`;

export const refNotWritten = (ref: string, why: string): string => `${ref} cannot be written: ${why}`;

/* Entries. */

export const withFix = (message: string, fix: string | undefined): string =>
  fix === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} Fix: ${fix}`;

export const foreignBranch = (branch: string): string =>
  `the branch \`${branch}\` exists, and kanban did not create it`;
export const renameBranch = (branch: string, id: string): string =>
  `git branch -m ${branch} ${branch}-mine, or give ${id} another number`;
export const branchBlocked = (branch: string, other: string): string =>
  `the branch \`${branch}\` cannot be created while there is a branch \`${other}\``;
export const renameOther = (other: string): string => `git branch -m ${other} <other name>`;
export const pathTaken = (path: string, what: string): string => `${path}, where its worktree belongs, is ${what}`;
export const moveAway = (path: string): string => `move it elsewhere, or delete it: rm -rf ${shellPath(path)}`;
export const OTHER_WORKTREE = 'a worktree that kanban did not create';

export const landedAlready = (id: string, landing: string): string =>
  `${id} has landed already (${landing.slice(0, 10)})`;
export const DELETE_OR_RENUMBER = 'delete it here, or give it a new number: T-? takes the next free one';

export const landingMissing = ({ id, sha }: { readonly id: string; readonly sha: string }, base: string): Problem => ({
  code: 'landing-missing',
  message: `${id} landed as ${sha.slice(0, 10)}, and ${base} no longer contains it`,
  fix: `git cherry-pick -m 1 ${sha}    # lands it again`,
});

/* Files. */

export const settingsMissing = (file: string): Problem => ({
  code: 'settings-gone',
  message: `${file} is missing; the last valid settings stay in effect`,
  fix: `git checkout -- ${shellPath(file)}`,
});

export const columnMissing = (path: string) => ({
  code: 'board-file-missing',
  warning: true as const,
  message: `${path} is missing on disk; its committed text counts`,
  fix: `git checkout -- ${shellPath(path)}`,
});

export const notUtf8 = (path: string): Problem => ({
  code: 'board-not-utf8',
  message: `${path} is not UTF-8 text`,
  fix: 'save it as UTF-8',
});

/** @param isPlain false: a folder, a link or the like is in its place */
export const columnUnreadable = (path: string, why: string, isPlain: boolean): Problem => ({
  code: 'board-unreadable',
  message: `${path} cannot be read: ${why}`,
  fix: isPlain
    ? `make it readable: chmod u+r ${shellPath(path)}`
    : `it is not a plain file: move it aside, then git checkout -- ${shellPath(path)}`,
});

/** @param link the column file, or the folder that is a symbolic link */
export const columnBehindLink = (path: string, link: string): Problem => ({
  code: 'board-unreadable',
  message: `${path} is not read or written: ${link} is a symbolic link`,
  fix: `rm ${shellPath(link)} && git checkout -- ${shellPath(link)} (what the link names stays as it is)`,
});

/** Message of the commit that keeps a save. */
export const keptSave = (path: string, isOlder: boolean): string =>
  `kanban: ${path} as it was saved\n\n${
    isOlder ? 'The save was made from an older text' : 'Another save replaced it before a commit had it'
  }; not all of it is in the file.\n`;

/* Runs. */

export const NO_REPORT = 'it ended without a report';
export const reportRemoved = (runId: string): string => `.kanban/runs/${runId} was removed before its report was read`;
