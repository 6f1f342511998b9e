import type { TimedEvent } from '../contract/event.ts';

/** An event as one line of JSON, as it is: `{"at":…,"type":"entry-moved",…}`, without a line break. */
export function jsonLine(event: TimedEvent): string {
  const { at, type, ...rest } = event;
  return JSON.stringify({ at, type, ...rest });
}
