import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban tick <id> <criterion>`: ticks a checkbox of an entry; with `--undo` unticks it. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [taskId = '', ...words] = args;
  const was = textOf(options['was']);
  return ask(io, options, {
    command: 'tick',
    taskId,
    criterion: words.join(' '),
    done: options['undo'] !== true,
    ...(was === '' ? {} : { was }),
  });
}
