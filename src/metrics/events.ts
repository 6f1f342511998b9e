import { nameOfKey } from '../contract/hold.ts';
import type { CountedEvent } from './counted-events.ts';
import { spread, type Spread } from './spread.ts';

export type Priority = 'high' | 'normal' | 'low';

/** Messages for agents, of one priority. */
export interface MessageFigures {
  readonly sent: number;
  /** Seconds from `kanban inject` until an agent had it. */
  readonly latency: Spread;
  /** Those that waited at the same time, at most. */
  readonly deepest: number;
}

/** What the log of events tells and git does not. Times are seconds. */
export interface EventFigures {
  /** The events that are counted, epoch ms. An older one is in the log no longer, or was never in this checkout's. */
  readonly since: number;
  readonly until: number;
  readonly messages: Readonly<Record<Priority, MessageFigures>>;
  /** Runs that ended before their work was done, by no verdict and not by the user. */
  readonly restarts: {
    readonly count: number;
    readonly perHour: number;
    readonly causes: Readonly<Record<string, number>>;
  };
  readonly checks: {
    readonly count: number;
    readonly failed: number;
    readonly errors: number;
    readonly latency: Spread;
  };
  /** Work that got in each other's way: entries that failed the check beside others, and times for which landings were held. */
  readonly contention: { readonly culprits: number; readonly held: Spread };
}

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low'];
/** Causes of runs that ended before their work. */
const RESTARTS: ReadonlySet<string> = new Set(['timed-out', 'stalled', 'provider', 'not-started', 'lost']);
/** Holds that landings wait for. */
const LANDING_HOLDS: ReadonlySet<string> = new Set(['landings', 'landing', 'pushes', 'check', 'base']);

interface Messages {
  sent: number;
  /** Entries by the messages that wait for them. */
  waiting: Map<string, string>;
  deepest: number;
  readonly latency: number[];
}

/** Figures of the events, one by one, oldest first. */
export class EventsFold {
  /** Epoch ms. */
  readonly #since: number;
  #first: number | null = null;
  #last = 0;
  readonly #messages: Readonly<Record<Priority, Messages>> = { high: none(), normal: none(), low: none() };
  readonly #causes = new Map<string, number>();
  readonly #checks = { failed: 0, errors: 0, seconds: [] as number[] };
  #culprits = 0;
  readonly #held: number[] = [];
  /** Since when each thing is held. */
  readonly #heldSince = new Map<string, number>();

  /** @param since epoch ms: older events count only for what continues */
  constructor(since: number) {
    this.#since = since;
  }

  add(event: CountedEvent): void {
    const isIn = event.at >= this.#since;
    if (isIn) this.#first ??= event.at;
    this.#last = Math.max(this.#last, event.at);
    this.#follow(event);
    if (isIn) this.#count(event);
  }

  /** @returns null: there is no event in the period */
  get figures(): EventFigures | null {
    if (this.#first === null) return null;
    const [first, last] = [this.#first, Math.max(this.#first, this.#last)];
    const restarts = [...this.#causes.values()].reduce((total, count) => total + count, 0);
    const open = [...this.#heldSince.values()].map((since) => secondsBetween(Math.max(first, since), last));
    const { failed, errors, seconds } = this.#checks;
    return {
      since: first,
      until: last,
      messages: { high: this.#of('high'), normal: this.#of('normal'), low: this.#of('low') },
      restarts: {
        count: restarts,
        // A log of a few minutes does not tell how many there are in an hour.
        perHour: restarts / Math.max(1, (last - first) / HOUR),
        causes: Object.fromEntries(this.#causes),
      },
      checks: { count: seconds.length, failed, errors, latency: spread(seconds) },
      contention: { culprits: this.#culprits, held: spread([...this.#held, ...open]) },
    };
  }

  #of(priority: Priority): MessageFigures {
    const { sent, latency, deepest } = this.#messages[priority];
    return { sent, latency: spread(latency), deepest };
  }

  /** What began before the period may end in it. */
  #follow(event: CountedEvent): void {
    switch (event.type) {
      case 'injected':
        this.#messages[event.priority].waiting.set(event.message, event.id);
        break;
      case 'message-given':
        this.#messages[event.priority].waiting.delete(event.message);
        break;
      // No agent gets them any more.
      case 'entry-landed':
      case 'entry-abandoned':
        this.#drop(event.id);
        break;
      case 'hold-changed':
        if (LANDING_HOLDS.has(event.on)) this.#hold(nameOfKey(event), event.why !== null, event.at);
        break;
      // A coordinator that was killed ends no hold by an event.
      case 'coordinator-started':
      case 'coordinator-ended':
        for (const name of this.#heldSince.keys()) this.#hold(name, false, event.at);
        break;
      default:
    }
  }

  #drop(id: string): void {
    for (const { waiting } of Object.values(this.#messages))
      for (const [message, entry] of waiting) if (entry === id) waiting.delete(message);
  }

  #hold(name: string, isHeld: boolean, at: number): void {
    const since = this.#heldSince.get(name);
    if (isHeld) this.#heldSince.set(name, since ?? at);
    else this.#heldSince.delete(name);
    if (!isHeld && since !== undefined && at >= this.#since)
      this.#held.push(secondsBetween(Math.max(since, this.#since), at));
  }

  #count(event: CountedEvent): void {
    for (const priority of PRIORITIES) {
      const messages = this.#messages[priority];
      messages.deepest = Math.max(messages.deepest, messages.waiting.size);
    }
    switch (event.type) {
      case 'injected':
        this.#messages[event.priority].sent += 1;
        break;
      case 'message-given':
        this.#messages[event.priority].latency.push(event.seconds);
        break;
      case 'run-ended':
        if (RESTARTS.has(event.cause)) this.#causes.set(event.cause, (this.#causes.get(event.cause) ?? 0) + 1);
        break;
      case 'check-ended':
        this.#checks.seconds.push(event.seconds);
        if (event.outcome === 'red') this.#checks.failed += 1;
        if (event.outcome === 'error') this.#checks.errors += 1;
        break;
      case 'check-blamed':
        this.#culprits += 1;
        break;
      default:
    }
  }
}

const HOUR = 3_600_000;
const none = (): Messages => ({ sent: 0, waiting: new Map(), deepest: 0, latency: [] });
const secondsBetween = (from: number, to: number): number => Math.max(0, (to - from) / 1000);
