/** How long the waits between tries are, ms: each is `factor` times as long as the one before, up to `most`. */
export interface Waits {
  readonly first: number;
  readonly most: number;
  /** 2 where it is not given. */
  readonly factor?: number;
}

/** The one backoff: every action that fails is tried again by one of these. */
export const WAITS = {
  /** What fails on this machine: a lock, a file, a worktree. */
  local: { first: 250, most: 60_000 },
  /** A remote that does not answer. */
  remote: { first: 5_000, most: 300_000 },
  /** A provider that states no time. */
  provider: { first: 30_000, most: 600_000 },
  /** A run that could not start, or was lost. */
  launch: { first: 2_000, most: 600_000, factor: 5 },
  /** A check of the merge queue that could not run. */
  check: { first: 2_000, most: 600_000, factor: 4 },
  /** A tick that fails as a whole. */
  tick: { first: 500, most: 30_000 },
  /** Base on which the check fails. */
  base: { first: 300_000, most: 3_600_000 },
} as const satisfies Record<string, Waits>;

/** The wait after the given number of failures in a row, ms. @param times counts from 1 */
export const waitAfter = (times: number, { first, most, factor = 2 }: Waits): number =>
  Math.min(most, first * factor ** (Math.max(1, times) - 1));

/** What fails for a while: why (`R`), and when it is tried again. Times are epoch ms. */
export class Backoff<R> {
  readonly #waits: Waits;
  #reason: R | null = null;
  #times = 0;
  #until = -Infinity;

  constructor(waits: Waits) {
    this.#waits = waits;
  }

  /** Why the last try failed; null = it succeeded. */
  get reason(): R | null {
    return this.#reason;
  }

  /** It is too early for another try. */
  isWaiting(now: number): boolean {
    // A clock that was set back holds nothing for longer.
    return this.#reason !== null && now < this.#until && this.#until - now <= this.#waits.most;
  }

  /** How a try ended. @param reason why it failed; null = it succeeded */
  record(reason: R | null, now: number): void {
    this.#reason = reason;
    this.#times = reason === null ? 0 : this.#times + 1;
    this.#until = now + waitAfter(this.#times, this.#waits);
  }

  /** The next try may be made at once; the reason stays until it is made. */
  tryAgain(): void {
    this.#until = -Infinity;
  }
}
