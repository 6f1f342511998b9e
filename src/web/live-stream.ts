import type { ServerResponse } from 'node:http';
import { EVENT_ID } from '../contract/event-id.ts';
import type { Board, BoardEvent } from '../surfaces/board-types.ts';
import type { Events } from './api-types.ts';
import { serverSentEvent } from './server-sent-event.ts';
import type { LiveChange, LiveFeed } from './live-feed.ts';

const HEARTBEAT_MS = 15_000;
/** Two messages of events are at least so far apart, ms. */
const EVENTS_GAP_MS = 100;
/** Events in one message. */
const EVENTS_AT_ONCE = 500;

export interface LiveOptions {
  readonly board: Board;
  readonly feed: LiveFeed;
  /** The id of the last event that the viewer has; null: it wants those to come. */
  readonly since: string | null;
  /** A viewer that reads nothing for so long is given up, ms. */
  readonly stallMs: number;
}

/** Sends what changes to one viewer until it leaves, is too far behind, or reads nothing. It waits for nobody but its viewer. */
export async function streamLive(outgoing: ServerResponse, options: LiveOptions): Promise<void> {
  outgoing.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  outgoing.flushHeaders();
  options.feed.join();
  try {
    await new LiveStream(outgoing, options).run();
  } finally {
    options.feed.leave();
    outgoing.end();
  }
}

class LiveStream {
  readonly #outgoing: ServerResponse;
  readonly #options: LiveOptions;
  readonly #left = new AbortController();
  /** The change that was sent last; null: none yet. */
  #seq: number | null = null;
  /** The events that the feed has told and are dealt with. */
  #eventCount: number;
  #lastEvent: string | null;
  #eventsAt = 0;

  constructor(outgoing: ServerResponse, options: LiveOptions) {
    this.#outgoing = outgoing;
    this.#options = options;
    this.#eventCount = options.feed.eventCount;
    this.#lastEvent = options.since;
    outgoing.once('close', () => this.#left.abort());
  }

  async run(): Promise<void> {
    const { feed, since } = this.#options;
    const { signal } = this.#left;
    if (since !== null) await this.#sendMissed(since);
    let beat = Date.now();
    while (!signal.aborted) {
      const changes = this.#changes();
      if (changes === null) return;
      for (const { seq, data } of changes) {
        await this.#send(data);
        this.#seq = seq;
      }
      await this.#sendEvents();
      if (Date.now() - beat >= HEARTBEAT_MS) {
        await this.#send(': ♥\n\n');
        beat = Date.now();
      }
      if (!this.#isBehind()) await feed.next(HEARTBEAT_MS - (Date.now() - beat), signal);
    }
  }

  /** Something has come while the last messages were written. */
  #isBehind(): boolean {
    const { feed } = this.#options;
    return feed.eventCount > this.#eventCount || this.#changes()?.length !== 0;
  }

  /** null: the viewer is too far behind; it begins anew when it connects again. */
  #changes(): readonly LiveChange[] | null {
    const { feed } = this.#options;
    if (this.#seq !== null) return feed.changesAfter(this.#seq);
    const whole = feed.whole();
    return whole === null ? [] : [whole];
  }

  /** What is in the log since. Events that come meanwhile are in it too. */
  async #sendMissed(since: string): Promise<void> {
    let batch: BoardEvent[] = [];
    for await (const event of this.#options.board.events({ since, signal: this.#left.signal })) {
      batch.push(event);
      if (batch.length < EVENTS_AT_ONCE) continue;
      await this.#sendBatch(batch);
      batch = [];
    }
    await this.#sendBatch(batch);
  }

  async #sendEvents(): Promise<void> {
    const { feed } = this.#options;
    const news = feed.eventsAfter(this.#eventCount);
    if (news?.length === 0) return;
    await this.#until(this.#eventsAt);
    if (news === null) {
      this.#eventCount = feed.eventCount;
      await this.#sendBatch([{ id: this.#lastEvent ?? '', event: { type: 'events-missed', at: Date.now() } }]);
      return;
    }
    const events = feed.eventsAfter(this.#eventCount)?.slice(0, EVENTS_AT_ONCE) ?? [];
    this.#eventCount += events.length;
    await this.#sendBatch(events.filter(({ id }) => isAfter(id, this.#lastEvent)));
  }

  async #sendBatch(events: Events): Promise<void> {
    const last = events.at(-1);
    if (last === undefined) return;
    this.#lastEvent = last.id;
    this.#eventsAt = Date.now() + EVENTS_GAP_MS;
    await this.#send(serverSentEvent('events', events, last.id));
  }

  async #until(at: number): Promise<void> {
    for (let left = at - Date.now(); left > 0 && !this.#left.signal.aborted; left = at - Date.now())
      await new Promise((resolve) => setTimeout(resolve, left));
  }

  /** Ends when the viewer can take more, or has left. */
  async #send(data: Buffer | string): Promise<void> {
    if (this.#left.signal.aborted || this.#outgoing.write(data)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#outgoing.off('drain', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(() => this.#outgoing.destroy(), this.#options.stallMs);
      this.#outgoing.once('drain', done).once('close', done);
    });
  }
}

/** Ids of events name their place in the log. */
function isAfter(id: string, last: string | null): boolean {
  const [one, other] = [EVENT_ID.exec(id), EVENT_ID.exec(last ?? '')];
  if (one === null || other === null) return true;
  return Number(one[1]) - Number(other[1]) > 0 || (one[1] === other[1] && Number(one[2]) > Number(other[2]));
}
