import { renderEntry } from '../report/show.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { gatherEntry } from '../surfaces/gather-entry.ts';
import { dateClock } from './program/local-clock.ts';
import { withBoard } from '../surfaces/with-board.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';

/** `kanban show <id>` */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const snapshot = await readSnapshot(io.cwd);
  if (!snapshot.ok) return printProblems(io, snapshot.error);
  const read = await withBoard(io.cwd, (board) => gatherEntry(board, snapshot.value, args[0] ?? ''));
  if (!read.ok) return printProblems(io, read.error);
  if (options['json'] === true) printJson(io, read.value);
  else {
    const width = io.columns ?? null;
    io.stdout.write(renderEntry(read.value, { now: Date.now(), clock: dateClock, colour: wantsColour(io), width }));
  }
  return EXIT.done;
}
