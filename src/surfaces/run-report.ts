import { isSameId } from '../pipeline/named-id.ts';
import { failed, ok, type Result } from '../problem.ts';
import { listRuns } from '../runs/list-runs.ts';
import { noRun } from './no-run.ts';

/**
 * The report of a run; null: it wrote none. Of an entry, the newest report that there is. The id is looked up; it never
 * becomes a path. @param root of the main worktree, absolute. Problem: `no-run`
 */
export function runReport(root: string, id: string): Result<string | null> {
  const own = listRuns(root).runs.filter(({ runId, brief }) => runId === id || isSameId(brief.taskId, id));
  if (own.length === 0) return failed([noRun(id)]);
  return ok(own.reduceRight<string | null>((text, run) => text ?? run.reportText(), null));
}
