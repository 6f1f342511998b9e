import { waitAfter, WAITS } from '../../pipeline/backoff.ts';

/** Something that fails for a while: why, and when it is worth another try. The waits double. */
export class RemoteBackoff {
  #reason: string | null = null;
  #times = 0;
  #until = -Infinity;

  /** Why it failed last, in words; null = it went well. */
  get reason(): string | null {
    return this.#reason;
  }

  /** Too early for another try. */
  isWaiting(now: number): boolean {
    // A clock that was set back holds nothing for longer.
    return this.#reason !== null && now < this.#until && this.#until - now <= WAITS.remote.most;
  }

  /** How a try ended. @param now epoch ms */
  record(reason: string | null, now: number): void {
    this.#reason = reason;
    this.#times = reason === null ? 0 : this.#times + 1;
    this.#until = now + waitAfter(this.#times, WAITS.remote);
  }

  /** The next try may be made at once; the reason stands until it is made. */
  tryAgain(): void {
    this.#until = -Infinity;
  }
}
