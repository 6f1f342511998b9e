import type { TimedEvent } from '../../contract/event.ts';
import { appendEvent, endOfEvents, readEvents, type EventPlace } from '../../runs/event-log.ts';
import { isInjected } from '../../runs/injected-event.ts';

/** The log of events as the coordinator uses it: it adds its own, and sees those that commands add meanwhile. */
export class SharedEvents {
  readonly #root: string;
  readonly #keep: () => number | null;
  #seen: EventPlace;

  /** @param keep bytes that the log may have, as the settings are now; null = without a limit */
  constructor(root: string, keep: () => number | null) {
    this.#root = root;
    this.#keep = keep;
    this.#seen = endOfEvents(root);
  }

  /** @returns events that others have added meanwhile */
  append(event: TimedEvent): readonly TimedEvent[] {
    const line = appendEvent(this.#root, event, this.#keep());
    const end = endOfEvents(this.#root);
    const length = Buffer.byteLength(line);
    const isAlone = end.file === this.#seen.file && end.offset === this.#seen.offset + length;
    if (!isAlone) return this.#news(event);
    this.#seen = end;
    return [];
  }

  /** Events that others have added since the last call. */
  news(): readonly TimedEvent[] {
    const { file, offset } = endOfEvents(this.#root);
    return file === this.#seen.file && offset === this.#seen.offset ? [] : this.#news(null);
  }

  /** @param own an event that this process has added */
  #news(own: TimedEvent | null): TimedEvent[] {
    const { events, next, missed } = readEvents(this.#root, this.#seen);
    this.#seen = missed ? endOfEvents(this.#root) : next;
    const text = JSON.stringify(own);
    return missed
      ? []
      : events.flatMap(({ event }) => (isInjected(event) && JSON.stringify(event) !== text ? [event] : []));
  }
}
