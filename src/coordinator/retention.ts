import { removeOldRuns } from '../runs/retention.ts';
import { idsWithNeededRuns } from './observe/needed-runs.ts';
import type { Observation } from './observe/observation.ts';

const INTERVAL_MS = 3_600_000;

/** Removes old run folders once an hour, by the setting `keep`. */
export class Retention {
  readonly #root: string;
  readonly #onError: (error: unknown) => void;
  #lastAt = -Infinity;

  constructor(root: string, onError: (error: unknown) => void) {
    this.#root = root;
    this.#onError = onError;
  }

  /** To be called when idle. @param now ms of any clock that does not go back */
  runIfDue(observation: Observation, now = performance.now()): void {
    if (now - this.#lastAt < INTERVAL_MS) return;
    const needed = idsWithNeededRuns(observation);
    if (needed === null) return;
    this.#lastAt = now;
    removeOldRuns(this.#root, observation.workflow.settings.keep, needed, Date.now()).catch(this.#onError);
  }
}
