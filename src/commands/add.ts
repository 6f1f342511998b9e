import { text as readAll } from 'node:stream/consumers';
import { entryText } from '../report/entry-text.ts';
import { ask, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';
import { readSettings } from './program/open-board.ts';
import { printProblems } from './program/print.ts';

/** `kanban add <title>`: an entry at the end of TODO. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const settings = await readSettings(io.cwd);
  if (!settings.ok) return printProblems(io, settings.error);
  const body = options['body'] === '-' ? await readAll(process.stdin) : textOf(options['body']);
  const entry = entryText({
    prefix: settings.value.ids[0] ?? 'T',
    title: args[0] ?? '',
    depends: textOf(options['depends']),
    files: textOf(options['files']),
    priority: textOf(options['priority']),
    body,
  });
  if (!entry.ok) return printProblems(io, entry.error);
  return ask(io, options, { command: 'add', taskId: null, text: entry.value });
}
