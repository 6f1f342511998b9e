import type { Figures, Metrics } from '../../../metrics/figures.ts';
import { span } from '../../../report/span.ts';
import { dollars, short } from '../../../report/usage.ts';
import type { Series } from './chart.tsx';

/** Commits have whole seconds. */
const time = (seconds: number | null): string => (seconds === null ? '–' : seconds < 1 ? '<1s' : span(seconds * 1000));
const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)}%`);
const money = (usd: number | null): string => (usd === null ? '–' : dollars(usd));

/** The figures that are shown large: name, figure, and what belongs to it. */
export const tiles = (of: Figures): readonly (readonly [name: string, figure: string, more: string])[] => [
  ['landed', String(of.landed), `${of.perDay.toFixed(1)} a day`],
  ['cycle time', time(of.cycle.p50), `p90 ${time(of.cycle.p90)}`],
  ['first pass', percent(of.firstPass), of.reviews === null ? '' : `${of.reviews.toFixed(1)} reviews each`],
  ['recorded runs', String(of.runs.count), `${of.runs.failed} failed`],
  ['queue wait', time(of.queueWait.p50), `p90 ${time(of.queueWait.p90)}`],
  ['cost', money(of.cost.usd), of.cost.usdPerLanding === null ? '' : `${dollars(of.cost.usdPerLanding)} a landing`],
  ['escalated', String(of.escalations), `${of.retries} retries`],
  ['in work at once', of.parallelism === null ? '–' : of.parallelism.toFixed(1), ''],
];

export const CELL_NAMES = ['landed', 'first pass', 'runs', 'failed', 'run time', 'cycle', 'tokens', 'cost'] as const;

/** A row of the table, in the order of `CELL_NAMES`. */
export const cells = (of: Figures): readonly string[] => [
  String(of.landed),
  percent(of.firstPass),
  String(of.runs.count),
  String(of.runs.failed),
  time(of.runs.seconds.p50),
  time(of.cycle.p50),
  of.cost.tokens === null ? '–' : short(of.cost.tokens),
  money(of.cost.usd),
];

interface ChartOf {
  readonly title: string;
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly steps?: readonly number[];
}

/** Seconds that make whole minutes, hours and days. */
const TIMES = [60, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800];

/** Charts over weeks; one whose figures are all zero or unknown is left out. */
export const charts = (weeks: Metrics['weeks']): readonly ChartOf[] =>
  [
    {
      title: 'landed a week',
      series: [{ name: 'landed', values: weeks.map(({ landed: count }) => count), isBar: true }],
      format: String,
    },
    {
      title: 'cycle time',
      series: [
        { name: 'p50', values: weeks.map(({ cycle }) => cycle.p50) },
        { name: 'p90', values: weeks.map(({ cycle }) => cycle.p90) },
      ],
      format: (seconds: number) => (seconds === 0 ? '0' : span(seconds * 1000)),
      steps: TIMES,
    },
    {
      title: 'runs a week',
      series: [
        { name: 'all', values: weeks.map(({ runs }) => runs.count), isBar: true },
        { name: 'failed', values: weeks.map(({ runs }) => runs.failed) },
      ],
      format: String,
    },
    {
      title: 'cost a week',
      series: [{ name: 'cost', values: weeks.map(({ cost }) => cost.usd), isBar: true }],
      format: dollars,
    },
  ].filter(({ series }) => series.some(({ values }) => values.some((value) => value !== null && value > 0)));
