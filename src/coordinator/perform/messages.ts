/* Attempts. */

import { firstOf } from '../../first-of.ts';
import type { Operation } from '../../git/checkout.ts';
import { shellPath, shellQuoted } from '../../shell-word.ts';

export const FAILED_A_MOMENT_AGO = 'it failed a moment ago';
export const QUEUE_FAILED_A_MOMENT_AGO = 'the merge queue failed a moment ago';

export const unexpectedError = (error: unknown): string =>
  `it failed: ${error instanceof Error ? error.message : String(error)}`;

export const youChanged = (path: string): string => `you have changed ${path}`;

export const beingEdited = (file: string): string => `${file} is being edited`;

/* Answers to commands. */

export const abandoned = (id: string, ref: string): string => `${id} left the board; its branch is kept as ${ref}`;
export const abandonedWithoutBranch = (id: string): string => `${id} left the board; it had no branch`;
export const abandonedEmptyBranch = (id: string): string =>
  `${id} left the board; nothing was committed on its branch, which is removed`;

export const EDITED = 'edited';
export const edited = (id: string): string => `${id} is changed; the next run gets the new text`;

interface Titled {
  readonly id: string;
  readonly title: string;
}

const idsOf = (entries: readonly Titled[]): string => entries.map(({ id }) => id).join(', ');

export const added = (entries: readonly Titled[]): string =>
  entries.length === 1 ? `${idsOf(entries)} is in TODO: ${entries[0]?.title}` : `${idsOf(entries)} are in TODO`;

export const proposed = (entries: readonly Titled[]): string =>
  entries.length === 1
    ? `${idsOf(entries)} is proposed (parked in TODO; the user decides): ${entries[0]?.title}`
    : `${idsOf(entries)} are proposed (parked in TODO; the user decides)`;

const MAX_PATHS = 5;
/** Of `retry --fixed`. @param worktree a path @param paths in it, at least one */
export const fixNotCommitted = (id: string, worktree: string, paths: readonly string[]): string => {
  const at = shellPath(worktree);
  const shown = paths.slice(0, MAX_PATHS);
  const add = `git -C ${at} add -- ${paths.length > shown.length ? '.' : shown.map(shellPath).join(' ')}`;
  return `${id} has work in ${worktree} that is not committed, so nothing is changed: ${firstOf(paths, MAX_PATHS)}. Commit what belongs to the fix, and remove the rest: ${add} && git -C ${at} commit -m "…", then kanban retry ${id} --fixed`;
};

const FINISH: Readonly<Record<Operation, string>> = {
  merge: 'commit --no-edit',
  rebase: 'rebase --continue',
  'cherry-pick': 'cherry-pick --continue',
  revert: 'revert --continue',
  bisect: 'bisect reset',
};

/** @param conflicts files that are not resolved; empty: none */
export function fixInOperation(
  id: string,
  worktree: string,
  operation: Operation,
  conflicts: readonly string[],
): string {
  const at = shellPath(worktree);
  const finish = `git -C ${at} ${FINISH[operation]}`;
  const state = `a ${operation} is open in ${worktree}, so nothing is changed`;
  const abort = operation === 'bisect' ? '' : ` To give it up: git -C ${at} ${operation} --abort.`;
  if (conflicts.length === 0) return `${state}. Finish it: ${finish}, then kanban retry ${id} --fixed.${abort}`;
  const add = conflicts.map(shellPath).join(' ');
  return `${state}. Edit ${firstOf(conflicts, MAX_PATHS)} until no conflict markers are left, then finish it: git -C ${at} add -- ${add} && ${finish}, then kanban retry ${id} --fixed.${abort}`;
}

/* Why an action waits or fails. */

export const ONLY_COORDINATOR_LANDS = 'only a coordinator lands';
export const RUN_PREPARING = 'the run is being prepared';

export const worktreeBusy = (id: string): string => `the worktree of ${id} is being removed`;

export const branchBusy = (id: string): string => `branch ${id} is being removed`;

export const branchNotRestored = (ref: string, why: string): string =>
  `its branch cannot be restored from ${ref}: ${why}`;

