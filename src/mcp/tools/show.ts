import * as z from 'zod';
import { answer } from '../answer.ts';
import { entryView, PARTS } from '../entry-view.ts';
import { id } from '../schema.ts';
import { READS, tool } from '../tool.ts';

export const show = tool({
  name: 'show',
  profile: 'read',
  title: 'Show entry',
  description: 'One entry, on the board or landed: state, why, ways (commands that help), was (for edit_entry), tip.',
  input: z.strictObject({ id, parts: z.array(z.enum(PARTS)).max(PARTS.length).default(['text']) }),
  output: z.looseObject({ id: z.string(), place: z.string(), was: z.string().nullable(), tip: z.string().nullable() }),
  hints: READS,
  call: async ({ id: typed, parts }, { session }) => {
    const board = await session.board();
    const entry = await board.entry(typed);
    const hasRuns = parts.includes('report') && entry.runs.length > 0;
    const report = hasRuns ? await board.report(entry.id) : null;
    const diff = parts.includes('diffstat') ? await board.diff(entry.id, { max: 0 }) : null;
    return answer(entryView(entry, parts, { report, diff }));
  },
});
