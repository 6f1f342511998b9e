import type { TimedEvent } from '../../contract/event.ts';
import type { Snapshot } from '../../contract/snapshot.ts';
import type { View } from '../../contract/view.ts';
import { countRuns } from '../status.ts';

/** A view that can also show how the work goes, in one line. */
export interface ProgressView extends View {
  /** Shows an event `progress`; nothing before the first snapshot. @param now epoch ms */
  progress(now: number): void;
}

const HOUR = 3_600_000;
/** Runs that ended otherwise have failed. */
const NO_FAILURE: ReadonlySet<string> = new Set(['reported', 'stopped']);

/** @param since when the counting begins, epoch ms */
export function withProgress(view: View, since: number): ProgressView {
  let snapshot: Snapshot | null = null;
  let landed = 0;
  let failed = 0;
  return {
    event(event) {
      if (event.type === 'entry-landed') landed++;
      if (event.type === 'run-ended' && !NO_FAILURE.has(event.cause)) failed++;
      view.event(event);
    },
    snapshot(shown) {
      snapshot = shown;
      view.snapshot(shown);
    },
    progress(now) {
      if (snapshot !== null) view.event({ ...counted(snapshot, { landed, failed, since, now }), at: now });
    },
    close: () => view.close(),
  };
}

interface Counts {
  readonly landed: number;
  readonly failed: number;
  readonly since: number;
  readonly now: number;
}

function counted(
  snapshot: Snapshot,
  { landed, failed, since, now }: Counts,
): Extract<TimedEvent, { type: 'progress' }> {
  const count = (...states: readonly string[]): number =>
    snapshot.entries.filter(({ state }) => states.includes(state)).length;
  const { queue, today } = snapshot;
  return {
    at: now,
    type: 'progress',
    landed,
    failed,
    running: countRuns(snapshot),
    queue: queue.batch.length + queue.waiting.length,
    ready: count('ready'),
    waiting: count('waits', 'waits-for-provider', 'held', 'being-edited'),
    needs: count('needs-person'),
    perHour: Math.round((landed / Math.max((now - since) / HOUR, 1 / 60)) * 10) / 10,
    today,
  };
}
