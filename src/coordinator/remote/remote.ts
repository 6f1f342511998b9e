import type { Held } from '../../contract/hold.ts';
import { holdText } from '../../report/hold.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { Fetcher } from './fetcher.ts';
import { FirstPush, type AgainstWill } from './first-push.ts';
import { LockScheduler } from './lock-scheduler.ts';
import { Pusher, type Pushed } from './pusher.ts';
import type { RemoteFacts, RemoteSettings } from './remote-facts.ts';
import { RemoteLock } from './remote-lock.ts';

export interface RemoteDeps {
  readonly repo: Repository;
  readonly emit: (event: KanbanEvent) => void;
  /** Something has come of it: the next tick is to look. */
  readonly wake: () => void;
  /** Epoch ms; Date.now by default. */
  readonly now?: () => number;
  /** ms of a clock that nobody sets; performance.now by default. */
  readonly awake?: () => number;
  /** How long a fetch and a push may take, ms. */
  readonly limits?: { readonly fetch: number; readonly push: number };
}

const NETWORK_TIMEOUTS_MS = { fetch: 120_000, push: 300_000 };
/** `close` takes no longer than this: a push in progress, then the lock. */
const CLOSE_TIMEOUT_MS = { push: 3_000, aborted: 500, all: 5_000 };

/**
 * The remote as the coordinator sees it: fetched now and then, locked while landings are pushed. Everything that needs
 * the network continues beside the tick, one after the other; a tick is given what is known.
 */
export class Remote {
  readonly #deps: RemoteDeps;
  readonly #now: () => number;
  readonly #fetcher: Fetcher;
  readonly #lock: LockScheduler;
  readonly #pusher: Pusher;
  readonly #next: FirstPush;
  readonly #ending = new AbortController();
  #settings: RemoteSettings | null = null;
  /** The end of all work beside the tick that has been asked for. */
  #last: Promise<void> = Promise.resolve();
  #bug: { readonly error: unknown } | null = null;
  #isReportedAway = false;

