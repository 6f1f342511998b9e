import { isNamedBy } from '../pipeline/named-id.ts';
import { listRuns, type RunRecord } from '../runs/list-runs.ts';
import * as messages from './messages.ts';

/** A run by its id, else the entry's run that is on, else its last one. @param root of the main worktree, absolute */
export function newestRun(root: string, id: string): RunRecord | null {
  const { runs } = listRuns(root);
  const own = runs.filter(({ runId, brief }) => runId === id || isNamedBy(brief.taskId, id));
  return own.findLast(({ state }) => state === 'alive') ?? own.at(-1) ?? null;
}

/** How a run ended, in words; null while it continues. @param root of the main worktree, absolute */
export function endOfRun(root: string, runId: string): string | null {
  const record = listRuns(root).runs.find((run) => run.runId === runId);
  if (record === undefined) return messages.RUN_FOLDER_MISSING;
  if (record.result !== null) return messages.runEnded(record.result);
  return record.state === 'dead' || record.state === 'lost' ? messages.RUNNER_MISSING : null;
}
