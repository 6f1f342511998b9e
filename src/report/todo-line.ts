import { firstOf } from '../first-of.ts';
import type { SnapshotEntry } from '../contract/snapshot.ts';
import type { Clock } from './span.ts';
import { plain } from './plain.ts';

/** TODO in one line: `5 ready · 2 wait for T-12 · 1 being edited`; '' when nothing is in it. */
export function todoLine(entries: readonly SnapshotEntry[], clock: Clock): string {
  const todo = entries.filter(({ column, state }) => column === 'TODO' && state !== 'needs-person');
  const count = (state: SnapshotEntry['state']): number =>
    todo.filter((entry) => entry.state === state && entry.on.length === 0).length;
  const parts = [
    ready(todo.filter(({ state }) => state === 'ready')),
    some(count('running') + count('lands'), 'about to move'),
    ...waitingFor(todo),
    ...waitingUntil(
      todo.filter(({ on }) => on.length === 0),
      clock,
    ),
    some(count('being-edited'), 'being edited'),
    some(count('held'), 'held'),
    some(count('parked'), 'parked'),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** `5 ready`, `5 ready, 3 of which wait for a place in the pool (`capacity`)` */
function ready(entries: readonly SnapshotEntry[]): string {
  const [most] = grouped(
    entries.filter(({ why }) => why !== '' && why !== 'ready'),
    ({ why }) => why,
  );
  if (most === undefined) return some(entries.length, 'ready');
  const [why, count] = most;
  const which = entries.length === 1 ? 'which' : `${count === entries.length ? 'all' : count} of which`;
  return `${entries.length} ready, ${which} ${plain(why).replace(/^waits(?= )/, verb(count))}`;
}

const some = (count: number, what: string): string => (count === 0 ? '' : `${count} ${what}`);
const verb = (count: number): string => (count === 1 ? 'waits' : 'wait');

/** Grouped by what they wait for; the largest three groups by name. */
function waitingFor(todo: readonly SnapshotEntry[]): string[] {
  const groups = grouped(
    todo.filter(({ on }) => on.length > 0),
    ({ on }) => firstOf(on, 3),
  );
  const rest = groups.slice(3).reduce((sum, [, count]) => sum + count, 0);
  return [
    ...groups.slice(0, 3).map(([on, count]) => `${count} ${verb(count)} for ${on}`),
    some(rest, `${verb(rest)} for other entries`),
  ];
}

function waitingUntil(todo: readonly SnapshotEntry[], clock: Clock): string[] {
  const waits = todo.filter(({ state }) => state === 'waits' || state === 'waits-for-provider');
  // A large board has many entries and few reasons.
  const cleaned = new Map<string, string>();
  const words = (why: string): string => {
    const known = cleaned.get(why) ?? plain(why);
    cleaned.set(why, known);
    return known;
  };
  const groups = grouped(waits, ({ why, until }) =>
    until === null ? words(why) : `until ${clock(until)} (${words(why)})`,
  );
  return groups.map(([why, count]) => {
    if (why.startsWith('until')) return `${count} ${verb(count)} ${why}`;
    return `${count} ${why.replace(/^waits(?= )/, verb(count))}`;
  });
}

/** [name, count], the most frequent first, else in order of appearance. */
function grouped(entries: readonly SnapshotEntry[], name: (entry: SnapshotEntry) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const entry of entries) counts.set(name(entry), (counts.get(name(entry)) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]);
}
