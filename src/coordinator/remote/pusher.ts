import type { Held } from '../../contract/hold.ts';
import type { Repository } from '../../git/git.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import { pushFastForward, type PushOutcome } from '../../git/remote/remote.ts';
import type { Fetcher } from './fetcher.ts';
import { markPushed } from './first-push.ts';
import type { Beside, LockScheduler } from './lock-scheduler.ts';
import * as messages from './messages.ts';
import { PushBackoff } from './push-backoff.ts';

export interface PusherDeps {
  readonly repo: Repository;
  readonly beside: Beside;
  readonly fetcher: Fetcher;
  readonly lock: LockScheduler;
  /** Epoch ms. */
  readonly now: () => number;
  /** How long a push may take, ms. */
  readonly timeout: number;
  /** Fetches as soon as possible. */
  readonly fetchNow: () => void;
}

export interface Push {
  readonly sha: string;
  readonly remote: string;
  /** Short name. */
  readonly base: string;
}

export interface Pushed {
  readonly sha: string;
  readonly outcome: PushOutcome;
}

/** Pushes base beside the tick, one push at a time, and finds out whether it arrived. */
export class Pusher {
  readonly #deps: PusherDeps;
  readonly #ending = new AbortController();
  #backoff = new PushBackoff();
  #isPushing = false;
  #pushed: Pushed | null = null;

  constructor(deps: PusherDeps) {
    this.#deps = deps;
  }

  get isPushing(): boolean {
    return this.#isPushing;
  }

  /** Why it is too early for another push after one that did not reach the remote; null = it isn't. */
  away(now: number): Held | null {
    return this.#backoff.away(now);
  }

  /** Why the server does not accept what was pushed. @param tip the remote's branch, as last fetched */
  declined(tip: string | null, now: number): string | null {
    return this.#backoff.declined(tip, now);
  }

  /** Another remote or base: earlier pushes mean nothing for it. */
  forget(): void {
    this.#backoff = new PushBackoff();
  }

  tryAgain(): void {
    this.#backoff.tryAgain();
  }

  /** To be called only while no push is in progress. */
  start(push: Push): void {
    this.#isPushing = true;
    const { sha, remote } = push;
    let outcome: PushOutcome = { kind: 'unknown', message: messages.pushInterrupted(remote) };
    this.#deps.beside(
      async () => {
        outcome = await this.#push(push);
        await this.#record(push, outcome);
      },
      () => {
        this.#isPushing = false;
        this.#pushed = { sha, outcome };
      },
    );
  }

  /** How the last push ended; returned once. */
  takePushed(): Pushed | null {
    const pushed = this.#pushed;
    this.#pushed = null;
    return pushed;
  }

  /** Interrupts the push in progress. */
  abort(): void {
    this.#ending.abort();
  }

  async #push({ sha, remote, base }: Push): Promise<PushOutcome> {
    const { repo, fetcher, lock, timeout } = this.#deps;
    const { signal } = this.#ending;
    const notOurs = await lock.confirm(signal);
    if (notOurs !== null) return notOurs;
    const from = await fetcher.tip(base);
    const outcome = await pushFastForward(repo, { remote, sha, branch: base, from, timeout, signal });
    if (outcome.kind !== 'unknown') return outcome;
    // The remote may have the push or not: what was known of it no longer holds.
    fetcher.forget();
    if (!(await fetcher.fetch())) return outcome;
    const tip = await fetcher.tip(base);
    if (tip !== null && (await isAncestor(repo, sha, tip))) return { kind: 'done' };
    return { kind: 'rejected', message: messages.pushNotArrived(outcome.message) };
  }

  async #record({ sha, remote, base }: Push, outcome: PushOutcome): Promise<void> {
    const { repo, fetcher, now, fetchNow } = this.#deps;
    if (outcome.kind === 'done') {
      await markPushed(repo, { remote, base, sha });
      fetcher.pushed(base);
    }
    this.#backoff.record(outcome, await fetcher.tip(base), now());
    // What was known of the remote was outdated: nothing is built on it.
    if (outcome.kind === 'rejected') fetcher.forget();
    if (outcome.kind === 'rejected' || outcome.kind === 'remote-rejected') fetchNow();
  }
}
