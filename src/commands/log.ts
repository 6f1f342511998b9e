import { missingBase } from '../coordinator/observe/missing-base.ts';
import { failed, ok } from '../problem.ts';
import { renderLife, renderLog } from '../report/log.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock } from './program/local-clock.ts';
import { withBoard } from '../surfaces/with-board.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { readLog, withReports, withTitles } from '../surfaces/read-log.ts';
import { absentEntry } from '../surfaces/absent-entry.ts';
import * as messages from './messages.ts';

/** Without an id nobody wants ten thousand lines. */
const LIMIT = 50;

/** `kanban log [id]`: newest first; one entry is shown from its beginning. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const id = args[0] ?? null;
  const limit = numberOf(options['limit']) ?? (id === null ? LIMIT : null);
  const landed = options['landed'] === true;
  const read = await withBoard(io.cwd, async ({ repo, view, settings }) => {
    if (view.base === null) return failed([missingBase(repo, settings.base)]);
    const read = await readLog(repo, view.base, { id, limit, since: numberOf(options['since']), landed });
    const moves = landed ? await withTitles(repo, settings, read) : read;
    return ok(id === null ? moves : (await withReports(repo, moves)).toReversed());
  });
  if (!read.ok) return printProblems(io, read.error);
  const nothing =
    id !== null && read.value.length === 0
      ? await nothingAbout(id, { landed, isBounded: options['since'] !== undefined }, io)
      : null;
  if (nothing !== null) return nothing;
  const shown = { clock: dateClock, width: io.columns ?? null, colour: wantsColour(io) };
  if (options['json'] === true) printJson(io, read.value);
  else if (landed && id === null && read.value.length === 0) io.stdout.write(`${messages.NOTHING_LANDED}\n`);
  else io.stdout.write(id === null ? renderLog(read.value, shown) : renderLife(read.value, shown));
  return EXIT.done;
}

/** An id without a move: on the board, or older than what was asked for; anything else is an error. @returns null: JSON is printed */
async function nothingAbout(
  id: string,
  { landed, isBounded }: { readonly landed: boolean; readonly isBounded: boolean },
  io: Io,
): Promise<ExitCode | null> {
  const absent = await absentEntry(io.cwd, id);
  const isKnown = absent === null || absent.some(({ code }) => code === 'has-landed' || code === 'abandoned');
  if (!isKnown) return printProblems(io, absent);
  const none = landed ? messages.notLanded : isBounded ? messages.noMovesSince : messages.noMovesYet;
  io.stderr.write(`${none(id)}\n`);
  return null;
}

const numberOf = (value: ParsedArgs['options'][string] | undefined): number | null =>
  typeof value === 'number' ? value : null;
