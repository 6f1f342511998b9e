/* Imported by the runner, which starts in milliseconds: nothing heavy here. */

import { cutText } from '../plain-text.ts';
import { shellPath } from '../shell-word.ts';

interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/* How a program ended. */

export const exitOf = (exit: Exit | null): string => `exit ${exit?.code ?? exit?.signal ?? '?'}`;
export const endOf = (exit: Exit | null): string =>
  exit?.code == null ? `ended by ${exit?.signal ?? '?'}` : `exit ${exit.code}`;
export const programMissing = (code: number, lastLine: string): string =>
  `exit ${code}, ${code === 127 ? 'a program was not found' : 'a program is not executable'}${lastLine === '' ? '' : `: ${lastLine}`}`;
export const couldNotBeStarted = (error: string): string => `could not be started: ${error}`;
export const notStarted = (error: string): string => `it ${couldNotBeStarted(error)}`;
export const NO_PROGRAM = 'no program is named';
export const argumentTooLong = (bytes: number, most: number): string =>
  `the prompt has ${bytes} bytes, and an argument at most ${most}: use \`{prompt_file}\` or standard input for this agent`;
export const NO_PROMPT = 'its prompt was removed from the run folder';
export const NO_COMMAND = 'the brief names no command';

/* Why a run ends. */

export const ASKED_TO_END = 'the run was asked to end';
export const SIGNALLED_TO_END = 'the runner received a signal to end';
export const notDoneAfter = (timeout: number): string => `not done after ${seconds(timeout)}`;
export const printedMoreThan = (bytes: number): string => `it printed more than ${bytes} bytes`;
export const nothingMovedFor = (ms: number): string => `no output, no CPU and no changed file for ${seconds(ms)}`;
export const repeatedCall = (times: number, call: string): string =>
  `the same tool call ${times} times in a row: ${cutText(call, 100)}`;
export const PROVIDER_SILENT = 'its provider does not answer';
export const needsKey = (detail: string): string => `it needs a login or a key: ${detail}`;
export const needsLogin = (detail: string, login: string): string =>
  `${detail.replace(/\.$/, '')}. To log in: ${login}`;
export function withoutReport(run: {
  readonly exit: Exit | null;
  readonly last: string | undefined;
  readonly denied: readonly string[];
}): string {
  const { exit, last, denied } = run;
  const how = exit === null ? '' : ` (${exit.signal ?? `exit ${exit.code}`})`;
  const refused = denied.length === 0 ? '' : `; permission denied: ${denied.join(', ')}`;
  return `it ended without a report${how}${last === undefined ? '' : `: ${last}`}${refused}`;
}
export const FOLDER_REMOVED = 'its run folder was removed while it was active';
export const NO_RUNNER = 'no runner claimed it';
export const RUNNER_DIED = 'its runner died';
export const BRIEF_UNREADABLE = 'its brief cannot be read';

/* Hooks. */

/** @param step a hook, or `submodules`. */
export const setUpFailed = (
  step: string,
  reason: string,
  output: { readonly telling: string; readonly tail: string },
): string =>
  `${step === 'submodules' ? 'the update of the submodules' : `the ${step} hook`} ${after(reason, output.telling)}\n${output.tail}`.trimEnd();
/** What happened, and the line of the output that tells why. */
export const after = (what: string, telling: string): string => (telling === '' ? what : `${what}: ${telling}`);
export const tookLongerThan = (timeout: number): string => `took longer than ${seconds(timeout)}`;
export const failedWith = (exit: Exit | null): string => `failed: ${exitOf(exit)}`;
export const afterRunFailed = (reason: string): string => `the after_run hook failed: ${reason}`;

/* What an agent left behind. */

export const WORKTREE_GONE = 'the worktree is gone';
export const worktreeReplaced = (worktree: string): string => `the worktree was replaced: ${worktree} is not a folder`;
export const worktreeUnreadable = (error: string): string => `the worktree can't be read: ${error}`;
export const folderReplaced = (worktree: string, by: string): string =>
  `the folder of its worktree was replaced by ${by}; kanban touches nothing behind it. Fix: rm ${shellPath(worktree)}, then kanban retry`;
export const linkTo = (target: string): string => `a symbolic link to ${target}`;
export const A_FILE = 'a file';
export const committedOutside = (shas: readonly string[]): string =>
  `it committed outside its branch: ${shas.map((sha) => sha.slice(0, 10)).join(', ')}`;
export const REPLACED_REVIEWED = 'it replaced the reviewed commits';
export function reviewedReplaced(sha: string, ref: string): string {
  const short = sha.slice(0, 10);
  return `it replaced the reviewed commit ${short}: the branch was reset to it, and what replaced it is kept under ${ref}. Fix: commit on top of ${short}, and merge base instead of a rebase`;
}
export const HISTORY_REWRITTEN = 'the branch no longer contains what it had when the run began';

/* Commit messages. */

/** Who wrote it is not known: the user may have worked there, too. */
export const leftoversSubject = (id: string, role: string): string =>
  `${id}: left uncommitted in the worktree of the ${role} run`;
export const boardRestoredCommit = (id: string, board: string): string =>
  `${id}: board restored\n\nTask branches don't change ${board}/.\n`;

/** @param minutes whole, at least 1 */
export const timeLeft = (minutes: number): string =>
  `About ${minutes} minute${minutes === 1 ? '' : 's'} of your time ${minutes === 1 ? 'is' : 'are'} left. Commit what you have now, and write your report.`;
export const refusedTool = (call: string): string => `! permission denied: ${call}`.trimEnd();
