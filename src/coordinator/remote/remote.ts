import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { fetchRemote, pushFastForward, trackingRef, type PushOutcome } from '../../git/remote/remote.ts';
import { markPushed, FirstPush, type AgainstWill } from './first-push.ts';
import { contains } from '../observe/git-state.ts';
import { PushBackoff } from './push-backoff.ts';
import type { RemoteFacts, RemoteSettings } from './remote-facts.ts';
import { LockScheduler } from './lock-scheduler.ts';
import { RemoteLock } from './remote-lock.ts';
import { RemoteBackoff } from './backoff.ts';

export interface RemoteDeps {
  readonly repo: Repository;
  readonly emit: (event: KanbanEvent) => void;
  /** Something has come of it: the next tick is to look. */
  readonly wake: () => void;
  /** Epoch ms; Date.now unless told. */
  readonly now?: () => number;
  /** ms of a clock that nobody sets; performance.now unless told. */
  readonly awake?: () => number;
  /** How long a fetch and a push may take, ms. */
  readonly limits?: { readonly fetch: number; readonly push: number };
}

const NETWORK_TIMEOUTS_MS = { fetch: 120_000, push: 300_000 };
/** `close` takes no longer than this: a push under way, then the lock. */
const CLOSE_TIMEOUT_MS = { push: 3_000, all: 5_000 };

/**
 * The remote as the coordinator sees it: fetched now and then, locked while landings are pushed. Everything that needs
 * the network continues beside the tick, one after the other; a tick is given what is known.
 */
export class Remote {
  readonly #deps: RemoteDeps;
  readonly #now: () => number;
  #settings: RemoteSettings | null = null;
  readonly #lock: LockScheduler;
  #fetch: { begun: number | null } | null = null;
  /** A fetch that begins at this time or later is wanted. */
  #wanted: number | null = null;
  #fetchedAt: number | null = null;
  #lacking: ReadonlySet<string> = new Set();
  #fetchBackoff = new RemoteBackoff();
  readonly #pushes = new PushBackoff();
  #push: string | null = null;
  #pushed: { readonly sha: string; readonly outcome: PushOutcome } | null = null;
  readonly #next: FirstPush;
  #last: Promise<void> = Promise.resolve();
  #bug: { readonly error: unknown } | null = null;
  #ending = new AbortController();
  #endingPush = new AbortController();
  #saidAway = false;

