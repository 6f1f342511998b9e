import { metricsText } from '../../metrics/text.ts';
import { span } from '../../report/span.ts';
import { table } from '../../metrics/text.ts';
import * as messages from '../messages.ts';
import { emptyPane } from './empty.ts';
import type { Drawing, PaneContent } from './drawing.ts';

/** What `kanban metrics` prints. */
export function metricsLines({ state, date }: Drawing): string[] {
  return state.metrics === null ? [messages.READING_ENTRY] : metricsText(state.metrics, date).trimEnd().split('\n');
}

/** The figures that fit beside all else. */
export function metricsPane(drawing: Drawing): PaneContent {
  const { state, palette } = drawing;
  const { metrics } = state;
  if (metrics === null) return emptyPane(drawing, messages.READING_ENTRY);
  const { total, weeks } = metrics;
  const { cycle, queueWait, firstPass, reviews, cost, runs } = total;
  const time = (seconds: number | null): string => (seconds === null ? '-' : span(seconds * 1000));
  const rows: [string, string][] = [
    ['landings', `${total.landed}  ${total.perDay.toFixed(1)} a day`],
    ['cycle', `p50 ${time(cycle.p50)}  p90 ${time(cycle.p90)}`],
    ['queue', `p50 ${time(queueWait.p50)}  p90 ${time(queueWait.p90)}`],
    ['first pass', firstPass === null ? '-' : `${Math.round(firstPass * 100)} %`],
    ['reviews', reviews === null ? '-' : `${reviews.toFixed(1)} a landing`],
    ['runs', `${runs.count}  ${runs.failed} failed`],
    ['escalated', String(total.escalations)],
    ['cost', cost.usd === null ? '-' : `$${cost.usd.toFixed(2)}`],
    ...(weeks.length < 2
      ? []
      : [['by week', palette.works(sparkline(weeks.map(({ landed }) => landed)))] as [string, string]]),
  ];
  return { lines: table(rows).map((line) => ` ${line}`) };
}

const BARS = '▁▂▃▄▅▆▇█';
const MAX_BARS = 24;

/** Landings of each week, the last one on the right. */
export function sparkline(counts: readonly number[]): string {
  const shown = counts.slice(-MAX_BARS);
  const most = Math.max(1, ...shown);
  return shown.map((count) => BARS[Math.round((count / most) * (BARS.length - 1))] ?? '').join('');
}
