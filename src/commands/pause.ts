import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban pause [id]`: one entry, or everything. */
export default function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  return ask(io, options, { command: 'pause', taskId: args[0] ?? null, why: textOf(options['why']) });
}
