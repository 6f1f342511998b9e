// The sentences of the commands, by command.

import { firstOf } from '../first-of.ts';
import { shellPath } from '../shell-word.ts';

// add
export const agentWithoutModel = (agent: string): string => `the agent ${agent} runs a script and has no model`;
export const NAME_AGENT = 'name the agent with --agent, or leave --model out';

// attach
export const RAW_NEEDS_ID = '--raw needs an id: the output of several runs cannot be told apart';
export const NAME_ENTRY = 'kanban attach T-12 --raw';
export const NO_RUN_ON = 'no run is active';
export const FOLLOW_LATER_RUNS = 'kanban attach --follow waits for the next one';
export const needsYou = (id: string, why: string): string => `— ${id} needs you: ${why}`;
export const NO_NEXT_STAGE = '— no coordinator is running: the next run comes with kanban run';

// check
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
export const COLUMN_NEEDS_FILE = '--column needs a file, or - for stdin';
export const fileUnreadable = (file: string, code: string | undefined, why: string): string =>
  code === 'ENOENT' ? `there is no file ${file}` : `${file} cannot be read: ${why}`;
/** @param parked of the entries: they are checked too, and never picked */
export const checkResult = (
  { entries, parked }: { readonly entries: number; readonly parked: number },
  problems: number,
  warnings: number,
): string => {
  const found = [
    ...(problems === 0 ? [] : [count(problems, 'problem')]),
    ...(warnings === 0 ? [] : [count(warnings, 'note')]),
  ];
  const what = found.length === 0 ? 'no problems' : found.join(', ');
  // Without usable settings no entry is read.
  if (entries === 0 && found.length > 0) return what;
  const also = parked === 0 ? '' : ` and ${count(parked, 'parked entry', 'parked entries')}`;
  return `${what} in ${count(entries - parked, 'entry', 'entries')}${also}`;
};

// completion
export const unknownShell = (shell: string, known: readonly string[]): string =>
  `there is no completion for '${shell}': it must be one of ${known.join(', ')}`;

// diff, open
export const noWork = (id: string, branch: string): string => `${id} has no work yet: there is no branch ${branch}`;
export const landedBy = (id: string, commit: string): string => `${id} has landed: this is what ${commit} changed`;
export const LANDED_BY_HAND = 'its branch was merged by hand before that commit: the code came with that merge';
export const abandonedWork = (id: string, ref: string, commits: number): string =>
  `${id} was abandoned: ${ref} keeps its work (${count(commits, 'commit')})`;
export const committedWork = (
  id: string,
  { commits, branch, base }: { readonly commits: number; readonly branch: string; readonly base: string },
): string =>
  commits === 0
    ? `${id}: nothing is committed on branch ${branch}`
    : `${id}: ${count(commits, 'commit')} on branch ${branch} over ${base}`;
export const NO_WORKTREE_OF_BRANCH = 'no worktree has that branch: all of its work is committed';
export const nothingUncommitted = (worktree: string): string => `nothing is uncommitted in ${worktree}`;
const MAX_NAMES = 8;
export const uncommittedWork = (worktree: string, paths: readonly string[]): string =>
  `not committed in ${worktree}, and included here: ${firstOf(paths, MAX_NAMES)}`;
export const worktreeLanded = (id: string): string => `${id} has landed: its worktree was removed`;
export const worktreeAbandoned = (id: string, ref: string): string =>
  `${id} was abandoned: its worktree was removed, and ${ref} keeps its work`;
export const branchWithoutWorktree = (id: string, branch: string): string =>
  `${id} has no worktree: nothing has branch ${branch} checked out`;
export const worktreeComes = (command: string): string => `its next run makes one; for a copy of your own: ${command}`;
export const notBegun = (id: string): string => `${id} has no worktree: no agent has begun it`;
export const runAtWork = (run: string): string => `${run} is at work here: what you change becomes part of its work`;
export const SHELL_NEEDS_TERMINAL = 'a shell needs a terminal';
export const PRINT_PATH = 'kanban open T-12 --print prints the path of the worktree';
export const shellIn = (path: string): string => `a shell in ${path}; exit leaves it`;
export const editorEnded = (editor: string, code: number): string => `${editor} ended with exit code ${code}`;

