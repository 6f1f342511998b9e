import type { Held } from '../../contract/hold.ts';
import type { PushOutcome } from '../../git/remote/remote.ts';
import type { LockState, RemoteLock } from './remote-lock.ts';
import { Backoff, WAITS } from '../../pipeline/backoff.ts';
import { heldByRemote } from './held-by-remote.ts';
import * as messages from './messages.ts';

/** Work beside the ticks, one after the other; `after` runs whatever happens. */
export type Beside = (work: () => Promise<void>, after?: () => void) => void;

export interface LockSchedulerDeps {
  readonly beside: Beside;
  /** Epoch ms. */
  readonly now: () => number;
  /** It has become ours: what others did under theirs is to be fetched. */
  readonly onTaken: () => void;
}

/** Takes the lock on the remote where one is wanted, and keeps it. */
export class LockScheduler {
  readonly #deps: LockSchedulerDeps;
  #lock: RemoteLock | null = null;
  readonly #backoff = new Backoff<Held>(WAITS.remote);
  #isStepping = false;
  #heldSince = -Infinity;

  constructor(parts: LockSchedulerDeps) {
    this.#deps = parts;
  }

  get state(): LockState {
    return this.#lock?.state ?? 'none';
  }

  /** Why the remote could not be asked for it. */
  get backoff(): Held | null {
    return this.state === 'asking' ? this.#backoff.reason : null;
  }

  /** It is known who holds it, or why not; and if it is ours, something was fetched since. @param fetchedAt epoch ms */
  hasSettled(fetchedAt: number | null): boolean {
    if (this.state === 'asking') return this.#backoff.reason !== null;
    return this.state !== 'held' || (fetchedAt !== null && fetchedAt >= this.#heldSince);
  }

  /** Holds another lock from now on, or none. @param timeout ms within which the old one is given back */
  change(lock: RemoteLock | null, timeout: number): void {
    const old = this.#lock;
    if (old !== null) this.#deps.beside(() => old.release(timeout));
    this.#lock = lock;
    this.#backoff.record(null, 0);
  }

  /** At each tick. @param often ms after which another's lock is looked at, if that is sooner than usual */
  follow(now: number, often: number, signal: AbortSignal): void {
    const lock = this.#lock;
    if (lock === null || this.#isStepping || lock.isResting(now, often) || this.#backoff.isWaiting(now)) return;
    this.#isStepping = true;
    const before = lock.state;
    this.#deps.beside(
      async () => {
        const error = await lock.step(signal);
        this.#backoff.record(error && heldByRemote(error), this.#deps.now());
        if (lock !== this.#lock || lock.state === before || lock.state !== 'held') return;
        this.#heldSince = this.#deps.now();
        this.#deps.onTaken();
      },
      () => (this.#isStepping = false),
    );
  }

  /** Right before a push. @returns why it is not ours; null = it is, or none is needed. */
  async confirm(signal: AbortSignal): Promise<PushOutcome | null> {
    const lock = this.#lock;
    if (lock === null || lock.isSure()) return null;
    const error = await lock.step(signal);
    if (error !== null) return { ...error, kind: error.kind === 'login' ? 'login' : 'unreachable' };
    return lock.isSure() ? null : { kind: 'rejected', message: messages.LOCK_NOT_OURS };
  }

  resume(): void {
    this.#backoff.tryAgain();
    this.#lock?.lookNow();
  }

  /** Gives it back; bounded by `timeout` ms. */
  async release(timeout: number): Promise<void> {
    await this.#lock?.release(timeout);
    this.#lock = null;
  }
}
