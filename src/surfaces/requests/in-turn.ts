import { setTimeout as pause } from 'node:timers/promises';

/**
 * The changes that one process makes to a board. Without a coordinator the process does the work itself, under a lock that it
 * can hold once: one change after the other. A coordinator takes requests as they come.
 */
export class InTurn {
  readonly #open = new Set<Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param isAlone whether no coordinator is running */
  async run<T>(isAlone: () => Promise<boolean>, change: () => Promise<T>): Promise<T> {
    const own = this.#start(isAlone, change);
    const settled = own.then(
      () => {},
      () => {},
    );
    this.#open.add(settled);
    void settled.then(() => this.#open.delete(settled));
    return own;
  }

  async #start<T>(isAlone: () => Promise<boolean>, change: () => Promise<T>): Promise<T> {
    if (!(await isAlone())) return change();
    const own = this.#last.then(change);
    this.#last = own.catch(() => {});
    return own;
  }

  /** Until what has begun is done. What a coordinator does for it, it does anyway. @param ms at most so long */
  async settled(ms: number): Promise<void> {
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#open),
      pause(ms, undefined, { signal: late.signal, ref: false }).catch(() => {}),
    ]);
    late.abort();
  }
}
