// What `kanban init --adopt` prints.

import { plainLine } from '../plain-text.ts';

/* What can't be adopted, and the fixes. */

export const worktreeNotMade = (folder: string): string => `The worktree ${folder} is not made yet.`;
export const INIT_FIRST = 'run kanban init --base <branch> first, then kanban init --adopt FILE in its worktree';
export const outside = (path: string, folder: string): string =>
  `${path} is not in ${folder}, where base is checked out: what is taken out of it could not be found in git.`;
export const COPY_IN = 'copy the file into the repository first';
export const isColumn = (path: string): string => `${path} is a column of the board: its entries are in work.`;
export const MOVE_TO_TODO = 'adopt board/TODO.md, or another file';
export const noFile = (path: string): string => `There is no file ${path}.`;
export const notAFile = (path: string): string => `${path} is not a plain file.`;
export const tooLarge = (path: string, bytes: number): string => `${path} is larger than ${bytes / 1024 / 1024} MB.`;
export const HOLDS_NUL = 'a NUL byte: this is not a text file';
export const NOT_UTF8 = 'this is not UTF-8';
export const SAVE_AS_UTF8 = 'save the file as UTF-8 text';

export const NOT_CONFIRMED = 'Nothing is written.';
export const confirmWith = (file: string): string => `kanban init --adopt ${file} --yes applies the changes above`;
export const changedMeanwhile = (path: string): string => `${path} was changed meanwhile; it is left as it is.`;
export const RUN_AGAIN = 'run kanban init --adopt again';

/* The review. */

export const PREVIEW = 'What changes: lines with - leave a file, lines with + come into it.';

interface Named {
  readonly line: number;
  readonly text: string;
}

const SHOWN = 12;

const lines = (file: string, named: readonly Named[]): string[] => {
  const shown = named.slice(0, SHOWN).map(({ line, text }) => `  ${file}:${line}  ${plainLine(text).slice(0, 90)}`);
  return named.length > SHOWN ? [...shown, `  and ${named.length - SHOWN} more`] : shown;
};

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;

/** @param todo path of TODO.md */
export const reviewLines = (
  { file, todo }: { readonly file: string; readonly todo: string },
  { adopted, done, left }: Readonly<Record<'adopted' | 'done' | 'left', readonly Named[]>>,
): readonly string[] => [
  `${count(adopted.length, 'task', 'tasks')} of ${file} ${adopted.length === 1 ? 'becomes an entry' : 'become entries'} of ${todo}`,
  ...(done.length === 0 ? [] : ['Done, stays where it is', ...lines(file, done)]),
  ...(left.length === 0 ? [] : ['Not a task, stays where it is', ...lines(file, left)]),
];

export const APPLY = 'Write these changes?';