export const branchNotRemoved = (why: string): string => `its branch cannot be removed: ${why}`;

export const unrelated = (ref: string): string => `${ref} has no commit in common with base`;

export const removeLock = (lock: string): string => `if no git process runs: rm ${shellPath(lock)}`;

export const inspectThen = (command: string): string => `look at it, then: ${command}`;

export const repeated = (times: number): string => `it was done ${times} times, and is due again each time`;

export const repeatedInAMinute = (times: number): string =>
  `it was done ${times} times within a minute, and is due again each time`;

/* Notices. */

export const beforeRemoveFailed = (id: string, output: string): string => `before_remove of ${id} failed: ${output}`;

export const changelogLeftOut = (id: string, changelog: string | null, changes: readonly string[]): string =>
  `${id}: some changes of its branch to ${changelog} did not land (${changes.join('; ')})`;

/* Subjects of commits. */

export const subjects = {
  added: (id: string): string => `kanban: ${id} added`,
  proposed: (id: string, run: string): string => `kanban: ${id} proposed by ${run}`,
  deleted: (id: string): string => `kanban: ${id} deleted`,
  edited: (id: string): string => `kanban: ${id} edited`,
  changed: (id: string, what: string): string => `kanban: ${id} ${what}`,
  numbered: (id: string): string => `kanban: ${id} gets its number`,
  mergedByHand: (id: string, from: string): string => `kanban: ${id} ${from} → CHANGELOG (merged by hand)`,
  undone: (id: string): string => `kanban: ${id} undone`,
};

/* Undo. */

export const undo = {
  noEntry: (parent: string): string => `its entry is not on the board of the commit before ${parent}`,
  notInTodo: (board: string): string => `its entry cannot be put on top of ${board}/TODO.md`,
  conflict: (files: string): string => `later changes conflict with it in ${files}`,
  inTheWay: (id: string, change: string): string =>
    `${id} is not undone: ${change}, and undo would change that file; commit or stash it, then run the command again`,
  /** @param reason of the undo, as the user gave it */
  refused: (
    id: string,
    why: string,
    { command, reason, conflicts }: { readonly command: string; readonly reason: string; readonly conflicts: boolean },
  ): string =>
    [
      `${id} is not undone: ${why}. Nothing was changed. To undo it yourself: ${command}`,
      ...(conflicts
        ? ['It stops at the conflicts: edit the files that git status names, git add them, then git revert --continue']
        : []),
      `After that: kanban pause ${id} --why ${shellQuoted(reason)}`,
      'Then kanban run moves its entry to TODO; without the pause it is worked on again at once',
    ].join('. '),
  done: (id: string, landing: string, sha: string): string =>
    `${id} is on top of TODO again: its landing ${landing} is undone (${sha})`,
  CODE_UNDONE_BEFORE: 'its code was undone before',
  NO_CODE: 'it had changed no code',
  paused: (id: string): string => `it is paused: kanban resume ${id} frees it`,
  lineReleased: (changelog: string | null): string =>
    `its line in ${changelog} is released and stays; a new line is under Unreleased`,
  lineChanged: (changelog: string | null): string => `its line in ${changelog} was edited: change it yourself`,
  PUSHED_LATER: 'it is pushed as soon as the remote accepts it',
};

const sentence = (ids: readonly string[], one: string, many: string): string =>
  ids.length === 0 ? '' : `${ids.join(', ')} ${ids.length === 1 ? one : many}`;

/** What depends on an entry that was undone; '' = nothing does. */
export const dependents = {
  landed: (ids: readonly string[]): string =>
    ids.length === 0
      ? ''
      : `${sentence(ids, 'has landed, depends on it and may be broken now', 'have landed, depend on it and may be broken now')}; kanban undo undoes ${ids.length === 1 ? 'it' : 'them'} as well`,
  begun: (ids: readonly string[]): string =>
    sentence(ids, 'is in work and depends on it', 'are in work and depend on it'),
  waiting: (ids: readonly string[]): string => sentence(ids, 'waits for it again', 'wait for it again'),
};

export const MERGE_QUEUE = 'the merge queue';
