import type { Criterion, Entry } from '../../board/entry.ts';
import { estimateOf } from '../../board/estimate.ts';
import type { SnapshotDependency, SnapshotEntry } from '../../contract/snapshot.ts';
import { entryHash } from '../../system/entry-hash.ts';
import type { World } from '../../pipeline/world.ts';

export type EntryDetails = Pick<
  SnapshotEntry,
  | 'depends'
  | 'priority'
  | 'files'
  | 'agent'
  | 'criteria'
  | 'estimate'
  | 'startedAt'
  | 'since'
  | 'feedback'
  | 'parked'
  | 'was'
>;

/** What history and the other entries tell of an entry. */
export type EntryLinks = Pick<EntryDetails, 'depends' | 'startedAt' | 'since'>;

type Place = 'open' | 'parked';

/** Where the ids of the board stand: made anew only when an id comes, goes or is parked. */
export class IdPlaces {
  #ids: readonly (string | null)[] = [];
  #parked: readonly boolean[] = [];
  #places: ReadonlyMap<string, Place> = new Map();

  of(entries: World['entries']): ReadonlyMap<string, Place> {
    const isSame =
      entries.length === this.#ids.length &&
      entries.every(({ entry }, index) => entry.id === this.#ids[index] && entry.parked === this.#parked[index]);
    if (isSame) return this.#places;
    const places = new Map<string, Place>();
    for (const { entry } of entries)
      if (entry.id !== null && places.get(entry.id) !== 'open') places.set(entry.id, entry.parked ? 'parked' : 'open');
    this.#ids = entries.map(({ entry }) => entry.id);
    this.#parked = entries.map(({ entry }) => entry.parked);
    return (this.#places = places);
  }
}

/**
 * Reads what history and the other entries tell of an entry. Pure but for `ids`, which changes the time and never the answer.
 * The reader takes what it has told of the entry before: what has not changed is the same object.
 */
export function linksReader(
  { entries, history }: World,
  ids: IdPlaces = new IdPlaces(),
): (entry: Entry, before?: EntryLinks) => EntryLinks {
  const here = ids.of(entries);
  const stateOf = (id: string): SnapshotDependency['state'] => {
    const place = here.get(id);
    if (place !== undefined) return place;
    if (history.landed.has(id)) return 'landed';
    return history.abandoned.has(id) ? 'abandoned' : 'unknown';
  };
  return ({ id, depends }, before) => {
    const since = id === null ? null : (history.enteredAt.get(id) ?? null);
    const startedAt = id === null ? null : (history.startedAt.get(id) ?? null);
    const isSame =
      before?.since === since &&
      before.startedAt === startedAt &&
      before.depends.length === depends.length &&
      before.depends.every((known, index) => known.id === depends[index] && known.state === stateOf(known.id));
    if (isSame) return before;
    return {
      depends: depends.length === 0 ? NO_DEPENDENCIES : depends.map((one) => ({ id: one, state: stateOf(one) })),
      startedAt,
      since,
    };
  };
}

/** What an entry tells besides its title. Pure. */
export const detailsOf = (entry: Entry, { depends, startedAt, since }: EntryLinks): EntryDetails => ({
  depends,
  priority: entry.priority,
  files: entry.files,
  agent: entry.fields.find(({ key }) => key === 'agent')?.value ?? null,
  criteria: countOf(entry.criteria),
  estimate: estimateOf(entry),
  startedAt,
  since,
  feedback: entry.feedback,
  parked: entry.parkedUnder,
  was: entryHash(entry.source),
});

const NO_DEPENDENCIES: readonly SnapshotDependency[] = [];
const NO_CRITERIA: SnapshotEntry['criteria'] = { done: 0, all: 0 };

const countOf = (criteria: readonly Criterion[]): SnapshotEntry['criteria'] =>
  criteria.length === 0
    ? NO_CRITERIA
    : { done: criteria.filter(({ checked }) => checked).length, all: criteria.length };
