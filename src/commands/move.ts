import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban move <id> <column>`: what the same move by hand comes to. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [id = '', to = ''] = args;
  const before = textOf(options['before']);
  const position = options['top'] === true ? 'top' : options['bottom'] === true ? 'bottom' : undefined;
  return ask(io, options, {
    command: 'move',
    taskId: id,
    why: textOf(options['why']),
    to,
    ...(before === '' ? {} : { before }),
    ...(position === undefined ? {} : { position }),
  });
}
