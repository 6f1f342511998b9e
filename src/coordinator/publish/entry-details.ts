import type { Criterion, Entry } from '../../board/entry.ts';
import type { SnapshotDependency, SnapshotEntry } from '../../contract/snapshot.ts';
import type { World } from '../../pipeline/world.ts';

export type EntryDetails = Pick<
  SnapshotEntry,
  'depends' | 'priority' | 'files' | 'agent' | 'criteria' | 'since' | 'feedback' | 'parked'
>;

/** Reads what the text of an entry tells besides its title, and what history tells of its place. Pure. */
export function detailsReader({ entries, history }: World): (entry: Entry) => EntryDetails {
  const here = new Map<string, 'open' | 'parked'>();
  for (const { entry } of entries)
    if (entry.id !== null && here.get(entry.id) !== 'open') here.set(entry.id, entry.parked ? 'parked' : 'open');
  const gone = (id: string): SnapshotDependency['state'] => {
    if (history.landed.has(id)) return 'landed';
    return history.abandoned.has(id) ? 'abandoned' : 'unknown';
  };
  return (entry) => ({
    depends:
      entry.depends.length === 0
        ? NO_DEPENDENCIES
        : entry.depends.map((id) => ({ id, state: here.get(id) ?? gone(id) })),
    priority: entry.priority,
    files: entry.files,
    agent: entry.fields.find(({ key }) => key === 'agent')?.value ?? null,
    criteria: countOf(entry.criteria),
    since: entry.id === null ? null : (history.enteredAt.get(entry.id) ?? null),
    feedback: entry.feedback,
    parked: entry.parkedUnder,
  });
}

const NO_DEPENDENCIES: readonly SnapshotDependency[] = [];
const NO_CRITERIA: SnapshotEntry['criteria'] = { done: 0, all: 0 };

const countOf = (criteria: readonly Criterion[]): SnapshotEntry['criteria'] =>
  criteria.length === 0
    ? NO_CRITERIA
    : { done: criteria.filter(({ checked }) => checked).length, all: criteria.length };
