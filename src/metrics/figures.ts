import { COLUMNS } from '../board/entry.ts';
import type { EventFigures } from './events.ts';
import type { EntryRow, EscalationRow, FoldState, RunRow } from './rows.ts';
import { historyOf, type Ended } from './history.ts';
import { agentName, runFigures, type RunFigures } from './run-figures.ts';
import { share, spread, sum, type Spread } from './spread.ts';
import { DAY, WEEK, weekDate, weekOf, weekStart } from './week.ts';

/** What is counted of a set of entries and runs. Times are seconds. */
export interface Figures {
  readonly landed: number;
  readonly byHand: number;
  readonly abandoned: number;
  readonly undone: number;
  /** Landings a day, over the period. */
  readonly perDay: number;
  /** From the first start to the landing. */
  readonly cycle: Spread;
  readonly columns: Readonly<Record<string, Spread>>;
  /** From the test to the landing. */
  readonly queueWait: Spread;
  /** Reviews for each landing. */
  readonly reviews: number | null;
  /** Share of landings with no verdict that sent them back, 0 to 1. */
  readonly firstPass: number | null;
  /** Runs of a role that had run before for their entry. */
  readonly retries: number;
  readonly escalations: number;
  readonly runs: RunFigures;
  /** As far as agents reported it; null: none did. */
  readonly cost: {
    readonly usd: number | null;
    readonly tokens: number | null;
    readonly usdPerLanding: number | null;
  };
  /** Entries in work at the same time, over the time from the first start to the last landing. */
  readonly parallelism: number | null;
  /** Landings with an estimate: the time from the first start to the landing, divided by the estimate. */
  readonly estimate: Spread;
}

export interface Group extends Figures {
  /** Of a week its number in the calendar of ISO 8601, `2026-W45`. */
  readonly name: string;
  /** The Monday of a week, `2026-11-02` (UTC); null for all else. */
  readonly from: string | null;
}

export interface Metrics {
  readonly version: 1;
  readonly base: string;
  /** The newest commit that is counted. */
  readonly commit: string | null;
  readonly commits: number;
  /** The period, epoch ms; null: nothing has happened yet. */
  readonly since: number | null;
  readonly until: number | null;
  readonly total: Figures;
  readonly weeks: readonly Group[];
  readonly by: string | null;
  readonly groups: readonly Group[];
  /** The last 100 entries that ended, newest first. */
  readonly history: readonly Ended[];
  /** What the log of events of this checkout tells besides; null: it tells nothing of the period. */
  readonly events: EventFigures | null;
}

export type By = 'agent' | 'role' | 'week';

/** @param since epoch ms; null = from the beginning */
export function metricsOf(
  state: FoldState,
  base: string,
  { since, by }: { readonly since: number | null; readonly by: By | null },
): Metrics {
  const from = since === null ? (state.first ?? 0) : Math.floor(since / 1000);
  // Clocks differ: without a limit, what is dated before the first commit counts too.
  const isIn = ({ at }: { readonly at: number }): boolean => since === null || at >= from;
  const all = {
    entries: state.entries.filter(isIn),
    runs: state.runs.filter(isIn),
    escalated: state.escalated.filter(isIn),
  };
  const period = { from, to: Math.max(from, state.last ?? from) };
  return {
    version: 1,
    base,
    commit: state.at,
    commits: state.commits,
    since: state.first === null ? null : from * 1000,
    until: state.last === null ? null : state.last * 1000,
    total: figures(all, period),
    weeks: groupsBy('week', all, period),
    by,
    groups: by === null ? [] : groupsBy(by, all, period),
    history: historyOf(state),
    events: null,
  };
}

interface Period {
  readonly from: number;
  readonly to: number;
}

/** What figures are counted of. */
interface Counted {
  readonly entries: readonly EntryRow[];
  readonly runs: readonly RunRow[];
  readonly escalated: readonly EscalationRow[];
}