// doctor
export const probing = (agent: string): string =>
  `probing ${agent}: a file, a commit and a report in a scratch worktree…`;
export const NAMES_NEED_PROBE = 'Names of agents need --probe.';
export const notInstalled = (name: string): string => `${name} cannot be probed: no agent of that name is installed`;
export const LIST_AGENTS = 'kanban doctor lists the installed agents';

// edit, move
export const NO_EDITOR = 'no editor is set (VISUAL or EDITOR)';
export const editWithoutEditor = (id: string): string =>
  `kanban edit ${id} --title "…", or --body, --field, or - for the whole text from stdin`;
export const editorFailed = (editor: string, code: number): string =>
  `${editor} ended with exit code ${code}: nothing is written`;
export const textKept = (file: string): string => `your text is kept in ${file}`;
/** A text that was refused because the entry has another one by now, or was answered by nobody. */
export const applyKept = (id: string, file: string): string =>
  `${textKept(file)}. kanban show ${id} prints the entry as it is now; to replace it by your text: kanban edit ${id} - < ${shellPath(file)}`;
/** The text can't be written as it is, or not now. */
export const correctKept = (id: string, file: string): string =>
  `${textKept(file)}; once that is fixed: kanban edit ${id} - < ${shellPath(file)}`;
/** The entry has left the board. */
export const reuseKept = (id: string, file: string): string =>
  `${textKept(file)}. ${id} is not on the board any more: to have it done, paste it into TODO.md with T-? for its id`;
export const nothingChanged = (id: string): string => `${id} is as it was: nothing is changed`;
export const STDIN_IS_ALL = '- reads the whole text from stdin and cannot be combined with --title, --body or --field';
export const onlyStdin = (from: string): string =>
  `'${from}' is not read: the whole text comes from an editor, or with - from stdin`;
export const NO_TITLE = 'the title is empty';
export const notAField = (pair: string): string =>
  `'${pair}' is not a field: write --field key=value (key= removes it)`;
export const hiddenInField = (key: string): string =>
  `the value of the field ${key} has control characters: type it by hand`;
export const ourField = (key: string): string => `kanban writes the field ${key} itself: it cannot be set`;

// mcp-report
export const reportOptions = (roles: readonly string[]): string =>
  `--role must be one of ${roles.join(', ')}, and --report must be an absolute path`;

// queue
export const NO_CHECK = 'no check has run yet';
export const SET_CHECK =
  'kanban queue shows the state of the merge queue; merge_queue.check in WORKFLOW.md sets the command';
export const noCheckLog = (log: string): string =>
  `the log of the check was removed: ${log} (keep in WORKFLOW.md sets how long it stays)`;
export const CHECK_RESULTS = 'kanban queue lists the results of the newest checks';

// status
export const unknownAgent = (name: string): string => `there is no agent ${name}`;
export const knownAgents = (near: string | null, known: readonly string[]): string =>
  near === null ? `one of ${known.join(', ')}` : `--agent ${near}`;
export const WATCH_NEEDS_TERMINAL = '--watch needs a terminal that can redraw';
export const EVENTS_AS_JSON = 'kanban run --json prints events; kanban status --json prints the board once';
export const moreLines = (count: number): string => `… ${count} more ${count === 1 ? 'line' : 'lines'}`;

// commands that a run gives
export const refusedFromRun = (name: string, run: string, id: string): string =>
  `\`kanban ${name}\` is refused: it comes from the run ${run}. A run may read the board, add entries, and message ${id}.`;
