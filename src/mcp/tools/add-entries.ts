import * as z from 'zod';
import { answer, problemsAnswer, replyAnswer } from '../answer.ts';
import { MAX_PLAN, newEntryOf, planEntry } from '../plan-entry.ts';
import { tool, WRITES } from '../tool.ts';

export const addEntries = tool({
  name: 'add_entries',
  profile: 'plan',
  title: 'Add entries',
  description:
    'Add entries to TODO in one commit, all or none. Each is one piece of work for one agent; agents pick them when kanban run works.',
  input: z.strictObject({
    entries: z.array(planEntry).min(1).max(MAX_PLAN),
    dryRun: z.boolean().default(false).describe('only check'),
  }),
  output: z.looseObject({
    ok: z.boolean(),
    added: z.array(z.looseObject({ key: z.string().nullable(), id: z.string() })),
  }),
  hints: WRITES,
  call: async ({ entries, dryRun }, { session, client }) => {
    const wanted = entries.map(newEntryOf);
    const reply = await session.write(client.name, (board) => board.add(wanted, { dryRun }));
    if (reply.problems.length > 0) return problemsAnswer(reply.problems);
    if (!reply.ok) return replyAnswer(reply);
    const { ok, message, ids, commit } = reply;
    const added = ids.map((id, index) => ({ key: wanted[index]?.key ?? null, id }));
    return answer({ ok, message, added, ...(commit === undefined ? {} : { commit }) });
  },
});