  constructor(parts: RemoteDeps) {
    this.#deps = parts;
    this.#now = parts.now ?? Date.now;
    this.#next = new FirstPush(parts.repo);
    this.#lock = new LockScheduler({
      beside: (work, after) => this.#beside(work, after),
      now: this.#now,
      onTaken: () => this.fetchNow(),
    });
  }

  /** `off`: there is no remote, nothing is fetched or pushed. */
  get state(): 'off' | 'on' {
    return this.#remote === null ? 'off' : 'on';
  }

  /** At each tick: starts what is due beside it, and waits for nothing. */
  follow(settings: RemoteSettings, now: number): void {
    this.#adopt(settings);
    if (this.#remote === null || this.#ending.signal.aborted) return;
    const age = this.#fetchedAt === null ? Infinity : now - this.#fetchedAt;
    if (age >= settings.fetch || age < 0) this.#wanted ??= now;
    // The lock first: what is fetched after it was taken is all that others have done under it.
    this.#lock.follow(now, settings.fetch, this.#ending.signal);
    this.#startFetch(now);
  }

  /** Whoever wants to build on base knows what the remote had when this coordinator became the only one, or why not. */
  #hasAnswer({ push, upstream }: RemoteSettings): boolean {
    if (!push && upstream === null) return true;
    const hasFetched = this.#fetchedAt !== null || this.#fetchBackoff.reason !== null;
    return hasFetched && (this.#lock.hasSettled(this.#fetchedAt) || this.#fetchBackoff.reason !== null);
  }

  /** @param base tip of base here; null = it does not exist. No network, no process but for the first push. */
  async facts(base: string | null): Promise<RemoteFacts> {
    if (this.#bug !== null) throw this.#bug.error;
    const settings = this.#settings;
    const [tip, upstreamTip] = await Promise.all([this.#tip(settings?.base ?? null), this.#upstream()]);
    const now = this.#now();
    const away = this.#fetchBackoff.reason ?? this.#pushes.away(now) ?? this.#lock.backoff;
    const { foreign, lost } = await this.#nextPush(base, tip);
    const rejected = this.#pushes.declined(tip, now);
    const waits = settings !== null && (settings.push || settings.upstream !== null);
    this.#tell(waits ? away : null);
    return {
      tip,
      upstreamTip,
      fetchedAt: this.#fetchedAt,
      answer: this.#remote === null || (settings !== null && this.#hasAnswer(settings)),
      away,
      rejected,
      lock: this.#lock.state,
      pushing: this.#push !== null,
      foreign,
      lost,
    };
  }

  /** Has a fetch gone well that began at `since` or later? Where there is no remote there is nothing to be had. */
  isFresh(since: number): boolean {
    return this.#remote === null || (this.#fetchedAt !== null && this.#fetchedAt >= since);
  }

  /** Fetches as soon as it can, unless one that began at `since` or later is under way. Never sooner than the backoff. */
  fetchNow(since: number = this.#now()): void {
    if (this.#remote === null || this.#ending.signal.aborted) return;
    if (this.#fetch !== null && (this.#fetch.begun ?? Infinity) >= since) return;
    this.#wanted = Math.max(this.#wanted ?? since, since);
    this.#startFetch(this.#now());
  }

  /** Pushes this commit as base, beside the tick. To be asked for only while none is under way. */
  push(sha: string): void {
    const settings = this.#settings;
    if (this.#push !== null || settings === null || settings.remote === null || !settings.push)
      throw new Error('a push was asked for where none can be');
    this.#push = sha;
    const { remote, base } = settings;
    let outcome: PushOutcome = { kind: 'unknown', message: `the push to ${remote} was broken off` };
    this.#beside(
      async () => {
        outcome = await this.#pushOnce(remote, base, sha);
        await this.#heardOfPush(remote, base, sha, outcome);
      },
      () => {
        this.#push = null;
        this.#pushed = { sha, outcome };
      },
    );
  }

  get isPushing(): boolean {
    return this.#push !== null;
  }

  /** How the last push ended; told once. */
  takePushed(): { readonly sha: string; readonly outcome: PushOutcome } | null {
    const pushed = this.#pushed;
    this.#pushed = null;
    return pushed;
  }

  /** The user says that it is fixed (`kanban resume`): what waits is tried at once. */
  resume(): void {
    for (const waiting of [this.#fetchBackoff, this.#pushes]) waiting.tryAgain();
    this.#lock.resume();
    this.fetchNow();
  }

  /** Nothing is under way any more. */
  async drain(): Promise<void> {
    for (let last: Promise<void> | null = null; last !== this.#last;) await (last = this.#last);
  }

  /** Ends what is under way (a push is given a moment) and gives the lock back; bounded. */
  async close(): Promise<void> {
    const until = performance.now() + CLOSE_TIMEOUT_MS.all;
    this.#ending.abort();
    await atMost(this.drain(), CLOSE_TIMEOUT_MS.push);
    this.#endingPush.abort();
    await atMost(this.drain(), 500);
    await this.#lock.release(Math.max(500, until - performance.now()));
  }

  get #remote(): string | null {
    return this.#settings?.remote ?? null;
  }

  #adopt(settings: RemoteSettings): void {
    const before = this.#settings;
    const { base, remote, push, upstream, fetch } = settings;
    this.#settings = { base, remote, push, upstream, fetch };
    const same = before !== null && before.remote === remote && before.base === base;
    if (!same || before.upstream !== upstream) this.#fetchedAt = null;
    if (!same) {
      this.#lacking = new Set();
      this.#pushes.record({ kind: 'done' }, null, 0);
      this.#fetchBackoff.record(null, 0);
    }
    if (same && before.push === push) return;
    const { repo, emit, awake = () => performance.now() } = this.#deps;
    const isWanted = push && remote !== null;
    this.#lock.change(
      isWanted ? new RemoteLock({ repo, remote, base, emit, now: this.#now, awake }) : null,
      CLOSE_TIMEOUT_MS.all,
    );
  }

  #startFetch(now: number): void {
    const settings = this.#settings;
    if (this.#wanted === null || this.#fetch !== null || this.#fetchBackoff.isWaiting(now) || settings === null) return;
    this.#wanted = null;
    const fetch: { begun: number | null } = (this.#fetch = { begun: null });
    this.#beside(
      async () => {
        fetch.begun = this.#now();
        await this.#fetchOnce(settings, this.#ending.signal);
      },
      () => {
        this.#fetch = null;
        if (!this.#ending.signal.aborted) this.#startFetch(this.#now());
      },
    );
  }

  async #fetchOnce(settings: RemoteSettings, signal: AbortSignal): Promise<boolean> {
    const { remote, base } = settings;
    if (remote === null) return false;
    const branches = [...new Set([base, ...(settings.upstream === null ? [] : [shortOf(settings.upstream, remote)])])];
    const begun = this.#now();
    const timeout = (this.#deps.limits ?? NETWORK_TIMEOUTS_MS).fetch;
    const fetched = await fetchRemote(this.#deps.repo, { remote, branches, timeout, signal });
    if (signal.aborted || this.#remote !== remote) return false;
    this.#fetchBackoff.record(fetched.ok ? null : fetched.message, this.#now());
    if (!fetched.ok) return false;
    this.#fetchedAt = begun;
    this.#lacking = new Set(branches.filter((name) => fetched.tips.get(name) === null));
    return true;
  }

  async #pushOnce(remote: string, base: string, sha: string): Promise<PushOutcome> {
    const { repo, limits = NETWORK_TIMEOUTS_MS } = this.#deps;
    const signal = this.#endingPush.signal;
    const notOurs = await this.#lock.confirm(signal);
    if (notOurs !== null) return notOurs;
    const from = await this.#tip(base);
    const outcome = await pushFastForward(repo, { remote, sha, branch: base, from, timeout: limits.push, signal });
    if (outcome.kind !== 'unknown' || this.#settings === null) return outcome;
    // Whatever was known of the remote is no longer.
    this.#fetchedAt = null;
    if (!(await this.#fetchOnce(this.#settings, this.#ending.signal))) return outcome;
    const tip = await this.#tip(base);
    if (tip !== null && (await contains(repo, tip, sha))) return { kind: 'done' };
    return { kind: 'rejected', message: `the push did not arrive: ${outcome.message}` };
  }

  async #heardOfPush(remote: string, base: string, sha: string, outcome: PushOutcome): Promise<void> {
    if (outcome.kind === 'done') await this.#arrived(remote, base, sha);
    this.#pushes.record(outcome, await this.#tip(base), this.#now());
    // What was known of the remote was not so: nothing is to be built on it.
    if (outcome.kind === 'rejected') this.#fetchedAt = null;
    if (outcome.kind === 'rejected' || outcome.kind === 'remote-rejected') this.fetchNow();
  }

  async #arrived(remote: string, base: string, sha: string): Promise<void> {
    await markPushed(this.#deps.repo, { remote, base, sha });
    this.#lacking = new Set([...this.#lacking].filter((name) => name !== base));
    this.#fetchedAt = Math.max(this.#fetchedAt ?? 0, this.#now());
  }

  async #tip(branch: string | null): Promise<string | null> {
    const remote = this.#remote;
    if (remote === null || branch === null || this.#lacking.has(branch)) return null;
    return resolve(this.#deps.repo, trackingRef(remote, branch));
  }

  async #upstream(): Promise<string | null> {
    const { upstream = null, remote = null } = this.#settings ?? {};
    if (upstream === null) return null;
    return remote === null ? resolve(this.#deps.repo, `refs/heads/${upstream}`) : this.#tip(shortOf(upstream, remote));
  }

  async #nextPush(base: string | null, remoteTip: string | null): Promise<AgainstWill> {
    const { remote = null, push = false, base: branch = '' } = this.#settings ?? {};
    if (remote === null || !push || base === null || this.#fetchedAt === null) return { foreign: [], lost: null };
    return this.#next.observe({ remote, branch, base, remoteTip });
  }

  /** Said when it begins and when it ends: in between the words may change with every try. */
  #tell(away: string | null): void {
    if (this.#saidAway === (away !== null)) return;
    this.#saidAway = away !== null;
    this.#deps.emit({ type: 'hold-changed', what: 'the remote', why: away });
  }

  /** One after the other, after what is under way. `after` runs whatever happens. */
  #beside(work: () => Promise<void>, after: () => void = () => {}): void {
    this.#last = this.#last
      .then(work)
      .catch((error: unknown) => {
        this.#bug ??= { error };
      })
      .then(() => {
        after();
        this.#deps.wake();
      });
  }
}

/** `origin/main` is how people write the remote's main. */
const shortOf = (upstream: string, remote: string): string =>
  upstream.startsWith(`${remote}/`) ? upstream.slice(remote.length + 1) : upstream;

async function atMost(work: Promise<void>, time: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolveLate) => (timer = setTimeout(resolveLate, time)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
