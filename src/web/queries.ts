import { isEventId } from '../contract/event-id.ts';
import type { TimedEvent } from '../contract/event.ts';
import type { By } from '../metrics/figures.ts';
import type { Problem } from '../problem.ts';
import type { DiffQuery, EventQuery, MetricsQuery, OutputQuery } from '../surfaces/board-types.ts';
import { hasHidden } from '../plain-text.ts';
import * as messages from './messages.ts';

/** What stands behind `?`, read one key after the other; everything that is wrong is reported at once. */
export class Query {
  readonly problems: Problem[] = [];
  readonly #given: URLSearchParams;

  /** @param known keys that the request may have */
  constructor(url: string, known: readonly string[]) {
    this.#given = new URL(url, 'http://localhost').searchParams;
    for (const key of new Set(this.#given.keys())) {
      if (!known.includes(key)) this.#wrong(messages.unknownKey(key, known));
      else if (this.#given.getAll(key).length > 1) this.#wrong(messages.keyTwice(key));
    }
  }

  text(key: string): string | undefined {
    return this.#given.get(key) ?? undefined;
  }

  /** @param most the greatest number */
  count(key: string, most: number): number | undefined {
    const given = this.text(key);
    if (given === undefined) return undefined;
    if (/^\d{1,16}$/.test(given) && Number(given) <= most) return Number(given);
    this.#wrong(messages.notACount(key, most));
    return undefined;
  }

  oneOf<T extends string>(key: string, values: readonly T[]): T | undefined {
    const given = this.text(key);
    const value = values.find((one) => one === given);
    if (given !== undefined && value === undefined) this.#wrong(messages.notOneOf(key, values));
    return value;
  }

  eventId(key: string): string | undefined {
    const given = this.text(key);
    if (given === undefined || isEventId(given)) return given;
    this.#wrong(messages.notAnEvent(key));
    return undefined;
  }

  #wrong(message: string): void {
    this.problems.push({ code: 'bad-query', message });
  }
}

/** What a key has, where it was given. */
export const given = <K extends string, V>(key: K, value: V | undefined): { readonly [key in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: V };

const MAX_OUTPUT = 1024 * 1024;
const MAX_DIFF = 16 * 1024 * 1024;
const MAX_EVENTS = 1_000;
const MAX_OFFSET = Number.MAX_SAFE_INTEGER;

export const outputQuery = (query: Query): OutputQuery => ({
  ...given('from', query.count('from', MAX_OFFSET)),
  ...given('max', query.count('max', MAX_OUTPUT)),
});

export const diffQuery = (query: Query): DiffQuery => ({
  ...given('file', query.text('file')),
  ...given('max', query.count('max', MAX_DIFF)),
});

export const metricsQuery = (query: Query): MetricsQuery => ({
  ...given('since', query.count('since', MAX_OFFSET)),
  ...given('by', query.oneOf<By>('by', ['agent', 'role', 'week'])),
});

export function eventsQuery(query: Query): EventQuery & { readonly limit: number } {
  const kinds = query.text('kinds')?.split(',') as TimedEvent['type'][] | undefined;
  return {
    ...given('since', query.eventId('since')),
    ...given('kinds', kinds),
    limit: query.count('limit', MAX_EVENTS) ?? 200,
  };
}

/** An id out of an address; null: it can be none. */
export const idIn = (text: string): string | null =>
  text.length > 200 || hasHidden(text) || text === '' ? null : text;
