import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { printProblems } from './program/print.ts';
import * as messages from './messages.ts';
import type { ExitCode } from './program/exit-codes.ts';

/** `kanban stop`: the coordinator ends; `kanban stop <id>`: one entry's run ends and it is paused. */
export default function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  if (args[0] === undefined && options['why'] !== undefined)
    return Promise.resolve(printProblems(io, [{ code: 'why-needs-id', message: messages.WHY_NEEDS_ID }]));
  return ask(io, options, {
    command: 'stop',
    taskId: args[0] ?? null,
    now: options['now'] === true,
    why: textOf(options['why']),
  });
}
