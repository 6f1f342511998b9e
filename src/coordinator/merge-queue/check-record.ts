import { join } from 'node:path';
import { LEAST_ROOM } from './check-worktree.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { checkResultOf, type CheckRun } from '../../pipeline/check-run.ts';
import { RUN_FILES } from '../../contract/run-files.ts';
import type { CheckPlan } from '../../contract/brief.ts';
import type { RunResult } from '../../contract/result.ts';
import { commandOf, readProcess } from '../../system/process-table.ts';
import * as messages from './messages.ts';

/** A check as its run folder has it. One whose runner is gone counts as alive until all of it is ended. */
export function checkOf({ runId, folder, brief, claim, state, stop, result }: RunRecord, plan: CheckPlan): CheckRun {
  const { key, commit, entries } = plan;
  const startedAt = claim?.claimedAt ?? brief.createdAt;
  return {
    id: runId,
    key,
    commit,
    entries,
    attempt: brief.attempt,
    state: state === 'ended' ? 'ended' : 'alive',
    startedAt,
    deadlineAt: startedAt + brief.timeout,
    log: join(folder, RUN_FILES.output),
    result: result === null ? null : checkResultOf(result, stop !== null, LEAST_ROOM),
  };
}

/** Processes that could not be ended and are still there, as text; null: none. Nothing may start beside them. */
export function survivorsOf({ survivors }: RunResult): string | null {
  const left = survivors.filter(({ pid, command }) => {
    const row = readProcess(pid);
    return row !== null && commandOf(row) === command;
  });
  if (left.length === 0) return null;
  return messages.processesLeft(left);
}
