import { failed, ok } from '../problem.ts';
import { renderLife, renderLog } from '../report/log.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock } from './program/local-clock.ts';
import { withBoard } from './program/open-board.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { readLog, withReports } from './read/read-log.ts';
import { baseMissing } from '../report/look-problems.ts';

/** Without an id nobody wants ten thousand lines. */
const LIMIT = 50;

/** `kanban log [id]`: newest first; the life of one entry is told from its beginning. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const id = args[0] ?? null;
  const limit = numberOf(options['limit']) ?? (id === null ? LIMIT : null);
  const read = await withBoard(io.cwd, async ({ repo, view, settings }) => {
    if (view.base === null) return failed([baseMissing(settings.base)]);
    const moves = await readLog(repo, view.base, { id, limit, since: numberOf(options['since']) });
    return ok(id === null ? moves : (await withReports(repo, moves)).toReversed());
  });
  if (!read.ok) return printProblems(io, read.error);
  const shown = { clock: dateClock, width: io.columns ?? null, colour: wantsColour(io) };
  if (options['json'] === true) printJson(io, read.value);
  else io.stdout.write(id === null ? renderLog(read.value, shown) : renderLife(read.value, shown));
  return EXIT.done;
}

const numberOf = (value: string | number | boolean | undefined): number | null =>
  typeof value === 'number' ? value : null;
