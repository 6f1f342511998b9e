import { openRepository } from '../git/open-repository.ts';
import { renderQueue } from '../report/queue/queue.ts';
import { queueOf } from '../report/queue/words.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { localClock } from './program/local-clock.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { printCheckLog } from './read/print-check-log.ts';
import { readSnapshot } from '../coordinator/publish/read-snapshot.ts';

/** Recent checks that the user is shown, unless `--limit` says otherwise. */
const LIMIT = 5;

/** `kanban queue` */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [log, json] = [options['log'] === true, options['json'] === true];
  const read = await readSnapshot(io.cwd);
  if (!read.ok) return printProblems(io, read.error);
  const snapshot = read.value;
  if (log) {
    const opened = await openRepository(io.cwd);
    return opened.ok ? printCheckLog(opened.value.root, snapshot, io) : printProblems(io, opened.error);
  }
  const limit = typeof options['limit'] === 'number' ? options['limit'] : null;
  if (json) {
    const { version, at, base, coordinator, push } = snapshot;
    const queue = queueOf(snapshot);
    const recent = queue.recent.slice(0, limit ?? queue.recent.length);
    printJson(io, { version, at, base, coordinator, push, ...queue, recent });
    return EXIT.done;
  }
  const now = Date.now();
  const width = io.columns ?? null;
  const shown = { now, clock: localClock(now), width, colour: wantsColour(io), limit: limit ?? LIMIT };
  io.stdout.write(renderQueue(snapshot, shown));
  return EXIT.done;
}
