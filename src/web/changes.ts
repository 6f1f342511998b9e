import type { Hono } from 'hono';
import type * as z from 'zod';
import type { Problem } from '../problem.ts';
import type { Board, BoardReply } from '../surfaces/board-types.ts';
import { answer, type Asked, type Bindings } from './answer.ts';
import type { About } from './api-types.ts';
import * as bodies from './bodies.ts';
import { badInput, failed } from './failures.ts';
import { TICKET_PATH } from './gate.ts';
import * as messages from './messages.ts';
import { readBody } from './read-body.ts';
import type { Renderer } from './renderer.ts';

/** Carries out what changes something, one after the other where that is needed. */
export type Write = <T>(change: (board: Board) => Promise<T>) => Promise<T>;

export interface ChangesOptions {
  readonly about: About;
  readonly write: Write;
  readonly renderer: Pick<Renderer, 'html'>;
  /** The token, for a ticket that is good; null. */
  readonly exchange: (ticket: string) => string | null;
}

/** What changes the board on the user's behalf, and the preview of a text. */
export function addChanges(app: Hono<Bindings>, { about, write, renderer, exchange }: ChangesOptions): void {
  const refusesChanges = (changes: boolean): boolean => about.readOnly && changes;
  app.post('/api/request', (asked) =>
    withBody(asked, bodies.boardRequest, async (request) =>
      refusesChanges(true) ? readOnly(asked) : reply(asked, await write((board) => board.request(request))),
    ),
  );
  app.post('/api/add', (asked) =>
    withBody(asked, bodies.toAdd, async ({ entries, dryRun = false }) =>
      refusesChanges(!dryRun) ? readOnly(asked) : reply(asked, await write((board) => board.add(entries, { dryRun }))),
    ),
  );
  app.post('/api/inject', (asked) =>
    withBody(asked, bodies.toInject, async ({ id, message, priority = 'normal' }) =>
      refusesChanges(true)
        ? readOnly(asked)
        : reply(asked, await write((board) => board.inject(id, message, { priority }))),
    ),
  );
  app.post('/api/render', (asked) =>
    withBody(asked, bodies.toRender, async ({ text }) => asked.json({ html: await renderer.html(text) })),
  );
  app.post(TICKET_PATH, (asked) =>
    withBody(
      asked,
      bodies.toExchange,
      async ({ ticket }) => {
        const token = exchange(ticket);
        return token === null ? answer(asked, failed(401, messages.TICKET_REFUSED)) : asked.json({ token });
      },
      MAX_TICKET_BODY,
    ),
  );
}

/** Bytes: it is read before it is known who sends it. */
const MAX_TICKET_BODY = 1_000;

const readOnly = (asked: Asked): Response => answer(asked, failed(403, messages.READ_ONLY));

/** A refusal is an answer of the board: the same body, with a status of its own. */
const reply = (asked: Asked, given: BoardReply): Response => asked.json(given, given.ok ? 200 : 409);

async function withBody<T>(
  asked: Asked,
  shape: z.ZodType<T>,
  answered: (body: T) => Promise<Response>,
  most?: number,
): Promise<Response> {
  const body = await readBody(asked.env.incoming, most);
  if (body === 'too-long') return answer(asked, failed(413, messages.BODY_TOO_LONG));
  if (body === 'unreadable') return answer(asked, failed(400, messages.BODY_UNREADABLE));
  const value = parsed(body.text);
  if (value === undefined) return answer(asked, failed(400, messages.BODY_NOT_JSON));
  const checked = shape.safeParse(value);
  if (checked.success) return answered(checked.data);
  return answer(asked, badInput(checked.error.issues.slice(0, MAX_PROBLEMS).map(problemOf)));
}

const MAX_PROBLEMS = 20;

const problemOf = ({ path, message }: z.core.$ZodIssue): Problem => ({
  code: 'bad-body',
  message: messages.inBody(path.join('.'), message),
});

/** undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
