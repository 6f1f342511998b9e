import { markTaken, requestStop } from '../../runs/run-store.ts';
import { DONE, recordOf, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

export function startRun(action: ActionOf<'start-run'>, deps: PerformDeps): Performed {
  if (deps.branches.isBusy(action.id)) return { kind: 'later', why: messages.worktreeBusy(action.id) };
  deps.launcher?.start(action, deps.observation, deps.writer.base);
  return DONE;
}

export function stopRun({ run, detail }: ActionOf<'stop-run'>, deps: PerformDeps): Performed {
  const record = recordOf(deps, run);
  if (record === undefined) return { kind: 'later', why: messages.RUN_PREPARING };
  requestStop(record.folder, { cause: 'stopped', detail, at: Date.now() });
  deps.emit({ type: 'run-stopped', id: record.brief.taskId, run, why: detail });
  return DONE;
}

/** The result counts for nothing on the board; it is marked, so that it is read once. */
export function discardResult({ run, why }: ActionOf<'put-aside'>, deps: PerformDeps): Performed {
  const record = recordOf(deps, run);
  if (record === undefined) return { kind: 'stale' };
  markTaken(record.folder, { at: Date.now(), commit: null, why });
  deps.emit({ type: 'run-put-aside', id: record.brief.taskId, run, why });
  return DONE;
}
