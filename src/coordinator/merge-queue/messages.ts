/* Landings. */

import { shellPath } from '../../shell-word.ts';

export const lockedByGit = (why: string): string => `another git process holds a lock: ${why}`;

export const stagedBoard = (file: string): string =>
  `the staged ${file} differs from the file: git restore --staged ${shellPath(file)}`;

export const noCommit = (sha: string): string => `${sha} is not a commit of this repository`;

export const conflictsBefore = (files: readonly string[]): string =>
  `conflicts in ${files.join(', ')} with a landing before it`;

export const BEING_PUSHED = 'being pushed';
export const PUSHING = 'a landing is being pushed';
export const LANDINGS_HELD = 'landings are held';
export const HELD = 'it is held';
export const QUEUE_LOOPS = 'the merge queue repeats itself: please report it';

/* Where an entry stands. */

export const PASSED = 'passed the check: lands';
export const SEARCHING = 'its batch failed the check: the queue searches for the culprit';
export const WAITS_FOR_CHECK = 'waits for the check of its batch';
export const WAITS_FOR_BATCH = 'waits for the batch before it';
export const SUSPECTED = 'failed in the check: checked again before it goes back';
export const CHECK_RUNNING = 'the check is running';

export const beingChecked = (others: readonly string[]): string =>
  others.length === 0 ? 'being checked' : `being checked with ${others.join(', ')}`;

/* Checks. */

export const NO_TASK_WAITS = 'no task waits for it';
export const NO_CHECK = 'there is no check any more';
export const NO_CHECK_ON_STOP = 'kanban run is ending: no check starts any more';
export const CHECK_OUTDATED = 'its tree has changed';
export const IN_CHECK_LOG = 'in the check log';
export const NOT_CLAIMED = 'no runner claimed it';
export const NEVER_CLAIMED = 'no runner ever claimed it';

export const checkNotRun = (why: string): string => `the check could not be carried out: ${why}`;

export const checkNotClosed = (id: string): string => `the check ${id} was lost and cannot be closed yet`;

export const checkFolderNotWritten = (step: string): string => `the folder of a check cannot be written (${step})`;

export const processesLeft = (processes: readonly { readonly pid: number; readonly command: string }[]): string =>
  `processes of an earlier check cannot be ended: ${processes.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`;

/** @param other with which alone it fails; null = by itself */
export const failedWith = (other: string | null, detail: string | null): string =>
  `the check fails with it${other === null ? '' : ` and ${other}`}${detail === null ? '' : ` (${detail})`}`;

export const failedOnlyWith = (command: string, id: string, other: string | null): string =>
  other === null
    ? `\`${command}\` fails with ${id} and passes without it.`
    : `\`${command}\` fails with ${id} and ${other} together and passes without it, and with each of the two alone.`;

export const greenTree = (sha: string, base: string): string => `passed: ${sha} (${base} and the landings before it)`;

export function baseFails(of: {
  readonly base: string;
  /** Landings on base that passed. */
  readonly landings: readonly string[];
  readonly commit: string;
  readonly detail: string;
  readonly log: string;
}): string {
  const { base, landings, commit, detail, log } = of;
  const tree = landings.length === 0 ? `${base} itself` : `${base} with ${landings.join(', ')}, which passed`;
  return `the check fails on ${tree} (${commit.slice(0, 10)}), without any other task: ${detail}; see ${log}`;
}

/* The worktree of the checks. */

export const NO_GIT_FILE = 'git reported success, but its .git file is missing';
export const GIT_IN_WORKTREE = 'another git process is at work in it';

export const worktreeNotReady = (path: string, why: string): string =>
  `The worktree of the check, ${path}, cannot be prepared: ${why}`;

export const worktreeFix = (path: string): string =>
  `df -h ${shellPath(path)}    # and: ls -ld ${shellPath(path)}; kanban tries again`;

export const checkPathTaken = (path: string, what: string): string =>
  `The merge queue's check cannot run: ${path} is ${what}`;
