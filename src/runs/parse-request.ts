import type { Request } from '../contract/request.ts';
import { flag, guard, list, nullOr, object, oneOf, optional, pid, text, time } from '../contract/shape.ts';

const COMMANDS: Readonly<Record<Request['command'], true>> = {
  add: true,
  move: true,
  edit: true,
  tick: true,
  comment: true,
  rm: true,
  prioritize: true,
  retry: true,
  rescope: true,
  deprioritize: true,
  abandon: true,
  approve: true,
  undo: true,
  stop: true,
  pause: true,
  resume: true,
};

/** A request as it is posted: `mended` is the former name of `fixed`. */
type Posted = Request & { readonly mended?: boolean };

/** Characters of a text in a request; the whole file has at most 4 MB. */
const MAX_TEXT = 4 * 1024 * 1024;

const isRequest = guard<Posted>(
  object({
    id: text(300),
    at: time,
    by: object({ name: text(MAX_TEXT), email: text(MAX_TEXT) }),
    command: oneOf(...Object.keys(COMMANDS)),
    taskId: nullOr(text(MAX_TEXT)),
    why: text(MAX_TEXT),
    text: optional(text(MAX_TEXT)),
    keys: optional(list(text(300), 1_000)),
    was: optional(text(300)),
    tip: optional(nullOr(text(300))),
    criterion: optional(text(MAX_TEXT)),
    done: optional(flag),
    via: optional(text(40)),
    to: optional(text(300)),
    before: optional(text(300)),
    position: optional(oneOf('top', 'bottom')),
    fixed: optional(flag),
    mended: optional(flag),
    now: optional(flag),
    resume: optional(flag),
    origin: optional(object({ run: text(300), taskId: text(300) })),
    from: optional(object({ pid, startTime: text(300), pidNamespace: text(300) })),
  }),
);

/** @param id the name of its file; null: it is no request. */
export function parseRequest(json: string, id: string): Request | null {
  const value = parseJson(json);
  if (!isRequest(value) || value.id !== id) return null;
  const { mended, ...request } = value;
  return mended === undefined ? request : { ...request, fixed: mended };
}

export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}
