import * as z from 'zod';
import { answer, replyAnswer } from '../answer.ts';
import { id, reply, text, MAX_TEXT } from '../schema.ts';
import { tool, WRITES } from '../tool.ts';

export const message = tool({
  name: 'message',
  profile: 'work',
  title: 'Message agent',
  description: "Leave a message for an entry's agent: it gets it now, or at the start of its next run.",
  input: z.strictObject({ id, text: text(MAX_TEXT / 10) }),
  output: reply,
  hints: WRITES,
  call: async ({ id: taskId, text: words }, { session }) => {
    const sent = await (await session.board()).inject(taskId, words);
    if (!sent.ok) return replyAnswer(sent);
    const { ok, message: becomes, delivered = false, run = null } = sent;
    return answer({ ok, message: becomes, delivered, run });
  },
});
