import type { Problem } from '../../problem.ts';

/* Git. */

export const operationOpen = (operation: string, base: string, path: string): string =>
  `a ${operation} of ${base} is open in ${path}`;

export const commitOpen = (path: string): string =>
  `a git commit in ${path} is not finished (its editor is open, or its hooks run)`;

export const baseMissing = (base: string): Problem => ({
  code: 'base-missing',
  message: `The branch ${base} does not exist`,
  fix: `name an existing branch as \`base\` in WORKFLOW.md, or create it: git branch ${base}`,
});

export const NO_COMMITS: Problem = {
  code: 'no-commits',
  message: 'The repository has no commit yet, and tasks start from one',
  fix: 'git add -A && git commit -m "Start"',
};

export const notACommit = (sha: string): string => `${sha} is not a commit`;

export const refNotWritten = (ref: string, why: string): string => `${ref} cannot be written: ${why}`;

/* Entries. */

export const foreignBranch = (branch: string): string =>
  `branch ${branch} exists and was not made by the coordinator; rename it (git branch -m ${branch} <other name>) or give the entry another id`;

export const landedAlready = (id: string, landing: string): string =>
  `${id} has landed already (${landing.slice(0, 10)}): delete it here, or give it a new number`;

export const landingMissing = ({ id, sha }: { readonly id: string; readonly sha: string }, base: string): Problem => ({
  code: 'landing-missing',
  message: `${id} landed as ${sha.slice(0, 10)}, and ${base} no longer contains it`,
  fix: `git cherry-pick -m 1 ${sha}    # lands it again`,
});

/* Files. */

export const settingsMissing = (file: string): Problem => ({
  code: 'settings-gone',
  message: `${file} is missing; the last valid settings stay in effect`,
  fix: `git checkout -- ${file}`,
});

export const columnMissing = (path: string) => ({
  code: 'board-file-missing',
  warning: true as const,
  message: `${path} is missing on disk; its committed text counts`,
  fix: `git checkout -- '${path}'`,
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
    ? `make it readable: chmod u+r '${path}'`
    : `it is not a plain file: move it aside, then git checkout -- '${path}'`,
});

/** Message of the commit that keeps a save. */
export const keptSave = (path: string, isOlder: boolean): string =>
  `kanban: ${path} as it was saved\n\n${
    isOlder ? 'The save was made from an older text' : 'Another save replaced it before a commit had it'
  }; not all of it is in the file.\n`;

/* Runs. */

export const NO_REPORT = 'it ended without a report';
