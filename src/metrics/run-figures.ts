import type { Role } from '../workflow/roles.ts';
import type { RunRow } from './rows.ts';
import { spread, type Spread } from './spread.ts';

/** What is counted of a set of runs. Times are seconds. */
export interface RunFigures {
  readonly count: number;
  readonly failed: number;
  readonly seconds: Spread;
  /** For their provider, as far as commits tell. */
  readonly waited: Spread;
  /** How many took at most so many seconds. */
  readonly within: readonly { readonly seconds: number; readonly count: number }[];
  /** How many of a role and an agent ended in a certain way, ordered by these. */
  readonly causes: readonly CauseCount[];
}

export interface CauseCount {
  readonly role: Role;
  readonly agent: string;
  /** A verdict such as `done`, or `timed-out`, `not-accepted` … */
  readonly cause: string;
  readonly count: number;
}

/** Up to the default limit of a run, 15 minutes, and beyond. */
const DURATIONS = [30, 60, 120, 300, 600, 900, 1800, 3600];

export function runFigures(runs: readonly RunRow[]): RunFigures {
  const times = runs.flatMap(({ seconds }) => seconds ?? []);
  return {
    count: runs.length,
    failed: runs.filter(({ ok }) => !ok).length,
    seconds: spread(times),
    waited: spread(runs.flatMap(({ waited }) => waited ?? [])),
    within: DURATIONS.map((most) => ({ seconds: most, count: times.filter((one) => one <= most).length })),
    causes: causesOf(runs),
  };
}

/** `?`: no commit tells. */
export const agentName = ({ agent }: RunRow): string => agent || '?';

function causesOf(runs: readonly RunRow[]): CauseCount[] {
  const counts = new Map<string, CauseCount>();
  for (const run of runs) {
    const { role, cause } = run;
    const agent = agentName(run);
    const key = JSON.stringify([role, agent, cause]);
    counts.set(key, { role, agent, cause, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
