import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { fetchedRef, fetchRemote, pushWithLease, type PushOutcome, type RemoteError } from '../../git/remote/remote.ts';
import { updateRefs } from '../../git/refs.ts';
import { cloneToken, describeHolder, readHolder, writeHolder, type Holder } from './lock-holder.ts';
import * as messages from './messages.ts';

/** `none`: the server takes no such refs, so there is no lock to hold. `by`: who else holds it, as text. */
export type LockState = 'none' | 'asking' | 'held' | { readonly by: string };

export interface RemoteLockDeps {
  readonly repo: Repository;
  readonly remote: string;
  /** Short name: one coordinator per base. */
  readonly base: string;
  readonly emit: (event: KanbanEvent) => void;
  /** Epoch ms. */
  readonly now: () => number;
  /** ms of a clock that nobody sets and that stands still while this machine sleeps. */
  readonly awake: () => number;
}

export const lockRef = (base: string): string => `refs/kanban/lock/${base}`;

const MINUTE = 60_000;
const RENEW_INTERVAL_MS = 5 * MINUTE;
/** A lock of another coordinator that is unchanged for this long counts as abandoned, ms. */
const ABANDONED_AFTER_MS = 15 * MINUTE;
/** How often another coordinator's lock is looked at, ms. */
const OBSERVE_INTERVAL_MS = MINUTE;
const RETRY_UNSUPPORTED_MS = 60 * MINUTE;
const NETWORK_TIMEOUT_MS = 60_000;

/**
 * The lock on the remote: `refs/kanban/lock/<base>`, a commit whose message says who holds it. Every change is compared
 * by the server with the value that it replaces, so of two that want it one gets it. It guards against two coordinators
 * that work on two clones, not against lost work: base is pushed without force in any case.
 */
export class RemoteLock {
  readonly #deps: RemoteLockDeps;
  readonly #ref: string;
  /** What the remote may hold of ours: the last one is what it should hold. */
  #ours: string[] = [];
  #state: LockState = 'asking';
  #since: number | null = null;
  #confirmedAt = -Infinity;
  #rival: { readonly sha: string; readonly since: number } | null = null;
  #nextAt = -Infinity;
  /** The last change had no answer: what the remote holds is to be looked up first. */
  #unsure = false;

  constructor(parts: RemoteLockDeps) {
    this.#deps = parts;
    this.#ref = lockRef(parts.base);
  }

  get state(): LockState {
    return this.#state;
  }

  /** `step` need not be called yet. @param often ms after which another's lock is looked at, if that is sooner than usual */
  isResting(now: number, often: number): boolean {
    const early = this.#rival === null ? 0 : Math.max(0, OBSERVE_INTERVAL_MS - often);
    return now < this.#nextAt - early;
  }

