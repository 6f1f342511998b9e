import type { Snapshot } from '../../contract/snapshot.ts';
import { plain } from '../../report/plain.ts';
import { hindrances } from '../../report/queue/line.ts';
import { queueOf } from '../../report/queue/words.ts';
import { span } from '../../report/span.ts';
import { countRuns, headline } from '../../report/status.ts';
import { cut } from '../../report/width.ts';
import { boardLines } from '../entries.ts';
import * as messages from '../messages.ts';
import { perSnapshot } from '../per-snapshot.ts';
import type { TuiState } from '../state.ts';
import type { Drawing } from './drawing.ts';

/** Lines that tell what keeps everything from going on take no more than this. */
const MAX_WARNINGS = 2;

/** Lines above the panes. */
export const headerHeight = (state: TuiState): number => 1 + warningsOf(state).length;

/** Where things stand in one line, and below it what stops everything. */
export function headerLines({ state, now, palette }: Drawing): string[] {
  const { snapshot, size } = state;
  const width = size.columns - 1;
  if (snapshot === null) return [palette.strong(cut(` kanban`, width))];
  const needs = needsOf(snapshot);
  // What the user has set comes first: what does not fit is cut.
  const parts = [...modes(state), headline(snapshot, now), ...figures(state, now)];
  const front = needs === 0 ? ' ' : ` needs you ${needs} · `;
  const line = cut(`${front}${parts.join(' · ')}`, width);
  const head = `${palette.needs(line.slice(0, front.length))}${palette.strong(line.slice(front.length))}`;
  return [head, ...warningsOf(state).map((text) => palette.needs(cut(` ${text}`, width)))];
}

/** How the work goes. */
function figures({ snapshot, metrics }: TuiState, now: number): string[] {
  if (snapshot === null) return [];
  const queue = queueOf(snapshot);
  const waits = queue.batch.length + queue.waiting.length;
  const cycle = metrics?.total.cycle.p50;
  return [
    ...(waits === 0 ? [] : [`queue ${waits}`]),
    ...landingRate(metrics, now),
    ...(cycle == null ? [] : [`cycle p50 ${span(cycle * 1000)}`]),
  ];
}

const HOUR_MS = 3_600_000;

/** Landings of the last hour; nothing where none has landed ever. */
function landingRate(metrics: TuiState['metrics'], now: number): string[] {
  if (metrics === null || metrics.total.landed === 0) return [];
  const landed = metrics.history.filter(
    ({ how, at }) => (how === 'landed' || how === 'by-hand') && at !== null && at > now - HOUR_MS,
  );
  return [messages.landingsAnHour(landed.length)];
}

/** How it is shown. */
function modes(state: TuiState): string[] {
  const { refreshMs, query, snapshot, isReadOnly } = state;
  const all = snapshot?.entries.length ?? 0;
  return [
    ...(isReadOnly ? ['READ ONLY'] : []),
    ...(query.trim() === '' ? [] : [`filter ${plain(query)} (${messages.countOf(boardLines(state).length, all)})`]),
    ...(refreshMs === 1_000 ? [] : [`refresh ${refreshMs / 1_000} s`]),
  ];
}

const needsOf = perSnapshot(({ entries }) => entries.filter(({ state }) => state === 'needs-person').length);

/** What stops everything, or much: a sentence each. */
const warningsOf = ({ snapshot, problems }: TuiState): string[] =>
  snapshot === null
    ? []
    : [...problems.map(({ message }) => messages.nothingShown(plain(message))), ...warningsIn(snapshot)].slice(
        0,
        MAX_WARNINGS,
      );

const warningsIn = perSnapshot((snapshot: Snapshot): readonly string[] => {
  const { coordinator, entries, stops, alerts = [] } = snapshot;
  const isIdle = coordinator === null && entries.some(({ state }) => state !== 'parked' && state !== 'needs-person');
  const newest = alerts.toSorted((a, b) => b.since - a.since)[0];
  const isLost = coordinator === null && countRuns(snapshot) > 0;
  return [
    ...(isIdle || isLost ? [messages.NO_COORDINATOR] : []),
    ...stops.map((stop) => `all waits: ${plain(stop)}`),
    ...hindrances(snapshot),
    ...(newest === undefined ? [] : [`alert: ${plain(newest.why)}`]),
    ...warningsBesides(snapshot),
  ];
});

/** What is reported besides, and no line of an entry says. */
const warningsBesides = ({ warnings, warningDetails }: Snapshot): string[] => {
  const ofEntries = new Set(warningDetails.flatMap(({ text, entries }) => (entries.length > 0 ? [text] : [])));
  return warnings.filter((text) => !ofEntries.has(text)).map((text) => plain(text.split('\n')[0] ?? ''));
};
