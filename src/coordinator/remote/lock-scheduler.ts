import type { PushOutcome } from '../../git/remote/remote.ts';
import type { LockState, RemoteLock } from './remote-lock.ts';
import { Trouble } from './backoff.ts';

/** Work beside the ticks, one after the other; `after` runs whatever happens. */
export type Beside = (work: () => Promise<void>, after?: () => void) => void;

export interface LockKeeperParts {
  readonly beside: Beside;
  /** Epoch ms. */
  readonly now: () => number;
  /** It has become ours: what others did under theirs is to be fetched. */
  readonly onTaken: () => void;
}

/** Takes the lock on the remote where one is wanted, and keeps it. */
export class LockKeeper {
  readonly #parts: LockKeeperParts;
  #lock: RemoteLock | null = null;
  readonly #trouble = new Trouble();
  #isStepping = false;
  #heldSince = -Infinity;

  constructor(parts: LockKeeperParts) {
    this.#parts = parts;
  }

  get state(): LockState {
    return this.#lock?.state ?? 'none';
  }

  /** Why the remote could not be asked for it, in words. */
  get trouble(): string | null {
    return this.state === 'asking' ? this.#trouble.words : null;
  }

  /** It is known who holds it, or why not; and if it is ours, something was fetched since. @param fetchedAt epoch ms */
  hasSettled(fetchedAt: number | null): boolean {
    if (this.state === 'asking') return this.#trouble.words !== null;
    return this.state !== 'held' || (fetchedAt !== null && fetchedAt >= this.#heldSince);
  }

  /** Another one is to be held from now on, or none; the one before is given back within so many ms. */
  change(lock: RemoteLock | null, timeout: number): void {
    const old = this.#lock;
    if (old !== null) this.#parts.beside(() => old.release(timeout));
    this.#lock = lock;
    this.#trouble.heard(null, 0);
  }

  /** At each tick. @param often ms after which another's lock is looked at, if that is sooner than usual */
  follow(now: number, often: number, signal: AbortSignal): void {
    const lock = this.#lock;
    if (lock === null || this.#isStepping || lock.isResting(now, often) || this.#trouble.holds(now)) return;
    this.#isStepping = true;
    const before = lock.state;
    this.#parts.beside(
      async () => {
        this.#trouble.heard(await lock.step(signal), this.#parts.now());
        if (lock !== this.#lock || lock.state === before || lock.state !== 'held') return;
        this.#heldSince = this.#parts.now();
        this.#parts.onTaken();
      },
      () => (this.#isStepping = false),
    );
  }

  /** Right before a push. @returns why it is not ours; null = it is, or none is needed. */
  async confirm(signal: AbortSignal): Promise<PushOutcome | null> {
    const lock = this.#lock;
    if (lock === null || lock.isSure()) return null;
    const words = await lock.step(signal);
    if (words !== null) return { kind: 'unreachable', words };
    return lock.isSure() ? null : { kind: 'rejected', words: 'the lock is not ours' };
  }

  resume(): void {
    this.#trouble.tryAgain();
    this.#lock?.lookNow();
  }

  /** Gives it back; bounded by `timeout` ms. */
  async release(timeout: number): Promise<void> {
    await this.#lock?.release(timeout);
    this.#lock = null;
  }
}