  /** The next `step` may be made at once. */
  lookNow(): void {
    if (this.#rival !== null || this.#state === 'none') this.#nextAt = -Infinity;
  }

  /** Held, and known to be: a machine that slept may have lost it meanwhile. */
  isSure(): boolean {
    const age = this.#deps.now() - this.#confirmedAt;
    return this.#state === 'none' || (this.#state === 'held' && age >= 0 && age < 2 * RENEW_INTERVAL_MS);
  }

  /**
   * Takes it, renews it, or looks whether it has become free.
   * @returns why the remote could not be asked; null = it answered.
   */
  async step(signal?: AbortSignal): Promise<RemoteError | null> {
    if (this.#unsure || this.#rival !== null) return this.#observe(signal);
    const from = this.#ours.at(-1) ?? null;
    const outcome = await this.#put(from, signal);
    return outcome.kind === 'rejected' ? this.#observe(signal) : this.#record(outcome, from);
  }

  /** Gives it back, if it is ours; bounded by `timeout` ms. What can't be given back runs out after 15 minutes. */
  async release(timeout: number): Promise<void> {
    const { repo, remote } = this.#deps;
    const mine = this.#ours.toReversed();
    this.#ours = [];
    this.#state = 'asking';
    const until = performance.now() + timeout;
    for (const from of mine) {
      const left = until - performance.now();
      if (left <= 0) return;
      const outcome = await pushWithLease(repo, { remote, ref: this.#ref, to: null, from, timeout: left });
      if (outcome.kind !== 'rejected') return;
    }
  }

  async #put(from: string | null, signal?: AbortSignal): Promise<PushOutcome> {
    const { repo, remote, now } = this.#deps;
    this.#since ??= now();
    const to = await writeHolder(repo, this.#since, now());
    // Until the remote has answered it may hold either of them.
    this.#ours = [...(from === null ? [] : [from]), to];
    const outcome = await pushWithLease(repo, {
      remote,
      ref: this.#ref,
      to,
      from,
      timeout: NETWORK_TIMEOUT_MS,
      signal,
    });
    if (outcome.kind === 'done') this.#ours = [to];
    return outcome;
  }

  /** @param from what the remote held of ours, as far as we knew. */
  #record(outcome: PushOutcome, from: string | null): RemoteError | null {
    const { now } = this.#deps;
    this.#unsure = outcome.kind === 'unknown';
    switch (outcome.kind) {
      case 'done':
        this.#state = 'held';
        this.#rival = null;
        this.#confirmedAt = now();
        this.#nextAt = now() + RENEW_INTERVAL_MS;
        return null;
      case 'remote-rejected':
        this.#refused(outcome.message);
        return null;
      case 'rejected':
        this.#ours = [];
        this.#nextAt = now();
        return null;
      default:
        if (!this.#unsure) this.#ours = from === null ? [] : [from];
        return { kind: outcome.kind === 'login' ? 'login' : 'unreachable', message: outcome.message };
    }
  }

  async #observe(signal?: AbortSignal): Promise<RemoteError | null> {
    const { repo, remote } = this.#deps;
    const fetched = await fetchRemote(repo, {
      remote,
      branches: [],
      refs: [this.#ref],
      timeout: NETWORK_TIMEOUT_MS,
      signal,
    });
    if (!fetched.ok) return fetched;
    this.#unsure = false;
    const found = fetched.tips.get(this.#ref) ?? null;
    const holder = found === null ? null : await readHolder(repo, found);
    if (found !== null) await updateRefs(repo, [{ ref: fetchedRef(remote, this.#ref), to: null }]).catch(() => null);
    const ours = found === null || this.#ours.includes(found) || holder?.clone === cloneToken(repo);
    if (!ours && !this.#isDead(found)) {
      this.#lostTo(found, holder);
      return null;
    }
    const outcome = await this.#put(found, signal);
    if (outcome.kind === 'done' && !ours) this.#tookOver(holder);
    return this.#record(outcome, found);
  }

  #isDead(sha: string): boolean {
    return this.#rival?.sha === sha && this.#deps.awake() - this.#rival.since >= ABANDONED_AFTER_MS;
  }

  #lostTo(sha: string, holder: Holder | null): void {
    const { now, awake } = this.#deps;
    if (this.#rival?.sha !== sha) this.#rival = { sha, since: awake() };
    this.#ours = [];
    this.#since = null;
    this.#state = { by: describeHolder(holder) };
    this.#nextAt = now() + OBSERVE_INTERVAL_MS;
  }

  #tookOver(holder: Holder | null): void {
    const { remote, base, emit } = this.#deps;
    const message = messages.tookOver({
      base,
      remote,
      holder: describeHolder(holder),
      minutes: ABANDONED_AFTER_MS / MINUTE,
    });
    emit({ type: 'notice', message });
  }

  #refused(why: string): void {
    const { remote, base, emit, now } = this.#deps;
    if (this.#state !== 'none') {
      const message = messages.noLock({ base, remote, ref: this.#ref, why });
      emit({ type: 'notice', message });
    }
    this.#state = 'none';
    this.#ours = [];
    this.#nextAt = now() + RETRY_UNSUPPORTED_MS;
  }
}
