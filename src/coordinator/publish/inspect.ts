import { relative } from 'node:path';
import { readActivity } from '../../runs/run-activity.ts';
import { readCheckLog } from '../merge-queue/check-log-file.ts';
import { closeRepository } from '../../git/close.ts';
import type { Repository } from '../../git/git.ts';
import type { Decision } from '../../pipeline/action.ts';
import { decide } from '../../pipeline/decide.ts';
import { failed, ok, type Result } from '../../problem.ts';
import type { Inputs, Observation } from '../observe/observation.ts';
import { Observer } from '../observe/observer.ts';
import { worktreePath } from '../observe/names.ts';
import { NO_QUEUE, queueView } from '../merge-queue/queue-snapshot.ts';
import type { Snapshot, SnapshotQueue } from '../../contract/snapshot.ts';
import { snapshotOf } from './build-snapshot.ts';
import { warningsOf } from './warnings.ts';

/** The inputs of a look without a coordinator: nothing is being prepared, nothing was found. */
export const WITHOUT_COORDINATOR: Omit<Inputs, 'now'> = {
  mode: 'run',
  only: null,
  findings: [],
  requests: [],
  starting: [],
  refused: [],
  queued: new Map(),
  failures: new Map(),
};

/** How things stand, without a coordinator. Reads only; the git processes that stay are ended. */
export async function inspect(
  repo: Repository,
): Promise<Result<{ readonly snapshot: Snapshot; readonly board: string }>> {
  try {
    const looked = await new Observer(repo).observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
    if (!looked.ok) return failed(looked.problems);
    const { world } = looked.value;
    const queue = queueView(repo, {
      world,
      log: readCheckLog(repo),
      look: NO_QUEUE,
      words: new Map(),
      remote: null,
    });
    const snapshot = snapshotFrom(repo.root, looked.value, decide(world), { coordinator: null, queue });
    return ok({ snapshot, board: looked.value.workflow.settings.board });
  } finally {
    closeRepository(repo);
  }
}

/** What may be shown of one observation and what was decided on it. */
export function snapshotFrom(
  root: string,
  observation: Observation,
  decision: Decision,
  { coordinator, queue }: { readonly coordinator: Snapshot['coordinator']; readonly queue: SnapshotQueue },
): Snapshot {
  const { settings } = observation.workflow;
  const worktrees = new Map<string, string>();
  for (const { entry, branch } of observation.world.entries)
    if (entry.id !== null && branch?.worktree === 'there')
      worktrees.set(entry.id, relative(root, worktreePath({ root }, settings, entry.id)));
  return snapshotOf({
    world: observation.world,
    decision,
    base: { name: settings.base, sha: observation.git.base, checkout: observation.git.checkout?.path ?? null },
    coordinator,
    warnings: warningsOf(observation, decision),
    activity: new Map(
      observation.runs
        .filter(({ state }) => state === 'alive')
        .map(({ runId, folder }) => [runId, readActivity(folder)]),
    ),
    worktrees,
    queue,
  });
}
