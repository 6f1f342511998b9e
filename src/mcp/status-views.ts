import type { Snapshot, SnapshotEntry, SnapshotQueued } from '../contract/snapshot.ts';
import type { Metrics } from '../metrics/figures.ts';
import { isoTime } from './answer.ts';
import { cutText } from '../plain-text.ts';

/** Which entries are wanted, and how many. */
export interface Page {
  readonly column?: string | undefined;
  readonly state?: string | undefined;
  readonly limit: number;
  /** Name of the entry that the page comes after. */
  readonly after?: string | undefined;
}

const MAX_TITLE = 200;
const MAX_WHY = 500;
const MAX_LIST = 20;

type Json = Readonly<Record<string, unknown>>;

/** Without what is empty: it says nothing. */
const filled = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).filter(([, own]) => own !== null && own !== '' && !(Array.isArray(own) && own.length === 0)),
  );

/** What every view has: who works, and what stops everything. */
function headOf({ base, coordinator, mode, stops, warningDetails }: Snapshot): Json {
  // The others are the reasons of entries.
  const warnings = warningDetails.filter(({ entries }) => entries.length === 0).map(({ text }) => text);
  return {
    base: `${base.name}@${base.sha.slice(0, 7)}`,
    coordinator: coordinator === null ? 'none' : mode,
    ...filled({ stops: texts(stops), warnings: texts(warnings) }),
  };
}

const texts = (list: readonly string[]): string[] => list.slice(0, MAX_LIST).map((one) => cutText(one, MAX_WHY));

/** The entries that a view lists, all pages. */
function wantedOf({ entries }: Snapshot, { column, state }: Pick<Page, 'column' | 'state'>): readonly SnapshotEntry[] {
  return entries.filter(
    (entry) => (column === undefined || entry.column === column) && (state === undefined || entry.state === state),
  );
}

/** What the needs view lists, whatever else is asked for. */
const NEEDS = { state: 'needs-person' };

/** The entry that a page comes after is in the list; it may have left. Other views than board and needs have no pages. */
export function isListed(snapshot: Snapshot, view: string, page: Page): boolean {
  if (view !== 'board' && view !== 'needs') return true;
  return wantedOf(snapshot, view === 'needs' ? NEEDS : page).some((entry) => nameOf(entry) === page.after);
}

/** One page, and the name that the next one comes after; null: there is none. */
function pageOf(wanted: readonly SnapshotEntry[], { after, limit }: Page) {
  const from = after === undefined ? 0 : wanted.findIndex((entry) => nameOf(entry) === after) + 1;
  const shown = wanted.slice(from, from + limit);
  const last = shown.at(-1);
  return { shown, next: last !== undefined && from + limit < wanted.length ? nameOf(last) : null };
}

/** The board: how many there are in each column and state, and a page of entries. */
export function boardView(snapshot: Snapshot, page: Page): Json {
  const { entries } = snapshot;
  const { shown, next } = pageOf(wantedOf(snapshot, page), page);
  return {
    ...headOf(snapshot),
    counts: { ...countsOf(entries, 'column'), ...countsOf(entries, 'state') },
    entries: shown.map(rowOf),
    next,
  };
}

const nameOf = ({ id, key }: SnapshotEntry): string => id ?? key;

function countsOf(entries: readonly SnapshotEntry[], by: 'column' | 'state'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { [by]: name } of entries) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** An entry in a list. Its text is what `show` has. */
export function rowOf(entry: SnapshotEntry): Json {
  const { title, column, state, why, tags, run, criteria, on, parked, priority, messages } = entry;
  return {
    id: nameOf(entry),
    title: cutText(title, MAX_TITLE),
    column,
    state,
    ...filled({
      why: cutText(why, MAX_WHY),
      tags,
      waitsFor: on.slice(0, MAX_LIST),
      parked,
      priority: priority === 2 ? null : `P${priority}`,
      criteria: criteria.all === 0 ? null : `${criteria.done}/${criteria.all}`,
      messages: messages === 0 ? null : messages,
      run: run === null ? null : runOf(run),
    }),
  };
}

const runOf = ({
  id,
  role,
  agent,
  last,
  deadlineAt,
  waiting,
  stalledSince,
}: NonNullable<SnapshotEntry['run']>): Json => ({
  id,
  role,
  agent,
  deadline: isoTime(deadlineAt),
  ...filled({
    last: cutText(last, MAX_TITLE),
    waits: waiting === null ? null : cutText(waiting.why, MAX_WHY),
    stalledSince: isoTime(stalledSince),
  }),
});

/** What needs the user: each entry with the commands that resolve it, and alerts. */
export function needsView(snapshot: Snapshot, page: Page): Json {
  const needing = wantedOf(snapshot, NEEDS);
  const { shown, next } = pageOf(needing, page);
  return {
    ...headOf(snapshot),
    counts: { 'needs-person': needing.length },
    entries: shown.map((entry) => ({
      ...rowOf(entry),
      ...filled({ feedback: cutText(entry.feedback ?? '', MAX_WHY), ways: entry.ways }),
    })),
    next,
    ...filled({
      alerts: (snapshot.alerts ?? []).map(({ alert, why, since }) => ({ alert, why, since: isoTime(since) })),
    }),
  };
}

/** The merge queue: what is about to land, what waits, and what holds it up. */
export function queueView(snapshot: Snapshot, { limit }: Page): Json {
  const { queue } = snapshot;
  const queued = ({ id, title, state, why }: SnapshotQueued): Json => ({
    id,
    title: cutText(title, MAX_TITLE),
    state,
    why,
  });
  return {
    ...headOf(snapshot),
    counts: { batch: queue.batch.length, waiting: queue.waiting.length },
    queue: {
      mode: queue.mode,
      batch: queue.batch.slice(0, limit).map(queued),
      waiting: queue.waiting.slice(0, limit).map(queued),
      ...filled({
        check: queue.check,
        held: queue.held,
        checking: queue.running === null ? null : queue.running.entries.slice(0, limit),
        recent: queue.recent.slice(0, 5).map(({ outcome, entries, detail, seconds }) => ({
          outcome,
          entries: entries.slice(0, MAX_LIST),
          seconds,
          ...filled({ detail: cutText(detail, MAX_WHY) }),
        })),
        remote:
          queue.remote === null
            ? null
            : filled({ name: queue.remote.name, away: queue.remote.away, rejected: queue.remote.rejected }),
      }),
    },
  };
}

/** The figures of base's history. */
export const metricsView = (snapshot: Snapshot, { total, weeks, since, until, history }: Metrics): Json => ({
  ...headOf(snapshot),
  metrics: {
    since: isoTime(since),
    until: isoTime(until),
    total,
    weeks: weeks.slice(-4),
    history: history.slice(0, MAX_LIST).map(({ id, how, at, seconds }) => ({ id, how, at: isoTime(at), seconds })),
  },
});
