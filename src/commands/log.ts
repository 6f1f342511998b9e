import { failed, ok } from '../problem.ts';
import { renderLife, renderLog } from '../report/log.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock } from './program/local-clock.ts';
import { withBoard } from './program/open-board.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { readLog, withReports } from './read/read-log.ts';
import { absentEntry } from './read/absent-entry.ts';
import * as messages from './messages.ts';
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
  const nothing =
    id !== null && read.value.length === 0 ? await nothingAbout(id, options['since'] !== undefined, io) : null;
  if (nothing !== null) return nothing;
  const shown = { clock: dateClock, width: io.columns ?? null, colour: wantsColour(io) };
  if (options['json'] === true) printJson(io, read.value);
  else io.stdout.write(id === null ? renderLog(read.value, shown) : renderLife(read.value, shown));
  return EXIT.done;
}

/** An id without a move: on the board, or older than what was asked for; anything else is an error. @returns null: JSON is printed */
async function nothingAbout(id: string, isBounded: boolean, io: Io): Promise<ExitCode | null> {
  const absent = await absentEntry(io.cwd, id);
  const isKnown = absent === null || absent.some(({ code }) => code === 'has-landed' || code === 'abandoned');
  if (!isKnown) return printProblems(io, absent);
  io.stderr.write(`${isBounded ? messages.noMovesSince(id) : messages.noMovesYet(id)}\n`);
  return null;
}

const numberOf = (value: ParsedArgs['options'][string] | undefined): number | null =>
  typeof value === 'number' ? value : null;
