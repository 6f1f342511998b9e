import { askAbout, printReply, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';
import { rewrite } from './read/rewrite.ts';

/** `kanban prioritize <id>`: on top of its column; with `--priority`, by that field. */
export default async function run(parsed: ParsedArgs, io: Io): Promise<ExitCode> {
  const { args, options } = parsed;
  const priority = textOf(options['priority']);
  if (priority === '') return askAbout('prioritize')(parsed, io);
  const [taskId = ''] = args;
  return printReply(io, options, { taskId }, await rewrite(io, taskId, { fields: { priority } }));
}
