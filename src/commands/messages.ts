// The sentences of the commands, by command.

// attach
export const noRun = (id: string): string => `${id} has no run`;
export const FIND_RUNS = 'kanban lists active runs; kanban log lists earlier ones';
export const RUN_FOLDER_MISSING = "the run's folder was removed";
export const RUNNER_MISSING = '— the runner has ended without a result';

// doctor
export const probing = (agent: string): string =>
  `probing ${agent}: a file, a commit and a report in a scratch worktree…`;
export const NAMES_NEED_PROBE = 'Names of agents need --probe.';
export const notInstalled = (name: string): string => `${name} cannot be probed: no agent of that name is installed`;
export const LIST_AGENTS = 'kanban doctor lists the installed agents';

// edit, move
export const NO_EDITOR = 'no editor is set (VISUAL or EDITOR)';
export const EDIT_WITHOUT_EDITOR =
  'kanban edit T-12 --title "…", or --body, --field, or - for the whole text from stdin';
export const editorFailed = (editor: string, code: number): string =>
  `${editor} ended with exit code ${code}: nothing is written`;
export const textKept = (file: string): string => `your text is kept in ${file}`;
export const nothingChanged = (id: string): string => `${id} is as it was: nothing is changed`;
export const STDIN_IS_ALL = '- reads the whole text from stdin and cannot be combined with --title, --body or --field';
export const onlyStdin = (from: string): string =>
  `'${from}' is not read: the whole text comes from an editor, or with - from stdin`;
export const NO_TITLE = 'the title is empty';
export const notAField = (pair: string): string =>
  `'${pair}' is not a field: write --field key=value (key= removes it)`;
export const ourField = (key: string): string => `kanban writes the field ${key} itself: it cannot be set`;

// inject
export const delivered = (run: { readonly agent: string; readonly id: string }): string =>
  `${run.agent} got the message (${run.id})`;
export const keptForNextRun = (hasCoordinator: boolean): string =>
  `kept: the next run gets the message first${hasCoordinator ? '' : ' (no coordinator is running)'}`;
export const keptForTurn = (agent: string): string =>
  `kept: ${agent} gets the message when its turn allows, or at the start of its next run`;
export const resumesWithMessage = (agent: string): string =>
  `${agent} takes no messages while it works: its run ends now, and its session continues with the message`;
export const restartsWithMessage = (agent: string): string =>
  `${agent} takes no messages while it works and cannot be resumed: its run ends now and starts again in the same worktree, with the message`;
export const NO_MESSAGE = 'The message is empty.';
export const readsNoMessages = (agent: string): string => `${agent} runs a script and reads no messages.`;
export const editInstead = (id: string): string =>
  `change the text of ${id} on the board; kanban stop ${id} --now ends its run`;

// mcp-report
export const reportOptions = (roles: readonly string[]): string =>
  `--role must be one of ${roles.join(', ')}, and --report must be an absolute path`;

// queue
export const NO_CHECK = 'no check has run yet';
export const SET_CHECK =
  'kanban queue shows the state of the merge queue; merge_queue.check in WORKFLOW.md sets the command';
export const noCheckLog = (log: string): string => `the log of the check was removed: ${log} (kept for two weeks)`;
export const CHECK_RESULTS = 'kanban queue lists the results of the newest checks';

// commands that a run gives
export const refusedFromRun = (name: string, run: string, id: string): string =>
  `\`kanban ${name}\` is refused: it comes from the run ${run}. A run may read the board, add entries, and message ${id}.`;
export const FOR_THE_USER = 'only the user may give this command';
export const refusedInWorktree = (name: string, run: string): string =>
  `\`kanban ${name}\` is refused here: ${run} works in this folder, and kanban cannot tell your commands from those of the run.`;
export const leaveWorktree = (root: string, id: string): string =>
  `cd '${root}'    # or wait until the run of ${id} has ended`;

export const hasLanded = (id: string): string => `${id} has landed: there is nothing to do`;
export const noMovesYet = (id: string): string => `(${id} has not moved yet)`;
export const noMovesSince = (id: string): string => `(${id} has not moved in that time)`;

// the command line
const EXPECTED = {
  count: 'a whole number from 1',
  duration: 'a duration such as 90s, 15m or 1h30m',
  since: 'a time ago such as 2h or 3d, or a date such as 2026-11-20',
  list: 'text',
  text: 'text',
} as const;
export const WHY_NEEDS_ID =
  '--why of kanban stop needs an id: the end of kanban run has no commit that could name a reason';
export const badOption = (flags: string, value: string, must: string): string =>
  `option '${flags}' cannot be '${value}': it must be ${must}`;
export const expected = (kind: keyof typeof EXPECTED, most: number | undefined): string =>
  most === undefined ? EXPECTED[kind] : `${EXPECTED[kind]} to ${most}`;
export const oneOf = (choices: readonly string[]): string => `one of ${choices.join(', ')}`;
export const emptyOption = (flags: string): string => `option '${flags}' must not be empty`;
export const needsOption = (flag: string, other: string): string => `${flag} needs ${other}`;
export const conflictingOptions = (flag: string, other: string): string => `${flag} cannot be combined with ${other}`;

// run --dry-run
export const NOTHING_TO_DO = 'nothing to do:';
export const wouldPick = (id: string): string => `move ${id} TODO → IN_PROGRESS, then start the task agent:`;
export const wouldStart = (role: string, id: string): string => `start the ${role} of ${id}:`;
export const noAgent = (name: string): string => `(there is no agent named ${name})`;
export const shellRun = (
  agent: string,
  { script, run }: { readonly script: string | null; readonly run: string },
  worktree: string,
): string => `${agent}: ${script === null ? run || 'the built-in checks' : "the entry's sh block"} in ${worktree}`;
