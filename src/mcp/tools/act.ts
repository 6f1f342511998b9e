import * as z from 'zod';
import type { BoardRequest } from '../../surfaces/board-types.ts';
import { replyAnswer } from '../answer.ts';
import { id, reply, why } from '../schema.ts';
import { tool, WRITES } from '../tool.ts';

type Way = 'retry' | 'fixed' | 'rescope' | 'deprioritize' | 'pause' | 'resume' | 'stop';

const WAYS: Readonly<Record<Way, Pick<BoardRequest, 'command'> & Partial<BoardRequest>>> = {
  retry: { command: 'retry' },
  fixed: { command: 'retry', fixed: true },
  rescope: { command: 'rescope' },
  deprioritize: { command: 'deprioritize' },
  pause: { command: 'pause' },
  resume: { command: 'resume' },
  stop: { command: 'stop' },
};

export const act = tool({
  name: 'act',
  profile: 'work',
  title: 'Act on entry',
  description:
    'Resolve or hold an entry. retry: try an escalated one again; fixed: its worktree has the fix; rescope: start over; deprioritize: to the bottom of TODO; stop: end its run.',
  input: z.strictObject({ id, way: z.enum(Object.keys(WAYS) as Way[]), why }),
  output: reply,
  hints: WRITES,
  call: async ({ id: taskId, way, why: reason }, { session, client }) =>
    replyAnswer(await session.request(client.name, { ...WAYS[way], taskId, why: reason })),
});
