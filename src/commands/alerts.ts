import { openRepository } from '../git/open-repository.ts';
import { stamped } from '../report/live/line-view.ts';
import type { BoardEvent } from '../surfaces/board-types.ts';
import { followEvents } from '../surfaces/follow-events.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock } from './program/local-clock.ts';
import { printJson, printProblems } from './program/print.ts';
import * as messages from './messages.ts';

const LIMIT = 20;
const KINDS = ['alert', 'alert-over'] as const;

/** `kanban alerts`: the newest alerts, oldest first; with `--follow` those to come as well, with `--json` then a line each. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return printProblems(io, opened.error);
  const { root } = opened.value;
  const limit = typeof options['limit'] === 'number' ? options['limit'] : LIMIT;
  const [json, follow] = [options['json'] === true, options['follow'] === true];
  const line = ({ id, event }: BoardEvent): string | null => {
    if (event.type === 'events-missed') return null;
    return json ? JSON.stringify({ id, ...event }) : stamped(event, dateClock);
  };
  const print = (one: BoardEvent): void => {
    const text = line(one);
    if (text !== null) io.stdout.write(`${text}\n`);
  };
  // The log is read to its end before anything is printed; what comes meanwhile is behind the place.
  let newest: BoardEvent[] = [];
  let last: string | undefined;
  for await (const one of followEvents(root, {}, () => false)) {
    last = one.id;
    if (one.event.type === 'alert' || one.event.type === 'alert-over') newest = [...newest, one].slice(-limit);
  }
  if (json && !follow)
    printJson(
      io,
      newest.map(({ id, event }) => ({ id, ...event })),
    );
  else newest.forEach(print);
  if (newest.length === 0 && !json) io.stderr.write(`${messages.NO_ALERTS}\n`);
  if (!follow) return EXIT.done;
  const query = { kinds: KINDS, follow, ...(last === undefined ? {} : { since: last }) };
  for await (const one of followEvents(root, query, () => false)) print(one);
  return EXIT.done;
}
