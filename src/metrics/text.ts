import { plainLine } from '../plain-text.ts';
import { span } from '../report/span.ts';
import type { EventFigures } from './events.ts';
import type { Figures, Group, Metrics } from './figures.ts';
import type { Spread } from './spread.ts';
import * as messages from './messages.ts';

const BAR_WIDTH = 24;
const NONE = '-';

/**
 * The figures as text, with a bar for each week or group. Ends with a line break.
 * @param date of an epoch ms
 * @param asked the moment from which they are asked for; null = from the beginning
 */
export function metricsText(metrics: Metrics, date: (at: number) => string, asked: string | null = null): string {
  const { base, commits, since, until, total, by } = metrics;
  if (since === null || until === null) return `${messages.NOTHING}\n`;
  const groups = by === null ? metrics.weeks : metrics.groups;
  const lines = [
    messages.heading(base, commits, asked === null ? `${date(since)} – ${date(until)}` : messages.since(asked)),
    '',
    ...table([...rowsOf(total), ...(metrics.events === null ? [] : eventRows(metrics.events))]),
    ...(groups.length === 0 ? [] : ['', ...bars(groups.map((group) => ({ name: nameOf(group), figures: group })))]),
    '',
    messages.SECONDS_NOTE,
    messages.RUNS_NOTE,
    metrics.events === null ? messages.NO_EVENTS : messages.eventsSince(date(metrics.events.since)),
  ];
  return `${lines.join('\n')}\n`;
}

function rowsOf(total: Figures): [string, string][] {
  const { cycle, columns, queueWait, runs, cost, parallelism } = total;
  return [
    ['landings', messages.landings(total.landed, total.perDay.toFixed(1), total.byHand)],
    ['cycle time', spreadText(cycle)],
    ...Object.entries(columns).flatMap(([name, spread]): [string, string][] =>
      spread.count === 0 ? [] : [[`  ${name}`, spreadText(spread)]],
    ),
    ['queue wait', spreadText(queueWait)],
    ['first-pass yield', percent(total.firstPass)],
    [messages.REVIEWS_A_LANDING, total.reviews?.toFixed(1) ?? NONE],
    ['retries', String(total.retries)],
    ['escalations', String(total.escalations)],
    ['undone', String(total.undone)],
    ['abandoned', String(total.abandoned)],
    [messages.RUNS, messages.runsText(runs.count, runs.failed)],
    ['  run time', spreadText(runs.seconds)],
    [messages.PROVIDER_WAITS, spreadText(runs.waited)],
    ['cost', costText(cost)],
    ['tokens', cost.tokens?.toLocaleString('en') ?? messages.NOT_REPORTED],
    ['parallelism', parallelism?.toFixed(1) ?? NONE],
    ...estimateRows(total),
  ];
}

function costText({ usd, usdPerLanding }: Figures['cost']): string {
  if (usd === null) return messages.NOT_REPORTED;
  return `$${usd.toFixed(2)}${usdPerLanding === null ? '' : `, $${usdPerLanding.toFixed(2)} a landing`}`;
}

const estimateRows = ({ estimate: { count, p50, p90 } }: Figures): [string, string][] =>
  p50 === null || p90 === null ? [] : [['estimates', messages.estimateText(count, p50.toFixed(1), p90.toFixed(1))]];

function eventRows({ messages: sent, restarts, checks, contention }: EventFigures): [string, string][] {
  const { count, perHour, causes } = restarts;
  const causeTexts = Object.entries(causes).map(([cause, times]) => `${times} ${plainLine(cause)}`);
  return [
    ...(['high', 'normal', 'low'] as const).flatMap((priority): [string, string][] => {
      const { sent: number, latency, deepest } = sent[priority];
      const text = messages.messagesText(number, spreadText(latency), deepest);
      return number === 0 && latency.count === 0 ? [] : [[`messages, ${priority}`, text]];
    }),
    ['restarts', messages.restartsText(count, perHour.toFixed(1), causeTexts)],
    ['checks', messages.checksText(checks.count, checks.failed, spreadText(checks.latency))],
    [
      'contention',
      messages.contentionText(contention.culprits, contention.held.count, span(contention.held.sum * 1000)),
    ],
  ];
}

/** `2026-W45 2026-11-02` */
const nameOf = ({ name, from }: Group): string => (from === null ? name : `${name} ${from}`);

export const spreadText = ({ p50, p90 }: Spread): string =>
  p50 === null || p90 === null ? NONE : messages.spreadText(span(p50 * 1000), span(p90 * 1000));

const percent = (share: number | null): string => (share === null ? NONE : `${Math.round(share * 100)} %`);

export function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

/** Landings, each with its cycle time and cost. */
function bars(named: readonly { readonly name: string; readonly figures: Figures }[]): string[] {
  // An agent's name comes from a commit, which anybody may have made.
  const groups = named.map(({ name, figures }) => ({ name: plainLine(name), figures }));
  const most = Math.max(1, ...groups.map(({ figures }) => figures.landed));
  const width = Math.max(...groups.map(({ name }) => name.length));
  return groups.map(({ name, figures: { landed, cycle, cost, runs } }) => {
    const bar = '█'.repeat(landed === 0 ? 0 : Math.max(1, Math.round((landed / most) * BAR_WIDTH)));
    const usd = cost.usd === null ? NONE : `$${cost.usd.toFixed(2)}`;
    const time = cycle.p50 === null ? NONE : span(cycle.p50 * 1000);
    return `${name.padEnd(width)}  ${bar.padEnd(BAR_WIDTH)} ${String(landed).padStart(5)}  ${time.padStart(7)}  ${usd}  ${messages.runsText(runs.count, runs.failed)}`;
  });
}
