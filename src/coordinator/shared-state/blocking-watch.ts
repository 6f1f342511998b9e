import type { Repository } from '../../git/git.ts';
import { headText, removeBlocking } from './blocking-files.ts';

/** Between two looks for FIFOs while a run is active, ms. */
const INTERVAL_MS = 2_000;

/** Removes FIFOs in the git dir while runs are active. By a timer: the tick itself may wait for a git that a FIFO blocks. */
export class BlockingWatch {
  readonly #repo: Repository;
  readonly #removed = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  /** What HEAD of the checkout says, as last read. */
  #head = '';

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#removed.clear();
  }

  /** At each tick with an active run. @param now look at once. @returns what was removed since the last call, relative to the git dir */
  follow(now: boolean): readonly string[] {
    this.#head = headText(this.#repo) || this.#head;
    if (this.#timer === null || now) this.#look();
    this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
    const removed = [...this.#removed];
    this.#removed.clear();
    return removed;
  }

  #look(): void {
    try {
      for (const name of removeBlocking(this.#repo, this.#head)) this.#removed.add(name);
    } catch {
      // The disk is full, or the like: once more at the next look.
    }
  }
}