export const FOR_THE_USER = 'only the user may give this command';
export const refusedInWorktree = (name: string, run: string): string =>
  `\`kanban ${name}\` is refused here: ${run} works in this folder, and kanban cannot tell your commands from those of the run.`;
export const leaveWorktree = (root: string, id: string): string =>
  `cd ${shellPath(root)}    # or wait until the run of ${id} has ended`;

export const hasLanded = (id: string): string => `${id} has landed: there is nothing to do`;
export const NOTHING_LANDED = 'nothing has landed';
export const notLanded = (id: string): string => `(${id} has not landed, or it was undone)`;
export const noMovesYet = (id: string): string => `(${id} has not moved yet)`;
export const noMovesSince = (id: string): string => `(${id} has not moved in that time)`;

// the command line
export const noSuchFolder = (folder: string, code: string): string =>
  `cannot change to '${folder}': ${code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'it is not a folder' : code}`;
const EXPECTED = {
  count: 'a whole number',
  duration: 'a duration such as 90s, 15m or 1h30m',
  since: 'a time ago such as 2h or 3d, a date such as 2026-11-20, today or yesterday',
  list: 'text',
  text: 'text',
} as const;
export const WHY_NEEDS_ID =
  '--why of kanban stop needs an id: the end of kanban run has no commit that could name a reason';
export const badOption = (flags: string, value: string, must: string): string =>
  `option '${flags}' cannot be '${value}': it must be ${must}`;
export const expected = (kind: keyof typeof EXPECTED, most: number | undefined, least = 1): string => {
  const from = kind === 'count' ? `${EXPECTED[kind]} from ${least}` : EXPECTED[kind];
  return most === undefined ? from : `${from} to ${most}`;
};
export const oneOf = (choices: readonly string[]): string => `one of ${choices.join(', ')}`;
export const emptyOption = (flags: string): string => `option '${flags}' must not be empty`;
export const otherCommand = (word: string, command: string): string =>
  `unknown command '${word}': did you mean kanban ${command}?`;
export const SETTINGS_ARE =
  "unknown command 'config': the settings are in WORKFLOW.md (kanban check reports what is wrong with them)";
export const statusTakesNoId = (id: string): string => `kanban status takes no id: did you mean kanban show ${id}?`;
export const quoteText = (command: string): string => `a text of several words needs quotes: ${command}\n`;
export const needsOption = (flag: string, other: string): string => `${flag} needs ${other}`;
export const conflictingOptions = (flag: string, other: string): string => `${flag} cannot be combined with ${other}`;

// run --dry-run
export const NOTHING_TO_DO = 'nothing to do:';
export const wouldPick = (id: string): string => `move ${id} TODO → IN_PROGRESS, then start the task agent:`;
export const wouldStart = (role: string, id: string): string => `start the ${role} of ${id}:`;
export const modelOf = (model: string): string => `model: ${model}`;
export const noAgent = (name: string): string => `(there is no agent named ${name})`;
export const shellRun = (agent: string, { script, run, tests = [] }: ShownPlan, worktree: string): string => {
  const otherwise = run || 'the built-in checks';
  const commands = tests.length === 0 ? otherwise : `the commands of \`tests\` for changed files, else ${otherwise}`;
  return `${agent}: ${script === null ? commands : "the entry's sh block"} in ${worktree}`;
};
interface ShownPlan {
  readonly script: string | null;
  readonly run: string;
  readonly tests?: readonly unknown[];
}
export const EMPTY_STDIN = 'there is no text on standard input, so the entry stays as it is';
export const REMOVE_INSTEAD = 'to remove an entry: kanban rm, or kanban abandon';

export const NO_ALERTS = 'no alerts are in the log';

// metrics
export const SINCE_WITH_PROMETHEUS =
  "'--since' cannot be combined with '--format prometheus': its counters count from the beginning. In Prometheus, write increase(kanban_landings_total[30d])";
export const WEEKS_WITH_PROMETHEUS =
  "'--by week' cannot be combined with '--format prometheus': Prometheus keeps the time itself";
