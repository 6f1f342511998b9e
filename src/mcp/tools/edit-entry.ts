import * as z from 'zod';
import { refusal, replyAnswer } from '../answer.ts';
import { cutText } from '../../plain-text.ts';
import { MAX_SHOWN } from '../entry-view.ts';
import * as messages from '../messages.ts';
import { id, reply, text } from '../schema.ts';
import { tool, WRITES } from '../tool.ts';

export const editEntry = tool({
  name: 'edit_entry',
  profile: 'plan',
  title: 'Edit entry',
  description:
    'Replace the text of an entry, heading included. was is from show; if the entry has changed, nothing is written.',
  input: z.strictObject({ id, text: text(), was: z.string().regex(/^[0-9a-f]{64}$/, messages.NO_HASH) }),
  output: reply,
  hints: { ...WRITES, idempotentHint: true },
  call: async ({ id: taskId, text: edited, was }, { session, client }) => {
    const replied = await session.request(client.name, { command: 'edit', taskId, text: edited, was });
    if (replied.ok || replied.text === undefined) return replyAnswer(replied);
    const now = await (await session.board()).entry(taskId);
    // What was done already is no conflict: a client may have lost the answer.
    if (now.text?.trimEnd() === edited.trimEnd()) return replyAnswer({ ok: true, message: messages.sameText(now.id) });
    const whole = now.text ?? replied.text;
    const isWhole = whole.length <= MAX_SHOWN && now.was !== null;
    return refusal(messages.changedSince(replied.message, cutText(whole, MAX_SHOWN), isWhole ? now.was : null));
  },
});
