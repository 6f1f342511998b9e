import type { Held } from '../../contract/hold.ts';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { fetchRemote, trackingRef } from '../../git/remote/remote.ts';
import { Backoff, WAITS } from '../../pipeline/backoff.ts';
import { heldByRemote } from './held-by-remote.ts';
import type { Beside } from './lock-scheduler.ts';
import type { RemoteSettings } from './remote-facts.ts';

export interface FetcherDeps {
  readonly repo: Repository;
  readonly beside: Beside;
  /** Epoch ms. */
  readonly now: () => number;
  /** How long a fetch may take, ms. */
  readonly timeout: number;
  /** Aborted when the coordinator ends. */
  readonly ending: AbortSignal;
}

/** Fetches base and upstream beside the tick, and knows what the remote had. */
export class Fetcher {
  readonly #deps: FetcherDeps;
  readonly #backoff = new Backoff<Held>(WAITS.remote);
  #settings: RemoteSettings | null = null;
  /** The fetch in progress; `begun` is epoch ms. */
  #current: { begun: number | null } | null = null;
  /** A fetch that begins at this time or later is wanted, epoch ms. */
  #wantedSince: number | null = null;
  #fetchedAt: number | null = null;
  /** Branches that the remote does not have. */
  #lacking: ReadonlySet<string> = new Set();

  constructor(deps: FetcherDeps) {
    this.#deps = deps;
  }

  /** When the last fetch that succeeded began, epoch ms; null = none has, or what it showed no longer holds. */
  get fetchedAt(): number | null {
    return this.#fetchedAt;
  }

  /** Why the last fetch failed; null = it succeeded. */
  get failure(): Held | null {
    return this.#backoff.reason;
  }

  adopt(settings: RemoteSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const isSame = before !== null && before.remote === settings.remote && before.base === settings.base;
    if (!isSame || before.upstream !== settings.upstream) this.#fetchedAt = null;
    if (isSame) return;
    this.#lacking = new Set();
    this.#backoff.record(null, 0);
  }

  /** Wants a fetch if the last one is older than the setting. */
  wantIfOld(now: number): void {
    const { fetch = Infinity } = this.#settings ?? {};
    const age = this.#fetchedAt === null ? Infinity : now - this.#fetchedAt;
    if (age >= fetch || age < 0) this.#wantedSince ??= now;
  }

  /** Fetches as soon as it can, unless a fetch that began at `since` or later is in progress. Never sooner than the backoff. */
  fetchSince(since: number): void {
    if (this.#current !== null && (this.#current.begun ?? Infinity) >= since) return;
    this.#wantedSince = Math.max(this.#wantedSince ?? since, since);
    this.startIfWanted(this.#deps.now());
  }

  startIfWanted(now: number): void {
    const settings = this.#settings;
    if (this.#wantedSince === null || this.#current !== null || this.#backoff.isWaiting(now) || settings === null)
      return;
    this.#wantedSince = null;
    const current: { begun: number | null } = (this.#current = { begun: null });
    this.#deps.beside(
      async () => {
        current.begun = this.#deps.now();
        await this.fetch();
      },
      () => {
        this.#current = null;
        if (!this.#deps.ending.aborted) this.startIfWanted(this.#deps.now());
      },
    );
  }

  /** One fetch, now. @returns whether it succeeded */
  async fetch(): Promise<boolean> {
    const { remote = null, base = '', upstream = null } = this.#settings ?? {};
    const { repo, timeout, ending, now } = this.#deps;
    if (remote === null) return false;
    const branches = [...new Set([base, ...(upstream === null ? [] : [shortOf(upstream, remote)])])];
    const begun = now();
    const fetched = await fetchRemote(repo, { remote, branches, timeout, signal: ending });
    if (ending.aborted || this.#settings?.remote !== remote) return false;
    this.#backoff.record(fetched.ok ? null : heldByRemote(fetched), now());
    if (!fetched.ok) return false;
    this.#fetchedAt = begun;
    this.#lacking = new Set(branches.filter((name) => fetched.tips.get(name) === null));
    return true;
  }

  /** What is known of the remote no longer holds. */
  forget(): void {
    this.#fetchedAt = null;
  }

  /** A push arrived: the remote has this branch, and its tip is known. */
  pushed(branch: string): void {
    this.#lacking = new Set([...this.#lacking].filter((name) => name !== branch));
    this.#fetchedAt = Math.max(this.#fetchedAt ?? 0, this.#deps.now());
  }

  tryAgain(): void {
    this.#backoff.tryAgain();
  }

  /** The remote's branch as last fetched; null = it has none, or there is no remote. */
  async tip(branch: string | null): Promise<string | null> {
    const { remote = null } = this.#settings ?? {};
    if (remote === null || branch === null || this.#lacking.has(branch)) return null;
    return resolve(this.#deps.repo, trackingRef(remote, branch));
  }

  /** Without a remote, upstream is a branch of this repository. */
  async upstreamTip(): Promise<string | null> {
    const { upstream = null, remote = null } = this.#settings ?? {};
    if (upstream === null) return null;
    return remote === null ? resolve(this.#deps.repo, `refs/heads/${upstream}`) : this.tip(shortOf(upstream, remote));
  }
}

/** `origin/main` is how users write the remote's main. */
const shortOf = (upstream: string, remote: string): string =>
  upstream.startsWith(`${remote}/`) ? upstream.slice(remote.length + 1) : upstream;
