import * as z from 'zod';
import { answer } from '../answer.ts';
import { id, line } from '../schema.ts';
import { READS, tool } from '../tool.ts';

const MAX_FILES = 200;

export const diff = tool({
  name: 'diff',
  profile: 'read',
  title: 'Diff',
  description: "An entry's work against its base as a patch; truncated is set if max cut it. file: one path of files.",
  input: z.strictObject({
    id,
    file: line(4_096).optional(),
    max: z.int().min(1_000).max(200_000).default(20_000).describe('bytes'),
  }),
  output: z.looseObject({ id: z.string(), patch: z.string(), truncated: z.boolean() }),
  hints: READS,
  call: async ({ id: typed, file, max }, { session }) => {
    const { files, ...read } = await (
      await session.board()
    ).diff(typed, { max, ...(file === undefined ? {} : { file }) });
    return answer({ ...read, count: files.length, files: files.slice(0, MAX_FILES) });
  },
});
