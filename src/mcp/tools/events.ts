import * as z from 'zod';
import { isEventId } from '../../contract/event-id.ts';
import type { TimedEvent } from '../../contract/event.ts';
import type { BoardEvent } from '../../surfaces/board-types.ts';
import { answer, isoTime } from '../answer.ts';
import { cutText } from '../../plain-text.ts';
import { eventKinds, isEventKind } from '../event-kinds.ts';
import * as messages from '../messages.ts';
import { line } from '../schema.ts';
import { READS, tool } from '../tool.ts';

const MAX_STRING = 500;

export const events = tool({
  name: 'events',
  profile: 'read',
  title: 'Events',
  description:
    'What happened, oldest first: without since the newest ones, else those after that id. Each has a cursor; ask again with since = next.',
  input: z.strictObject({
    since: line(100)
      .refine(isEventId, { error: ({ input }) => messages.noCursor(String(input)) })
      .optional(),
    kinds: z
      .array(line(40).refine(isEventKind, { error: ({ input }) => messages.unknownKind(String(input), eventKinds) }))
      .max(40)
      .optional()
      .describe('run-ended, entry-landed, person-needed…'),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.looseObject({ events: z.array(z.looseObject({ type: z.string() })), next: z.string().nullable() }),
  hints: READS,
  call: async ({ since, kinds, limit }, { session }) => {
    const board = await session.board();
    const shown: BoardEvent[] = [];
    const query = kinds === undefined ? {} : { kinds: kinds as TimedEvent['type'][] };
    const wanted = since === undefined ? query : { ...query, since, limit };
    for await (const event of board.events(wanted)) {
      shown.push(event);
      // With since they end by themselves, and that events were missed stands before them.
      if (since === undefined && shown.length > limit) shown.shift();
    }
    return answer({ events: shown.map(rowOf), next: shown.at(-1)?.id ?? since ?? null });
  },
});

const rowOf = ({ id, event: { at, ...event } }: BoardEvent): Readonly<Record<string, unknown>> => ({
  cursor: id,
  at: isoTime(at),
  ...(shortened(event) as object),
});

/** Long texts are cut: a message to an agent, the words of a problem. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value, MAX_STRING);
  if (Array.isArray(value)) return value.slice(0, 50).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, shortened(own)]));
}
