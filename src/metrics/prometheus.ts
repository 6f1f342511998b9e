import type { Snapshot, SnapshotEntry } from '../contract/snapshot.ts';
import type { Figures, Metrics } from './figures.ts';
import type { Spread } from './spread.ts';
import * as messages from './messages.ts';

/**
 * The figures in Prometheus' text format (node_exporter's textfile collector reads it): base units, no ids as labels. Those
 * of history count from its beginning, as counters do.
 * @param snapshot how the board stands now; null: it can't be read, and what depends on it is left out
 */
export function prometheusText({ total, groups, by }: Metrics, snapshot: Snapshot | null): string {
  const all =
    by === null
      ? [{ labels: [], figures: total }]
      : groups.map((group) => ({ labels: [label(by, group.name)], figures: group }));
  return [
    ...COUNTERS.flatMap((one) => counter(one, all)),
    ...runs(total),
    ...SUMMARIES.flatMap((one) => summary(one, all)),
    ...durations(all),
    ...(snapshot === null ? [] : [...entries(snapshot), ...providerHold(snapshot)]),
    '',
  ].join('\n');
}

type Labelled = readonly { readonly labels: readonly string[]; readonly figures: Figures }[];
type Row<T> = readonly [name: string, help: string, of: (figures: Figures) => T];

const COUNTERS: readonly Row<number | null>[] = [
  ['kanban_landings_total', messages.HELP.landed, ({ landed }) => landed],
  ['kanban_abandoned_total', messages.HELP.abandoned, ({ abandoned }) => abandoned],
  ['kanban_undone_total', messages.HELP.undone, ({ undone }) => undone],
  ['kanban_escalations_total', messages.HELP.escalated, ({ escalations }) => escalations],
  ['kanban_runs_failed_total', messages.HELP.failed_runs, ({ runs }) => runs.failed],
  ['kanban_usage_tokens_total', messages.HELP.tokens, ({ cost }) => cost.tokens],
  ['kanban_cost_usd_total', messages.HELP.cost, ({ cost }) => cost.usd],
];

const SUMMARIES: readonly Row<Spread>[] = [
  ['kanban_cycle_time_seconds', messages.HELP.cycle_time, ({ cycle }) => cycle],
  ['kanban_queue_wait_seconds', messages.HELP.queue_wait, ({ queueWait }) => queueWait],
  ['kanban_provider_wait_seconds', messages.HELP.provider_wait, ({ runs }) => runs.waited],
];

/** What is not known has no sample. */
const counter = ([name, help, of]: Row<number | null>, all: Labelled): string[] => [
  ...head(name, help, 'counter'),
  ...all.flatMap(({ labels, figures }) => {
    const value = of(figures);
    return value === null ? [] : [sample(name, labels, value)];
  }),
];

/** A summary has its quantiles (none where nothing was observed), then `_sum` and `_count`. */
const summary = ([name, help, of]: Row<Spread>, all: Labelled): string[] => [
  ...head(name, help, 'summary'),
  ...all.flatMap(({ labels, figures }) => {
    const { count, sum, p50, p90 } = of(figures);
    const quantile = (which: string, value: number | null): string[] =>
      value === null ? [] : [sample(name, [...labels, `quantile="${which}"`], value)];
    return [
      ...quantile('0.5', p50),
      ...quantile('0.9', p90),
      sample(`${name}_sum`, labels, sum),
      sample(`${name}_count`, labels, count),
    ];
  }),
];

/** Each run once, whatever the other figures are grouped by. */
const runs = ({ runs: { causes } }: Figures): string[] => [
  ...head('kanban_runs_total', messages.HELP.runs, 'counter'),
  ...causes.map(({ role, agent, cause, count }) =>
    sample('kanban_runs_total', [label('role', role), label('agent', agent), label('cause', cause)], count),
  ),
];

function durations(all: Labelled): string[] {
  const name = 'kanban_run_duration_seconds';
  const samples = all.flatMap(({ labels, figures }) => {
    const { within, seconds } = figures.runs;
    return [
      ...within.map((one) => sample(`${name}_bucket`, [...labels, label('le', String(one.seconds))], one.count)),
      sample(`${name}_bucket`, [...labels, label('le', '+Inf')], seconds.count),
      sample(`${name}_sum`, labels, seconds.sum),
      sample(`${name}_count`, labels, seconds.count),
    ];
  });
  return [...head(name, messages.HELP.run_duration, 'histogram'), ...samples];
}

function entries({ entries: all }: Snapshot): string[] {
  const name = 'kanban_entries';
  const counts = countsOf(all.map(({ column, state }) => [label('column', column), label('state', state)]));
  return [
    ...head(name, messages.HELP.entries, 'gauge'),
    ...counts.map(([labels, count]) => sample(name, labels, count)),
  ];
}

const providerHold = ({ entries: all }: Snapshot): string[] => [
  ...head('kanban_provider_hold', messages.HELP.provider_hold, 'gauge'),
  sample('kanban_provider_hold', [], all.filter(waitsForProvider).length),
];

const waitsForProvider = ({ state, run }: SnapshotEntry): boolean =>
  state === 'waits-for-provider' || (run !== null && run.waiting !== null);

/** How often each set of labels occurs, in their order. */
function countsOf(all: readonly (readonly string[])[]): (readonly [labels: string[], count: number])[] {
  const counts = new Map<string, number>();
  for (const labels of all) counts.set(labels.join(','), (counts.get(labels.join(',')) ?? 0) + 1);
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([labels, count]) => [[labels], count]);
}

const label = (name: string, value: string): string => `${name}="${escaped(value)}"`;

const head = (name: string, help: string, type: string): string[] => [
  `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  `# TYPE ${name} ${type}`,
];

const sample = (name: string, labels: readonly string[], value: number): string =>
  `${name}${labels.length === 0 ? '' : `{${labels.join(',')}}`} ${value}`;

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
