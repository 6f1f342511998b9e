import type { TimedEvent } from '../contract/event.ts';
import { guard, nullOr, object, oneOf, text, time } from '../contract/shape.ts';

/** The one event that commands add while a coordinator runs. */
export const isInjected = guard<Extract<TimedEvent, { readonly type: 'injected' }>>(
  object({
    ...{ type: oneOf('injected'), at: time, id: text(300), run: nullOr(text(300)), message: text(300) },
    ...{ priority: oneOf('high', 'normal', 'low'), by: text(1000), text: text() },
  }),
);