  constructor(deps: RemoteDeps) {
    this.#deps = deps;
    const { repo, now = Date.now, limits = NETWORK_TIMEOUTS_MS } = deps;
    this.#now = now;
    this.#next = new FirstPush(repo);
    const beside = (work: () => Promise<void>, after?: () => void): void => this.#beside(work, after);
    const fetchNow = (): void => this.fetchNow();
    this.#fetcher = new Fetcher({ repo, beside, now, timeout: limits.fetch, ending: this.#ending.signal });
    this.#lock = new LockScheduler({ beside, now, onTaken: fetchNow });
    const { lock, fetcher } = { lock: this.#lock, fetcher: this.#fetcher };
    this.#pusher = new Pusher({ repo, beside, now, fetcher, lock, timeout: limits.push, fetchNow });
  }

  /** `off`: there is no remote, nothing is fetched or pushed. */
  get state(): 'off' | 'on' {
    return this.#remote === null ? 'off' : 'on';
  }

  /** At each tick: starts what is due beside it, and waits for nothing. */
  follow(settings: RemoteSettings, now: number): void {
    this.#adopt(settings);
    if (this.#remote === null || this.#ending.signal.aborted) return;
    this.#fetcher.wantIfOld(now);
    // The lock first: what is fetched after it was taken is all that others have done under it.
    this.#lock.follow(now, settings.fetch, this.#ending.signal);
    this.#fetcher.startIfWanted(now);
  }

  /** It is known what the remote had when this coordinator became the only one, or why that is not known. */
  #hasAnswer({ push, upstream }: RemoteSettings): boolean {
    if (!push && upstream === null) return true;
    const { fetchedAt, failure } = this.#fetcher;
    return failure !== null || (fetchedAt !== null && this.#lock.hasSettled(fetchedAt));
  }

  /** @param base tip of base here; null = it does not exist. No network, no process but for the first push. */
  async facts(base: string | null): Promise<RemoteFacts> {
    if (this.#bug !== null) throw this.#bug.error;
    const settings = this.#settings;
    const [tip, upstreamTip] = await Promise.all([
      this.#fetcher.tip(settings?.base ?? null),
      this.#fetcher.upstreamTip(),
    ]);
    const now = this.#now();
    const away = this.#fetcher.failure ?? this.#pusher.away(now) ?? this.#lock.backoff;
    const { foreign, lost } = await this.#nextPush(base, tip);
    const rejected = this.#pusher.declined(tip, now);
    const waits = settings !== null && (settings.push || settings.upstream !== null);
    this.#report(waits ? away : null);
    return {
      tip,
      upstreamTip,
      fetchedAt: this.#fetcher.fetchedAt,
      answer: this.#remote === null || (settings !== null && this.#hasAnswer(settings)),
      away,
      rejected,
      lock: this.#lock.state,
      pushing: this.#pusher.isPushing,
      foreign,
      lost,
    };
  }

  /** Whether a fetch succeeded that began at `since` or later. Without a remote there is nothing to fetch. */
  isFresh(since: number): boolean {
    const { fetchedAt } = this.#fetcher;
    return this.#remote === null || (fetchedAt !== null && fetchedAt >= since);
  }

  /** Fetches as soon as it can, unless a fetch that began at `since` or later is in progress. Never sooner than the backoff. */
  fetchNow(since: number = this.#now()): void {
    if (this.#remote !== null && !this.#ending.signal.aborted) this.#fetcher.fetchSince(since);
  }

  /** Pushes this commit as base, beside the tick. To be called only while no push is in progress. */
  push(sha: string): void {
    const { remote = null, push = false, base = '' } = this.#settings ?? {};
    if (this.isPushing || remote === null || !push) throw new Error('a push was asked for where none can be');
    this.#pusher.start({ sha, remote, base });
  }

  get isPushing(): boolean {
    return this.#pusher.isPushing;
  }

  /** How the last push ended; returned once. */
  takePushed(): Pushed | null {
    return this.#pusher.takePushed();
  }

  /** `kanban resume`: what waits is tried at once. */
  resume(): void {
    this.#fetcher.tryAgain();
    this.#pusher.tryAgain();
    this.#lock.resume();
    this.fetchNow();
  }

  /** Ends when no work is in progress any more. */
  async drain(): Promise<void> {
    for (let last: Promise<void> | null = null; last !== this.#last;) await (last = this.#last);
  }

  /** Ends what is in progress (a push is given a moment) and gives the lock back; bounded. */
  async close(): Promise<void> {
    const until = performance.now() + CLOSE_TIMEOUT_MS.all;
    this.#ending.abort();
    await atMost(this.drain(), CLOSE_TIMEOUT_MS.push);
    this.#pusher.abort();
    await atMost(this.drain(), CLOSE_TIMEOUT_MS.aborted);
    await this.#lock.release(Math.max(CLOSE_TIMEOUT_MS.aborted, until - performance.now()));
  }

  get #remote(): string | null {
    return this.#settings?.remote ?? null;
  }

  #adopt(settings: RemoteSettings): void {
    const before = this.#settings;
    const { base, remote, push, upstream, fetch } = settings;
    this.#settings = { base, remote, push, upstream, fetch };
    this.#fetcher.adopt(this.#settings);
    const isSame = before !== null && before.remote === remote && before.base === base;
    if (!isSame) this.#pusher.forget();
    if (isSame && before.push === push) return;
    const { repo, emit, awake = () => performance.now() } = this.#deps;
    const isWanted = push && remote !== null;
    this.#lock.change(
      isWanted ? new RemoteLock({ repo, remote, base, emit, now: this.#now, awake }) : null,
      CLOSE_TIMEOUT_MS.all,
    );
  }

  async #nextPush(base: string | null, remoteTip: string | null): Promise<AgainstWill> {
    const { remote = null, push = false, base: branch = '' } = this.#settings ?? {};
    if (remote === null || !push || base === null || this.#fetcher.fetchedAt === null)
      return { foreign: [], lost: null };
    return this.#next.observe({ remote, branch, base, remoteTip });
  }

  /** Reported when it begins and when it ends: in between the reason may change with every try. */
  #report(away: Held | null): void {
    if (this.#isReportedAway === (away !== null)) return;
    this.#isReportedAway = away !== null;
    const key = { on: 'remote' } as const;
    this.#deps.emit({ type: 'hold-changed', ...key, what: holdText(key), why: away?.why ?? null });
  }

  /** One after the other, after what is in progress. `after` runs whatever happens. */
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

async function atMost(work: Promise<void>, time: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolveLate) => (timer = setTimeout(resolveLate, time)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
