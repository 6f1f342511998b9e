import type { RunRecord } from '../../runs/list-runs.ts';
import { freeSlot } from '../../system/ports.ts';

/** Which run has which slot (`KANBAN_SLOT`, from which ports follow); no two active runs share one. */
export class Slots {
  readonly #byRun = new Map<string, number>();

  take(runId: string): number {
    const slot = freeSlot(new Set(this.#byRun.values()));
    this.#byRun.set(runId, slot);
    return slot;
  }

  free(runId: string): void {
    this.#byRun.delete(runId);
  }

  /** Keeps the slots of runs that are active or starting, as their briefs have them, and frees the others. */
  follow(records: readonly RunRecord[], isStarting: (runId: string) => boolean): void {
    const active = records.filter(({ state, taken }) => state !== 'ended' && taken === null);
    const ids = new Set(active.map(({ runId }) => runId));
    for (const runId of this.#byRun.keys()) if (!ids.has(runId) && !isStarting(runId)) this.#byRun.delete(runId);
    for (const { runId, brief } of active) if (brief.slot !== undefined) this.#byRun.set(runId, brief.slot);
  }
}
