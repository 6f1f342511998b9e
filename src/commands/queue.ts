import type { Snapshot } from '../contract/snapshot.ts';
import { openRepository } from '../git/open-repository.ts';
import { renderQueue } from '../report/queue/queue.ts';
import { queueOf } from '../report/queue/words.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock, localClock } from './program/local-clock.ts';
import { printJson, printProblems, wantsColour } from './program/print.ts';
import { printCheckLog } from './read/print-check-log.ts';
import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';

/** The newest landings tell more than those of the first weeks. */
const METRICS_PERIOD_MS = 30 * 24 * 3_600_000;

/** Recent checks that the user is shown, unless `--limit` says otherwise. */
const LIMIT = 5;

/** `kanban queue` */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [log, json] = [options['log'] === true, options['json'] === true];
  const read = await readSnapshot(io.cwd);
  if (!read.ok) return printProblems(io, read.error);
  const snapshot = read.value;
  if (options['metrics'] === true) return printMetrics(options, snapshot, io);
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

async function printMetrics(options: ParsedArgs['options'], snapshot: Snapshot, io: Io): Promise<ExitCode> {
  const [{ boardMetrics }, { withBoard }, { queueMetrics, queueMetricsText }] = await Promise.all([
    import('../surfaces/read-metrics.ts'),
    import('../surfaces/with-board.ts'),
    import('../metrics/queue.ts'),
  ]);
  const since = typeof options['since'] === 'number' ? options['since'] : Date.now() - METRICS_PERIOD_MS;
  const read = await withBoard(io.cwd, (board) => boardMetrics(board, { since, by: null }));
  if (!read.ok) return printProblems(io, read.error);
  const { batch, waiting } = queueOf(snapshot);
  const metrics = queueMetrics(read.value, { queue: batch.length + waiting.length, batch: batch.length });
  if (options['json'] === true) printJson(io, metrics);
  else io.stdout.write(queueMetricsText(metrics, (at) => dateClock(at).slice(0, 10)));
  return EXIT.done;
}
