import type { By, Metrics } from '../metrics/figures.ts';
import { prometheusText } from '../metrics/prometheus.ts';
import { metricsText } from '../metrics/text.ts';
import { boardMetrics } from '../surfaces/read-metrics.ts';
import { withBoard } from '../surfaces/with-board.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import { EXIT, type ExitCode } from './program/exit-codes.ts';
import { dateClock } from './program/local-clock.ts';
import { printJson, printProblems } from './program/print.ts';
import * as messages from './messages.ts';

/** `kanban metrics`: figures of base's history. */
export default async function run({ options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const since = typeof options['since'] === 'number' ? options['since'] : null;
  const by = (options['by'] as By | undefined) ?? null;
  const format = options['json'] === true ? 'json' : options['format'];
  const wrong = format === 'prometheus' ? notForPrometheus(since, by) : [];
  if (wrong.length > 0) return usageErrors(io, wrong);
  const read = await withBoard(io.cwd, (board) => boardMetrics(board, { since, by }));
  if (!read.ok) return printProblems(io, read.error);
  if (format === 'json') printJson(io, read.value);
  else if (format === 'prometheus') await printForPrometheus(io, read.value);
  else
    io.stdout.write(
      metricsText(read.value, (at) => dateClock(at).slice(0, 10), since === null ? null : dateClock(since)),
    );
  return EXIT.done;
}

/** Where the board can't be read, the figures of history are all there is. */
async function printForPrometheus(io: Io, metrics: Metrics): Promise<void> {
  const { readSnapshot } = await import('../coordinator/inspect/read-snapshot.ts');
  const read = await readSnapshot(io.cwd);
  if (!read.ok) printProblems(io, read.error);
  io.stdout.write(prometheusText(metrics, read.ok ? read.value : null));
}

/** Counters count from the beginning, and Prometheus has the time itself. */
const notForPrometheus = (since: number | null, by: By | null): readonly string[] => [
  ...(since === null ? [] : [messages.SINCE_WITH_PROMETHEUS]),
  ...(by === 'week' ? [messages.WEEKS_WITH_PROMETHEUS] : []),
];

function usageErrors(io: Io, errors: readonly string[]): ExitCode {
  io.stderr.write(`${errors.map((error) => `error: ${error}\n`).join('')}(kanban metrics --help)\n`);
  return EXIT.usage;
}
