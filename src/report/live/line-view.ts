import type { TimedEvent } from '../../contract/event.ts';
import { kindOf } from '../../problem.ts';
import { eventLine } from '../event-line.ts';
import { jsonLine } from '../json-line.ts';
import { plainLines } from '../plain.ts';
import type { Clock } from '../span.ts';
import type { View, ViewStream } from '../../contract/view.ts';

/** For a pipe: one line per event, with the time in front. */
export function createLineView({ stdout, stamp }: { readonly stdout: ViewStream; readonly stamp: Clock }): View {
  const lineOf = eventTeller(stamp);
  return viewOf((event) => {
    const text = lineOf(event);
    if (text !== null) stdout.write(`${text}\n`);
  });
}

/** For programs: every event as a line of JSON, none left out. */
export function createJsonView({ stdout }: { readonly stdout: ViewStream }): View {
  return viewOf((event) => void stdout.write(`${jsonLine(event)}\n`));
}

/**
 * Tells events one after the other: of problems in a row that differ in their entry only, the first in full, of the others
 * where they are.
 */
export function eventTeller(clock: Clock): (event: TimedEvent) => string | null {
  const told = new Set<string>();
  return (event) => {
    if (event.type !== 'problem-found') {
      told.clear();
      return stamped(event, clock);
    }
    const { problem, at } = event;
    const of = kindOf(problem);
    if (of === null) return stamped(event, clock);
    if (told.has(of.kind)) {
      const place = problem.where === undefined ? '' : `${problem.where.file}:${problem.where.line}: `;
      return plainLines(`${clock(at)}  ${place}the same for ${of.name} [${problem.code}]`).join(' ');
    }
    told.add(of.kind);
    return stamped(event, clock);
  };
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
