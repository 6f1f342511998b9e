import { relative } from 'node:path';
import { readActivity } from '../../runs/run-activity.ts';
import type { Decision } from '../../pipeline/action.ts';
import type { Observation } from '../observe/observation.ts';
import { worktreePath } from '../observe/names.ts';
import type { Snapshot, SnapshotQueue } from '../../contract/snapshot.ts';
import { snapshotOf } from './build-snapshot.ts';
import type { EntryMemo } from './entry-memo.ts';
import { warningsOf } from './warnings.ts';

/** What may be shown of one observation and what was decided on it. */
export function snapshotFrom(
  root: string,
  observation: Observation,
  decision: Decision,
  {
    coordinator,
    queue,
    memo,
  }: { readonly coordinator: Snapshot['coordinator']; readonly queue: SnapshotQueue; readonly memo: EntryMemo },
): Snapshot {
  const { settings } = observation.workflow;
  const worktrees = new Map<string, string>();
  for (const { entry, branch } of observation.world.entries)
    if (entry.id !== null && branch?.worktree === 'there')
      worktrees.set(entry.id, relative(root, worktreePath({ root }, settings, entry.id)));
  const source = {
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
  };
  return snapshotOf(source, memo);
}
