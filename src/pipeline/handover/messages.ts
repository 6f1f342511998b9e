import type { Cause } from '../../contract/result.ts';
import type { Step } from './step.ts';

/* What a prompt says of the stages before a run. */

export const TITLE = '## Hand-over';
export const NEXT = '### Next action';
export const RESTARTED = '### Why this run was started again';
export const REPORTS = '### Reports so far';
export const BLOCKERS = '### Blockers';
export const UNDO = '### How to undo the work';

export const NO_REPORTS = 'None: no stage has reported yet.';
export const NO_BLOCKERS = 'None are known.';
export const UNDER_FINDINGS = '(The text is under the findings.)';

export const cutHere = (lines: number, where: string): string =>
  `[cut here${lines > 0 ? `: ${lines} more line${lines === 1 ? '' : 's'}` : ''}; \`${where}\` shows all]`;
export const olderReports = (count: number, id: string): string =>
  `${count} older report${count === 1 ? ' is' : 's are'} left out; \`git log --grep 'Kanban-Verdict: ${id} '\` on base shows all.`;
export const showCommit = (sha: string): string => `git show -s ${sha.slice(0, 10)}`;

const WHO: Readonly<Record<Step['by'], string>> = {
  task: 'task agent',
  fixer: 'fixer',
  reviewer: 'reviewer',
  tester: 'tester',
  landing: 'merge queue',
  user: 'the user',
};
/** `reviewer (codex)` */
export const whoOf = ({ by, agent }: Step): string => (agent === '' ? WHO[by] : `${WHO[by]} (${agent})`);
/** `reviewer (codex): ready (0123456789)` */
export const titleOf = (by: string, verdict: string, commit: string): string =>
  `${by}${verdict === '' ? '' : `: ${verdict}`}${commit === '' ? '' : ` (${commit.slice(0, 10)})`}`;
/** A report that did not count as its verdict says. */
export const didNotPass = (verdict: string): string => `${verdict}, but the run failed`;
export const LANDED = 'landed, then undone';

/* The next action. */

export const next = {
  start: 'Implement the entry, commit, and report. The reviewer is next.',
  changes:
    'Address every finding of the reviewer, commit, and report. The reviewer is next and gets the same findings.',
  afresh:
    'The work starts again, on a fresh branch. Read the findings and reports of the former work, implement the entry, commit, and report. The reviewer is next.',
  again:
    'An earlier attempt is not finished. Continue from it, address every finding, commit, and report. The reviewer is next.',
  fix: 'Fix what failed when the branch was tested or merged, commit, and report. The tester is next.',
  review:
    'Review the branch, and report. If it is ready, the tester is next. Otherwise the task agent gets your findings.',
  reviewAgain:
    'Check each finding first: is it met? Then review what has changed since, and report. If the branch is ready, the tester is next. Otherwise the user decides.',
  test: 'Merge base, test the branch, and report. If the tests pass, the branch lands. Otherwise a fixer gets your report.',
  testAgain:
    'Merge base, run again what failed before, then test the branch, and report. If the tests pass, the branch lands.',
} as const;

/** @param paths in backticks @param rest how many more there are */
export const outsideFiles = (paths: readonly string[], rest: number): string =>
  `The branch changes paths outside of the entry's \`files\`: ${paths.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}. Ask for changes unless the entry needs them.`;

/* Blockers. */

export const blockedBy = (who: string): string => `- The ${who} was blocked; its report is under the findings.`;
export const refusedCalls = (calls: readonly string[]): string =>
  `- The run before had no permission for: ${calls.join('; ')}. Do without, or name in your report the permission that is missing.`;
export const keptWork = (ref: string, why: string, paths: readonly string[]): string =>
  `- Work of an earlier run is not on the branch but under \`${ref}\` (${why}): ${paths.join(', ')}. \`git show --stat ${ref}\` lists it.`;

export const formerBranches = (refs: readonly string[]): string =>
  `- Former work is not on this branch but under ${refs.map((ref) => `\`${ref}\``).join(', ')}.`;

/* Undoing. */

export const NOTHING_TO_UNDO = 'The branch has no commits yet. `git revert <commit>` undoes a commit that you make.';
export const undoBranch = (from: string, base: string): string =>
  `\`git revert <commit>\` undoes one commit. \`git restore --source=${from.slice(0, 10)} --staged --worktree :/\` and a commit undo everything: that is where the branch meets \`${base}\`. Do not reset or rebase.`;
export const undoLanding = (id: string): string => `After the landing, the user undoes it with \`kanban undo ${id}\`.`;

/* Restarts. */

const ENDED: Readonly<Record<Cause, string>> = {
  reported: 'ended with a report',
  'no-report': 'ended without a readable report',
  'timed-out': 'ended at its time limit',
  stalled: 'was ended because nothing moved',
  provider: 'ended because its provider was not available',
  'not-started': 'could not start',
  stopped: 'was stopped',
  lost: 'was lost: the process that ran it ended first',
};
export const runEnded = (run: string, agent: string, cause: Cause, details: readonly string[]): string =>
  `Run ${run} (${agent}) ${ENDED[cause]}${details.length === 0 ? '' : `: ${details.join('; ')}`}.`;
export const runsBefore = (count: number): string =>
  `${count} run${count === 1 ? '' : 's'} of the same stage ended before it.`;
export const recordGone = (verdict: string): string =>
  `The record of the run before is gone. Base recorded: ${verdict}.`;
export const COMMITS = 'Commits of the runs before:';
export const NO_COMMITS = 'The runs before committed nothing.';
export const ACTIONS = 'Their last actions, oldest first:';
export const STATUS = '`git status` in the worktree now:';
export const moreLines = (count: number): string => `… and ${count} more`;
export const refusedAction = (what: string): string => `refused: ${what}`;
