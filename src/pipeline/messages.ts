// What moves, commands and failures of the pipeline say: in commit messages, events, `feedback` and answers.

export const MERGED_BY_HAND = 'its branch was merged by hand';
export const ENTRY_REMOVED = 'its entry was removed from the board';
export const ENTRY_MISSING = 'its entry is not on the board';
export const entryMoved = (column: string): string => `the entry was moved to ${column}`;
export const MESSAGE_RESUMES = 'a message arrived: its session continues with the message first';
export const MESSAGE_RESTARTS = 'a message arrived: it starts again with the message first';

// Moves that the coordinator makes by itself.
export const FREED = 'freed by the user: all attempts again';
export const IN_WORK_AGAIN = 'in work again: its verdicts no longer hold';
export const TO_BE_REVIEWED = 'to be reviewed: its verdicts no longer hold';
export const BACK_IN_TODO = 'back in TODO: attempts and verdicts are cleared';
export const LANDING_REVERTED = 'its landing was reverted: it starts again from base';
export const APPROVAL_TO_START = 'waits for approval to start';
export const APPROVAL_TO_LAND = 'tested; waits for approval to land';

export const CAP_REACHED = 'a cap of `caps` is reached';

// Results of runs.
export const DONE = 'done';
export const FOUND_READY = 'found ready';
export const TESTS_PASS = 'tests pass';
export const FIXED = 'fixed, to be tested again';
export const runFailed = (role: string, fix: boolean, why: string): string =>
  `${role}${fix ? ' (fixing)' : ''}: ${why}`;
export const TESTER_CHANGED_CODE = 'tests pass; the tester changed code';
export const LOOK_AT_TESTER_COMMITS = 'the tester changed code: look at its commits';
export const timeLimit = (detail: string): string => `ended at its time limit (${detail})`;
export const stalled = (detail: string): string => `ended because nothing moved (${detail})`;
export const nothingCommitted = (verdict: string): string =>
  `reported ${verdict}, but nothing is committed on the branch`;
export const SAME_COMMIT = 'reported done, but the commit is the one that the reviewer rejected';
export const NO_TEXT = 'the report has no text';
export const runWas = (run: string): string => `The run was ${run}.`;
export const protectedFiles = (paths: readonly string[]): string => `changes protected files: ${paths.join(', ')}`;
export const outsideFiles = (paths: readonly string[]): string =>
  `changes paths outside of \`files\` (\`files: strict\`): ${paths.join(', ')}; revert them, or name them in \`files\` of the entry`;
export const PROTECTED_FIX = 'Look at the diff; name the path in `files`, or revert the change, then retry.';
export const survivors = (processes: readonly { readonly pid: number; readonly command: string }[]): string =>
  `processes of its run could not be ended: ${processes.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`;
export const SURVIVORS_FIX = 'End them, then retry.';
export const boardRestored = (paths: readonly string[]): string =>
  `Board files that the run changed were restored: ${paths.join(', ')}.`;
export const unhidden = (paths: readonly string[]): string =>
  `Changes that git was not to show (git update-index --assume-unchanged, --skip-worktree) count again: ${paths.join(', ')}.`;
export const rescued = (ref: string, why: string, paths: readonly string[]): string =>
  `Kept under ${ref} (${why}): ${paths.slice(0, 10).join(', ')}.`;
export const leftoversCommitted = (commit: string): string =>
  `Uncommitted work was committed as ${commit.slice(0, 10)}.`;

// Commits outside the branch.
export const committedOutside = (evidence: readonly string[], undo: string): string =>
  `its agent committed outside its branch: ${evidence.join('; ')}: ${undo} reverts it`;
export const outsideShort = (evidence: readonly string[], undo: string): string =>
  `its agent committed outside its branch: ${undo} reverts it; landings wait until it is reverted, or until you free this entry: ${evidence.join('; ')}`;
export const outsideUndo = (undo: string): string =>
  `kanban reverted nothing. Where the branch named above is checked out, this reverts it: ${undo}`;
export const outsideMerged = (id: string | null): string =>
  `Its own branch is merged: after the revert, kanban rescope ${id} starts it again on a fresh branch.`;
export const OUTSIDE_WAITS = 'Landings wait until that is done, or until this entry is freed, moved or abandoned.';

// Landings that are sent back.
export const conflict = (files: readonly string[]): string => `conflicts with base in ${files.join(', ')}`;
export const conflictFix = (why: string): string => `${why}: merge base into the branch and resolve it`;
export const checkFix = (why: string): string =>
  `${why}: merge base into the branch, fix it, and look at the check's output`;

// Answers to commands.
export const notOnBoard = (id: string | null, near: string | null): string =>
  `${id} is not on the board${near === null ? '' : `; did you mean ${near}?`}`;
export const hasLanded = (id: string): string => `${id} has landed: kanban undo ${id} --why "…" reverts it`;
export const wasAbandoned = (id: string): string =>
  `${id} was abandoned: write its entry into TODO.md to have it done after all`;
export const foreignRun = (run: string): string => `its run ${run} belongs to another machine or container`;
export const refusedFromRun = (command: string, run: string): string =>
  `\`kanban ${command}\` is refused: it comes from the run ${run}`;
export const tooManyProposed = (
  run: string,
  { before, count, max }: { readonly before: number; readonly count: number; readonly max: number },
): string =>
  before >= max
    ? `${run} has added ${before} entries: a run may not add more (\`plan.max\`)`
    : `${run} has added ${before} entries and asks for ${count} more: a run may add ${max} (\`plan.max\`)`;
