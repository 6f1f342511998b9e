import * as z from 'zod';
import { replyAnswer } from '../answer.ts';
import { id, reply, why } from '../schema.ts';
import { DESTROYS, tool } from '../tool.ts';

export const abandon = tool({
  name: 'abandon',
  profile: 'work',
  title: 'Abandon entry',
  description: 'Take an entry off the board for good; its branch is kept under refs/kanban/abandoned.',
  input: z.strictObject({ id, why }),
  output: reply,
  hints: DESTROYS,
  call: async ({ id: taskId, why: reason }, { session, client }) =>
    replyAnswer(await session.request(client.name, { command: 'abandon', taskId, why: reason })),
});