function groupsBy(by: By, { entries, runs, escalated }: Counted, period: Period): Group[] {
  // An entry counts for every agent, or role, that worked on it.
  const workers = new Map<string, Set<string>>();
  for (const run of runs) {
    const names = workers.get(run.id) ?? new Set();
    workers.set(run.id, names.add(nameOf(run, by)));
  }
  const groups = new Map<string, { entries: EntryRow[]; runs: RunRow[]; escalated: EscalationRow[] }>();
  const groupOf = (name: string) => {
    const group = groups.get(name) ?? { entries: [], runs: [], escalated: [] };
    groups.set(name, group);
    return group;
  };
  const namesOf = ({ id, at }: EscalationRow): Iterable<string> =>
    by === 'week' ? [weekOf(at)] : (workers.get(id) ?? []);
  for (const entry of entries) for (const name of namesOf(entry)) groupOf(name).entries.push(entry);
  for (const one of escalated) for (const name of namesOf(one)) groupOf(name).escalated.push(one);
  for (const run of runs) groupOf(nameOf(run, by)).runs.push(run);
  if (by === 'week') return weeks(groups);
  return [...groups]
    .map(([name, group]) => ({ name, from: null, ...figures(group, period) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Beyond this number of weeks those without any work are left out: one commit may have a wrong date. */
const MAX_WEEKS = 520;

/** Each week from the first to the last, also those in which nothing happened. */
function weeks(groups: ReadonlyMap<string, Counted>): Group[] {
  const starts = [...groups.values()].map(weekOfGroup).sort((a, b) => a - b);
  const [first = 0, last = -1] = [starts[0], starts.at(-1)];
  const all =
    (last - first) / WEEK < MAX_WEEKS
      ? Array.from({ length: Math.floor((last - first) / WEEK) + 1 }, (_, index) => first + index * WEEK)
      : starts;
  return all.map((from) => ({
    name: weekOf(from),
    from: weekDate(from),
    ...figures(groups.get(weekOf(from)) ?? NOTHING, { from, to: from + WEEK }),
  }));
}

const NOTHING: Counted = { entries: [], runs: [], escalated: [] };

function nameOf(run: RunRow, by: By): string {
  if (by === 'week') return weekOf(run.at);
  return by === 'role' ? run.role : agentName(run);
}

/** When the week of what is in a group begins. */
const weekOfGroup = ({ entries, runs, escalated }: Counted): number =>
  weekStart(entries[0]?.at ?? runs[0]?.at ?? escalated[0]?.at ?? 0);

function figures({ entries, runs, escalated }: Counted, period: Period): Figures {
  const landings = entries.filter(({ how }) => how !== 'abandoned');
  const usd = known(runs.map(({ cost }) => cost));
  return {
    landed: landings.length,
    byHand: landings.filter(({ how }) => how === 'by-hand').length,
    abandoned: entries.length - landings.length,
    undone: landings.filter(({ undone }) => undone !== null).length,
    perDay: landings.length / Math.max(1, (period.to - period.from) / DAY),
    cycle: spread(landings.flatMap(({ start, at }) => (start === null ? [] : [at - start]))),
    columns: Object.fromEntries(
      COLUMNS.map((column) => [column, spread(landings.flatMap(({ columns }) => columns[column] ?? []))]),
    ),
    queueWait: spread(landings.flatMap(({ waited }) => waited ?? [])),
    reviews: share(sum(landings.map(({ reviews }) => reviews)), landings.length),
    firstPass: share(landings.filter(({ failures }) => failures === 0).length, landings.length),
    retries: runs.filter(({ again }) => again).length,
    escalations: escalated.length,
    runs: runFigures(runs),
    cost: {
      usd,
      tokens: known(runs.map(({ tokens }) => tokens)),
      usdPerLanding: usd === null ? null : share(usd, landings.length),
    },
    parallelism: parallelismOf(landings),
    estimate: spread(
      landings.flatMap(({ start, at, estimate }) =>
        start === null || estimate === null || estimate === 0 ? [] : [(at - start) / estimate],
      ),
    ),
  };
}

/** The sum of what is known; null: nothing is. */
function known(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : sum(told);
}

/** Time in work of all, divided by the time that at least one of them may have been in work. */
function parallelismOf(landings: readonly EntryRow[]): number | null {
  const started = landings.filter(({ start }) => start !== null);
  if (started.length === 0) return null;
  let [first, last] = [Infinity, -Infinity];
  let work = 0;
  for (const { start, at, columns } of started) {
    first = Math.min(first, start ?? at);
    last = Math.max(last, at);
    work += (columns.IN_PROGRESS ?? 0) + (columns.REVIEW ?? 0) + (columns.TESTING ?? 0);
  }
  return share(work, last - first);
}
