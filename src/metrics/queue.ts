import { span } from '../report/span.ts';
import type { EventFigures } from './events.ts';
import type { Metrics } from './figures.ts';
import type { Spread } from './spread.ts';
import { spreadText, table } from './text.ts';
import * as messages from './messages.ts';

/** How the merge queue works. Stable JSON: `kanban queue --metrics --json`. Times are seconds. */
export interface QueueMetrics {
  readonly version: 1;
  readonly base: string;
  /** The period, epoch ms; null: nothing has happened yet. */
  readonly since: number | null;
  readonly until: number | null;
  /** Entries in the queue now; those of the batch among them. */
  readonly depth: { readonly queue: number; readonly batch: number };
  readonly throughput: { readonly landed: number; readonly perHour: number };
  /** From the test to the landing. */
  readonly wait: Spread;
  /** From the log of events; null: it has nothing of the period. */
  readonly checks: EventFigures['checks'] | null;
  readonly contention: EventFigures['contention'] | null;
}

/** @param depth of the queue now */
export function queueMetrics(metrics: Metrics, depth: QueueMetrics['depth']): QueueMetrics {
  const { base, since, until, total, events } = metrics;
  return {
    ...{ version: 1, base, since, until, depth },
    throughput: { landed: total.landed, perHour: total.perDay / 24 },
    wait: total.queueWait,
    checks: events?.checks ?? null,
    contention: events?.contention ?? null,
  };
}

/** The same as text. Ends with a line break. @param date of an epoch ms */
export function queueMetricsText(metrics: QueueMetrics, date: (at: number) => string): string {
  const { base, since, until, depth, throughput, wait, checks, contention } = metrics;
  const period = since === null || until === null ? messages.NOTHING : `${date(since)} – ${date(until)}`;
  const rows: [string, string][] = [
    [messages.IN_THE_QUEUE, messages.depthText(depth.queue, depth.batch)],
    ['landings', messages.perHour(throughput.landed, throughput.perHour.toFixed(1))],
    ['wait', spreadText(wait)],
    [
      'checks',
      checks === null ? messages.NO_DATA : messages.checksText(checks.count, checks.failed, spreadText(checks.latency)),
    ],
    [
      'contention',
      contention === null
        ? messages.NO_DATA
        : messages.contentionText(contention.culprits, contention.held.count, span(contention.held.sum * 1000)),
    ],
  ];
  return `${[`${base}: ${period}`, '', ...table(rows)].join('\n')}\n`;
}