export const notWaitingForApproval = (id: string): string => `${id} does not wait for approval`;
export const pausedAlready = (id: string): string => `${id} is paused already`;
export const notPaused = (id: string): string => `${id} is not paused`;
export const notEscalated = (id: string): string => `${id} is not escalated`;
export const nothingOnBranch = (id: string): string =>
  `nothing is committed on branch ${id}: commit the fix in its worktree (kanban open ${id}), then retry`;
const notCommitted = (id: string): string =>
  `edits that are not committed do not count: commit the fix in its worktree (kanban open ${id}), then kanban retry ${id} --fixed. kanban retry ${id} tries again without one: the next run finds your edits there, and they are committed with its work`;
export const nothingFixed = (id: string): string => `nothing is committed on branch ${id}, and ${notCommitted(id)}`;
/** @param tip of the branch, which failed */
export const nothingNew = (id: string, tip: string): string =>
  `nothing is new on branch ${id} since it failed (${tip.slice(0, 7)}), and ${notCommitted(id)}`;
export const APPROVED = 'approved';
export const stopped = (id: string): string => `paused, with no active run: kanban resume ${id} continues it`;
export const stopsAfterRun = (id: string): string =>
  `paused; its run may finish, and its result waits: kanban stop ${id} --now ends the run`;
export const paused = (id: string): string => `paused: kanban resume ${id} continues`;
export const PAUSE_REASON_CHANGED = 'paused already; the reason is changed';
export const CONTINUES = 'continues';
export const RESCOPED = 'rescoped: starts on a fresh branch';
export const DEPRIORITISED = 'deprioritised';
export const deprioritisedPaused = (id: string): string => `deprioritised and paused: kanban resume ${id} frees it`;
/** Of `feedback`. */
export const reasonAndFindings = (why: string, findings: string): string => `${why} (findings before: ${findings})`;
export const MOVED: Readonly<Record<string, string>> = {
  TODO: 'moved to TODO',
  IN_PROGRESS: 'moved to IN_PROGRESS',
  REVIEW: 'moved to REVIEW',
  TESTING: 'moved to TESTING: that is the review',
};
export const PRIORITIZED = 'on top of its column';
export const REORDERED = 'moved within its column';
export const parked = (id: string): string =>
  `${id} is parked: kanban move ${id} TODO puts it among the entries to be done`;
export const isFirstAlready = (id: string): string => `${id} is on top of its column already`;
export const isBeforeAlready = (id: string, next: string): string => `${id} is right before ${next} already`;
export const DELETED = 'deleted from the board';
export const notAColumn = (to: string): string =>
  `'${to}' is not a column: an entry can be moved to TODO, IN_PROGRESS, REVIEW or TESTING`;
export const inColumnAlready = (id: string, column: string): string => `${id} is in ${column} already`;
export const notBefore = (before: string, column: string): string =>
  `${before} is not an entry of ${column} that something can be put before`;
export const TRIED_AGAIN = 'will be tried again';
export const FIXED_BY_HAND = {
  review: 'fixed by hand, to be reviewed',
  again: 'fixed by hand, to be reviewed again',
  test: 'fixed by hand, to be tested again',
} as const;

// Answers to `kanban undo`.
export const undoneAlready = (id: string, commit: string, column: string | null): string =>
  `${id} was undone already (${commit.slice(0, 10)})${column === null ? '' : `: it is in ${column}`}`;
export const onBoardAgain = (id: string, column: string): string =>
  `${id} is on the board again, in ${column}: to undo its landing all the same, delete that entry first`;
export const notLandedYet = (id: string, column: string): string => `${id} has not landed: it is in ${column}`;
export const mergedByHand = (id: string): string =>
  `${id} was merged by hand, so there is no landing to undo: git revert what you merged (a merge commit with -m 1), then kanban add it under a new number`;
export const sayWhy = (id: string): string => `give the reason: kanban undo ${id} --why "…" (the next agent reads it)`;
export const abandonedNotLanded = (id: string): string =>
  `${id} was abandoned, not landed: write its entry into TODO.md to have it done after all`;
export const landingLost = (id: string, commit: string, base: string): string =>
  `${id} landed as ${commit.slice(0, 10)}, but ${base} no longer contains that commit: there is nothing to undo`;
export const notLanded = (id: string, near: string | null): string =>
  `${id} has not landed${near === null ? '' : `; did you mean ${near}?`}`;

export const DETACHED_HEAD = 'the detached HEAD of your checkout';
export const diskFull = (detail: string): string => `the disk was full while it ran (${detail})`;
export const numberFor = (column: string): string => `number for an entry of ${column}`;

// Texts of entries that the user changes by a command.
export const changedMeanwhile = (id: string): string => `${id} was changed meanwhile: nothing is written`;
export const branchMoved = (id: string, tip: string | null): string =>
  `${tip === null ? `${id} has no branch any more` : `the branch of ${id} is at ${tip} now`}: nothing is written`;
export const ticked = (criterion: string, done: boolean): string => `${done ? 'ticked' : 'unticked'}: ${criterion}`;
export const tickedAlready = (id: string, done: boolean): string =>
  `${id}: it is ${done ? 'ticked' : 'not ticked'} already`;
export const noCriterion = (id: string, near: string | null): string =>
  `${id} has no checkbox with that text${near === null ? '' : `; the nearest is: ${near}`}`;
export const severalCriteria = (id: string): string => `${id} has several checkboxes with that text: kanban edit ${id}`;
export const criteriaUnreadable = (id: string): string =>
  `the checkboxes of ${id} can only be ticked by kanban edit ${id}`;
export const NO_COMMENT = 'the comment is empty';
export const commentTooLong = (most: number): string =>
  `the comment and the feedback so far have more than ${most} characters`;
export const COMMENTED = 'comment added to its feedback';
