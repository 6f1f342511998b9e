// The sentences of all surfaces.

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

// add
/** @param path of the column file */
export const restored = (ids: readonly string[], path: string): { code: string; message: string; fix: string } => ({
  code: 'left-out',
  message: `${path} lacks ${ids.join(', ')}, which came to it after the text that it was saved from: kanban puts ${ids.length === 1 ? 'it' : 'them'} back`,
  fix: `to remove an entry: kanban rm ${ids[0] ?? ''}`,
});

export const noBoard = (folder: string): string => `there is no board: ${folder}/ has no column file`;
export const NO_ENTRIES = 'there is no entry to add';
export const tooManyEntries = (count: number, most: number): string =>
  `${count} entries are too many for one call: at most ${most}`;
/** @param name its key, or its title */
export const ofNewEntry = (place: number, name: string, message: string): string =>
  `entry ${place} (${name}): ${message}`;
export const keyTwice = (key: string): string => `another entry has the key '${key}' as well`;
export const badKey = (key: string): string =>
  `'${key}' is no key: 1 to 40 letters, digits, '-', '_' or '.', and not the form of a task id`;
export const wouldAdd = (count: number): string =>
  count === 1
    ? 'the entry can be added; nothing was written'
    : `the ${count} entries can be added; nothing was written`;

// diff
export const notInDiff = (id: string, path: string): string => `${path} is not in the diff of ${id}`;

// runs
export const noRun = (id: string): string => `${id} has no run`;
export const LINE_CUT = ' … (the line is longer and is cut here)';
export const FIND_RUNS = 'kanban lists active runs; kanban log lists earlier ones';
export const RUN_FOLDER_MISSING = "the run's folder was removed";
export const RUNNER_MISSING = '— the runner has ended without a result';
export const runEnded = ({ cause, detail }: { readonly cause: string; readonly detail: string }): string =>
  `— ended: ${cause}${detail === '' ? '' : `, ${detail}`}`;

// start
export const ENDED_AT_ONCE = 'kanban run ended at once';
export const refusedFromRun = (run: string, id: string): string =>
  `refused: it comes from the run ${run}, which may message ${id} only`;
export const CLOSED = 'the board is closed';
export const badVia = (via: string): string => `via must be 1 to 40 letters, digits, '-', '_' or '.': ${via}`;
