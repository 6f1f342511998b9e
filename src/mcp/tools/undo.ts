import * as z from 'zod';
import { refusal, replyAnswer } from '../answer.ts';
import { askUser } from '../ask-user.ts';
import * as messages from '../messages.ts';
import { id, reply, why } from '../schema.ts';
import { DESTROYS, tool } from '../tool.ts';

export const undo = tool({
  name: 'undo',
  profile: 'approve',
  title: 'Undo landing',
  description: 'Revert a landed entry in one commit; it is in TODO again, paused. The user is asked.',
  input: z.strictObject({ id, why }),
  output: reply,
  hints: DESTROYS,
  call: async ({ id: typed, why: reason }, call) => {
    const { session, client } = call;
    const { id: taskId, title, history } = await (await session.board()).entry(typed);
    const last = history.findLast(({ to }) => to !== null);
    if (last?.to !== 'CHANGELOG') return refusal(messages.notLanded(taskId));
    const asked = askUser(
      {
        about: ['undo', taskId, last.commit, reason],
        text: messages.undoQuestion({ id: taskId, title, landing: last.commit, why: reason }),
        command: `kanban undo ${taskId}`,
      },
      call,
    );
    if (asked !== null) return asked;
    return replyAnswer(await session.request(client.name, { command: 'undo', taskId, why: reason }));
  },
});
