import * as z from 'zod';
import { refusal, replyAnswer } from '../answer.ts';
import { askUser } from '../ask-user.ts';
import * as messages from '../messages.ts';
import { id, reply } from '../schema.ts';
import { tool, WRITES } from '../tool.ts';

export const approve = tool({
  name: 'approve',
  profile: 'approve',
  title: 'Approve entry',
  description:
    'Approve an entry that waits with [APPROVE]. The user is asked. tip: from show; null if it has no branch.',
  input: z.strictObject({
    id,
    tip: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/, messages.NO_COMMIT)
      .nullable(),
  }),
  output: reply,
  hints: WRITES,
  call: async ({ id: typed, tip }, call) => {
    const { session, client } = call;
    const entry = await (await session.board()).entry(typed);
    const now = entry.branch?.tip ?? null;
    if (entry.entry?.tags.includes('APPROVE') !== true) return refusal(messages.notWaitingForApproval(entry.id));
    if (now !== tip) return refusal(messages.tipMoved(entry.id, now));
    const asked = askUser(
      {
        about: ['approve', entry.id, entry.was, now],
        text: messages.approvalQuestion(entry.id, entry.title, now),
        command: `kanban approve ${entry.id}`,
      },
      call,
    );
    if (asked !== null) return asked;
    const was = entry.was === null ? {} : { was: entry.was };
    return replyAnswer(await session.request(client.name, { command: 'approve', taskId: entry.id, tip, ...was }));
  },
});
