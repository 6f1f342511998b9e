import { join } from 'node:path';
import type { Brief } from '../../contract/brief.ts';
import { salvageRun } from '../../runner/salvage-run.ts';
import { removeWhatever } from '../../system/plain-file.ts';

/** Work that continues beside the ticks, and wakes the coordinator when it is over. */
export class BackgroundWork {
  readonly #work = new Set<Promise<void>>();
  readonly #wake: () => void;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get isBusy(): boolean {
    return this.#work.size > 0;
  }

  /** @param work must not fail */
  add(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#work.delete(tracked);
      this.#wake();
    });
    this.#work.add(tracked);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#work);
  }
}

/** Closes runs and checks whose runner is gone: processes ended, work kept, result `lost`. */
export class Salvages {
  readonly #work: BackgroundWork;
  readonly #active = new Set<string>();

  constructor(work: BackgroundWork) {
    this.#work = work;
  }

  /** @param onEnd why it could not be closed; null = it is */
  start(
    { runId, folder, brief }: { readonly runId: string; readonly folder: string; readonly brief: Brief },
    onEnd: (why: string | null) => void,
  ): void {
    if (this.#active.has(runId)) return;
    this.#active.add(runId);
    this.#work.add(
      salvageRun(folder, undefined, brief)
        .then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        )
        .then((why) => {
          this.#active.delete(runId);
          onEnd(why);
        }),
    );
  }
}

/** The signal of a run that ended while no coordinator was there has been read. */
export function removeEndedSignal(root: string, runId: string): void {
  removeWhatever(join(root, '.kanban', 'ended', runId));
}
