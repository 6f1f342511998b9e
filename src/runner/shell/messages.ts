/* Imported by the runner, which starts in milliseconds: nothing heavy here. */

type Exit = { readonly code: number | null; readonly signal: string | null } | null;

/* The report on an entry's script. */

export const NO_SCRIPT = 'The entry has no `sh` block: there is nothing that the shell agent could run.';
export const SCRIPT_DONE = "The entry's script ran to its end.";
export const scriptFailed = (exit: Exit, reason: string): string =>
  `The entry's script failed: ${endOf(exit)}.${paragraph(reason)}`;
export const commandPassed = (command: string): string => `\`${command.split('\n')[0] ?? ''}\` passed.`;
export const commandFailed = (command: string, exit: Exit, reason: string): string =>
  `\`${command.split('\n')[0] ?? ''}\` failed: ${endOf(exit)}.${paragraph(reason)}`;
const MAX_NAMES = 20;
const listed = (files: readonly string[]): string =>
  files.length <= MAX_NAMES
    ? files.join(', ')
    : `${files.slice(0, MAX_NAMES).join(', ')} ${more(files.length - MAX_NAMES)}`;
export const changedFiles = (files: readonly string[]): string => `Changed files: ${listed(files)}`;
export const notCovered = (files: readonly string[]): string =>
  `Changed, and matched by no glob of \`tests\`: ${listed(files)}`;
export const lastLines = (lines: string): string => `\n\nIts last lines:\n\n${lines}`;

const paragraph = (text: string): string => (text === '' ? '' : `\n\n${text}`);

const endOf = (exit: Exit): string =>
  exit === null ? 'it never ran' : exit.signal === null ? `exit ${exit.code}` : `ended by ${exit.signal}`;

/* The report of a review by program. */

export const NOTHING_CHANGED = 'Nothing has changed over base.';
export const changedOutside = (files: readonly string[], outside: readonly string[]): string =>
  `Changed outside of \`files\` (${files.join(', ')}): ${outside.join(', ')}`;
export const markersLeft = (paths: readonly string[]): string => `Conflict markers are left in ${paths.join(', ')}`;
export const more = (count: number): string => `and ${count} more`;
export const notedOnly = (lines: string): string => `\n\nNoted, not failed:\n\n${lines}`;
export const checkedByProgram = (files: number): string =>
  `Checked by program: ${files === 1 ? '1 file' : `${files} files`} changed.`;

/* Merging base. */

export const mergeSubject = (id: string, base: string): string => `${id}: merge ${base}`;
export const mergeConflicts = (base: string, list: string): string =>
  `Merging ${base} into the branch conflicts in:\n\n${list}`;
export const notMerged = (base: string, output: string): string =>
  `${base} could not be merged into the branch: ${output.trim()}`;
export const NO_TEST_MATCHES =
  'Base merges cleanly into the branch; no glob of `tests` matches a changed file, and no command is set for the tester.';
export const MERGES_CLEANLY = 'Base merges cleanly into the branch; no command is set for the tester.';
