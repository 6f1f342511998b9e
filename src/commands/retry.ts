import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban retry <id>`; with `--fixed` the user's own commit is the fix; `--mended` is its former name. */
export default function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  return ask(io, options, {
    command: 'retry',
    taskId: args[0] ?? null,
    why: textOf(options['why']),
    fixed: options['fixed'] === true || options['mended'] === true,
  });
}
