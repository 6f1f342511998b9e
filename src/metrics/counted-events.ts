import type { TimedEvent } from '../contract/event.ts';
import { amount, guard, nullOr, object, oneOf, optional, text, time, type Shape } from '../contract/shape.ts';

/** The events that are counted. */
export type CountedEvent = Extract<
  TimedEvent,
  {
    readonly type:
      | 'injected'
      | 'message-given'
      | 'entry-landed'
      | 'entry-abandoned'
      | 'run-ended'
      | 'check-ended'
      | 'check-blamed'
      | 'hold-changed'
      | 'coordinator-started'
      | 'coordinator-ended';
  }
>;

const priority = oneOf('high', 'normal', 'low');
const name = text(1000);

/** What is read of each. Any process may have written the log. */
const SHAPES: Readonly<Record<CountedEvent['type'], Readonly<Record<string, Shape>>>> = {
  injected: { id: name, message: name, priority },
  'entry-landed': { id: name, title: optional(text()) },
  'entry-abandoned': { id: name, title: optional(text()) },
  'message-given': { message: name, priority, seconds: amount },
  'run-ended': { cause: name },
  'check-ended': { outcome: name, seconds: amount },
  'check-blamed': {},
  'hold-changed': { on: name, why: nullOr(text()) },
  'coordinator-started': {},
  'coordinator-ended': {},
};

export const COUNTED_TYPES = Object.keys(SHAPES) as readonly CountedEvent['type'][];

const isOf = Object.fromEntries(
  COUNTED_TYPES.map((type) => [type, guard<CountedEvent>(object({ at: time, ...SHAPES[type] }))]),
);

/** An event of the log, if it is counted and has what is read of it; null. */
export function countedEvent(event: TimedEvent): CountedEvent | null {
  const isSound = Object.hasOwn(isOf, event.type) ? isOf[event.type] : undefined;
  return isSound?.(event) === true ? event : null;
}
