import type { TimedEvent } from '../../contract/event.ts';
import { eventLine } from '../event-line.ts';
import { jsonLine } from '../json-line.ts';
import type { Clock } from '../span.ts';
import type { View, ViewStream } from '../../contract/view.ts';

/** For a pipe: one line per event, with the time in front. */
export function createLineView({ stdout, stamp }: { readonly stdout: ViewStream; readonly stamp: Clock }): View {
  return viewOf((event) => {
    const text = stamped(event, stamp);
    if (text !== null) stdout.write(`${text}\n`);
  });
}

/** For programs: every event as a line of JSON, none left out. */
export function createJsonView({ stdout }: { readonly stdout: ViewStream }): View {
  return viewOf((event) => void stdout.write(`${jsonLine(event)}\n`));
}

/** `14:32:05  T-12 landed…`; further lines stand under the first. Null = nothing to say. */
export function stamped(event: TimedEvent, clock: Clock): string | null {
  const text = eventLine(event);
  if (text === null) return null;
  const stamp = clock(event.at);
  return `${stamp}  ${text.replaceAll('\n', `\n${' '.repeat(stamp.length + 2)}`)}`;
}

function viewOf(event: (event: TimedEvent) => void): View {
  let open = true;
  return {
    event: (one) => {
      if (open) event(one);
    },
    snapshot: () => {},
    close: () => {
      open = false;
    },
  };
}
