import type { Held } from '../../contract/hold.ts';
import type { PushOutcome } from '../../git/remote/remote.ts';
import { heldByPush } from './held-by-remote.ts';
import { Backoff, WAITS } from '../../pipeline/backoff.ts';

/** What the server declined is tried again after this, if nothing has changed before. */
const DECLINED_FOR = 10 * 60_000;
/** A push that is rejected as outdated this often, though nothing has moved, is a refusal. */
const MOVED_AND_NOT = 3;

/** How the pushes of late ended, and what that means for the next. Times are epoch ms. */
export class PushBackoff {
  readonly #backoff = new Backoff<Held>(WAITS.remote);
  #declined: { readonly message: string; readonly tip: string | null; readonly until: number } | null = null;
  #moved: { readonly tip: string | null; readonly times: number } = { tip: null, times: 0 };

  /** @param tip the remote's branch, as last fetched */
  record(outcome: PushOutcome, tip: string | null, now: number): void {
    const { kind } = outcome;
    if (kind === 'rejected') {
      const times = (this.#moved.tip === tip ? this.#moved.times : 0) + 1;
      this.#moved = { tip, times };
      if (times >= MOVED_AND_NOT) this.#declined = { message: outcome.message, tip, until: now + DECLINED_FOR };
      return;
    }
    this.#moved = { tip: null, times: 0 };
    this.#declined = kind === 'remote-rejected' ? { message: outcome.message, tip, until: now + DECLINED_FOR } : null;
    this.#backoff.record(kind === 'done' || kind === 'remote-rejected' ? null : heldByPush(outcome), now);
  }

  /** Why it is too early for another push after one that did not reach the remote; null = it isn't. */
  away(now: number): Held | null {
    return this.#backoff.isWaiting(now) ? this.#backoff.reason : null;
  }

  /** Why the server does not want what was pushed. Ends after 10 minutes, and when the remote's branch has moved. */
  declined(tip: string | null, now: number): string | null {
    const declined = this.#declined;
    if (declined === null) return null;
    if (now >= declined.until || declined.until - now > DECLINED_FOR || tip !== declined.tip) this.tryAgain();
    return this.#declined?.message ?? null;
  }

  /** The next push may be made at once. */
  tryAgain(): void {
    this.#declined = null;
    this.#moved = { tip: null, times: 0 };
    this.#backoff.tryAgain();
  }
}
