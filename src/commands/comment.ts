import { text as readAll } from 'node:stream/consumers';
import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban comment <id> <text>`: adds to the feedback that the next run gets. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [taskId = '', ...words] = args;
  const typed = words.join(' ');
  const was = textOf(options['was']);
  return ask(io, options, {
    command: 'comment',
    taskId,
    text: typed === '-' ? await readAll(process.stdin) : typed,
    ...(was === '' ? {} : { was }),
  });
}
