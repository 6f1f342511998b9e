import { ask, textOf } from './ask.ts';
import type { Io, ParsedArgs } from './command.ts';
import type { ExitCode } from './exit-codes.ts';

/** `kanban retry <id>`; with `--mended` the person's own commit is the mend. */
export default function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  return ask(io, {
    command: 'retry',
    taskId: args[0] ?? null,
    why: textOf(options['why']),
    mended: options['mended'] === true,
  });
}
