import type { SnapshotRun } from '../../../contract/snapshot.ts';

/** How much of a run's time is used, 0 to 1, in steps of a fiftieth: what shows it is not drawn every second. */
export function shareOf(run: SnapshotRun | null, now: number): number {
  // A run that is being prepared has no deadline yet.
  if (run === null || run.deadlineAt <= run.startedAt) return 0;
  const share = (now - run.startedAt) / (run.deadlineAt - run.startedAt);
  return Math.round(Math.min(1, Math.max(0, share)) * 50) / 50;
}
