import { setTimeout as sleep } from 'node:timers/promises';
import { waitAfter, type Waits } from '../../../pipeline/backoff.ts';
import { digestOf } from '../../../report/notices/notice.ts';
import type { Delivery } from './http-request.ts';
import type { Sent } from './send.ts';
import * as messages from './messages.ts';

/** ms, unless it says otherwise. */
export interface NoticeTimings {
  /** One request. */
  readonly timeout: number;
  readonly waits: Waits;
  readonly tries: number;
  /** A server may ask to wait for so long at most. */
  readonly maxRetryAfter: number;
  /** In this time a target for people gets `MAX_SINGLE` notices at most; further ones are sent together. */
  readonly window: number;
  /** How long the end of the coordinator waits for what is not delivered yet. */
  readonly drain: number;
}

export const NOTICE_TIMINGS: NoticeTimings = {
  timeout: 10_000,
  waits: { first: 2_000, most: 300_000, factor: 5 },
  tries: 5,
  maxRetryAfter: 600_000,
  window: 60_000,
  drain: 3_000,
};

const MAX_WAITING = 100;
const MAX_SINGLE = 4;

export interface NoticeQueueDeps {
  /** One try; never rejects. */
  readonly send: (delivery: Delivery) => Promise<Sent>;
  readonly onDropped: (deliveries: readonly Delivery[], why: string) => void;
  /** People read it: many notices become one. */
  readonly isForPeople: boolean;
  readonly timings: NoticeTimings;
  /** Nothing is waited for any more, and nothing is tried again. */
  readonly closing: AbortSignal;
}

/** The notices for one target, sent one after the other. Whoever adds one never waits. */
export class NoticeQueue {
  readonly #deps: NoticeQueueDeps;
  #waiting: Delivery[] = [];
  #work: Promise<void> | null = null;
  /** The coordinator ends: what waits is sent at once. */
  readonly #isEnding = new AbortController();
  /** When the last ones were sent, epoch ms. */
  #sentAt: number[] = [];

  constructor(deps: NoticeQueueDeps) {
    this.#deps = deps;
  }

  get isIdle(): boolean {
    return this.#work === null;
  }

  add(delivery: Delivery): void {
    this.#waiting.push(delivery);
    if (this.#waiting.length > MAX_WAITING)
      this.#deps.onDropped(this.#waiting.splice(0, this.#waiting.length - MAX_WAITING), messages.OVERFLOW);
    this.#work ??= this.#run();
  }

  /** Nothing is added any more: until all is delivered or dropped. */
  async drain(): Promise<void> {
    this.#isEnding.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    // Nothing is sent within the tick that adds it.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const deliveries = await this.#take();
      const first = deliveries[0];
      if (first === undefined) continue;
      this.#sentAt = [...this.#sentAt.slice(1 - MAX_SINGLE), Date.now()];
      const delivery =
        deliveries.length === 1 ? first : { ...first, notice: digestOf(deliveries.map(({ notice }) => notice)) };
      const why = await this.#deliver(delivery);
      if (why !== null) this.#deps.onDropped(deliveries, why);
    }
    this.#work = null;
  }

  /** The next one, or, after many in a short time, all that wait by then. */
  async #take(): Promise<readonly Delivery[]> {
    const { isForPeople, timings } = this.#deps;
    const [oldest] = this.#sentAt;
    const isCrowded =
      isForPeople &&
      oldest !== undefined &&
      this.#sentAt.length === MAX_SINGLE &&
      Math.abs(Date.now() - oldest) < timings.window;
    if (!isCrowded) return this.#waiting.splice(0, 1);
    await this.#wait(timings.window - (Date.now() - oldest), this.#isEnding.signal);
    return this.#waiting.splice(0);
  }

  /** @returns why it could not be delivered; null = it is */
  async #deliver(delivery: Delivery): Promise<string | null> {
    const { send, timings, closing } = this.#deps;
    for (let tries = 1; ; tries++) {
      if (closing.aborted) return messages.ENDED;
      const sent = await send(delivery);
      if (sent.ok) return null;
      if (!sent.mayRetry || tries >= timings.tries) return messages.afterTries(sent.why, tries);
      const asked = Math.min(sent.retryAfter, timings.maxRetryAfter);
      await this.#wait(Math.max(asked, waitAfter(tries, timings.waits)), closing);
    }
  }

  async #wait(ms: number, end: AbortSignal): Promise<void> {
    await sleep(Math.max(0, ms), undefined, { signal: end, ref: false }).catch(() => {});
  }
}
