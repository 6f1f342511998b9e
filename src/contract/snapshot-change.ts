import { sameData } from './same-data.ts';
import type { Snapshot, SnapshotEntry } from './snapshot.ts';

/** What is other than in the entries before. Absent: nothing. */
export interface EntriesPatch {
  /** Entries that are new or have changed, by name. An entry's name is its `key`; of several with one key, the later ones have `#2`, `#3` behind it. */
  readonly entries?: Readonly<Record<string, SnapshotEntry>>;
  /** Names of entries that have gone. */
  readonly gone?: readonly string[];
  /** Names of all entries in their order, where that is another one. */
  readonly order?: readonly string[];
}

/** What is other than in the snapshot before, as stable JSON. Absent: nothing. */
export interface SnapshotPatch extends EntriesPatch {
  /** Everything but the entries. */
  readonly head?: Omit<Snapshot, 'entries'>;
}

/**
 * From one snapshot to the next.
 * @param before null: everything is new
 * @returns null: nothing but the time (`at`) is different
 */
export function patchBetween(before: Snapshot | null, after: Snapshot): SnapshotPatch | null {
  const head = headChange(before, after);
  const patch = { ...(head === null ? {} : { head }), ...entriesBetween(before?.entries ?? [], after.entries) };
  return isNothing(patch) ? null : patch;
}

/** Whether a patch changes nothing. */
export const isNothing = (patch: SnapshotPatch): boolean => Object.keys(patch).length === 0;

function headChange(before: Snapshot | null, after: Snapshot): Omit<Snapshot, 'entries'> | null {
  const head = headOf(after);
  return before !== null && sameData({ ...headOf(before), at: after.at }, head) ? null : head;
}

function headOf(snapshot: Snapshot): Omit<Snapshot, 'entries'> {
  const { entries: _entries, ...head } = snapshot;
  return head;
}

/** From the entries of one snapshot to those of the next. Entries that are the same object cost nothing. */
export function entriesBetween(before: readonly SnapshotEntry[], after: readonly SnapshotEntry[]): EntriesPatch {
  if (before === after) return {};
  if (before.length === after.length && before.every(({ key }, index) => key === after[index]?.key))
    return changedInPlace(before, after);
  const [old, now] = [namesOf(before), namesOf(after)];
  const changed = [...now].filter(([name, entry]) => !sameData(old.get(name), entry));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const order = [...now.keys()];
  const isOrdered = before.length === after.length && sameData([...old.keys()], order);
  return {
    ...(changed.length === 0 ? {} : { entries: Object.fromEntries(changed) }),
    ...(gone.length === 0 ? {} : { gone }),
    ...(isOrdered ? {} : { order }),
  };
}

/** The same, where the same keys stand in the same places: so do the same names. */
function changedInPlace(before: readonly SnapshotEntry[], after: readonly SnapshotEntry[]): EntriesPatch {
  const changed: number[] = [];
  for (let index = 0; index < after.length; index++) if (!sameData(before[index], after[index])) changed.push(index);
  if (changed.length === 0) return {};
  const isPlain = (index: number): boolean => {
    const { key } = after[index]!;
    return !key.includes('#') && after.findIndex((entry) => entry.key === key) === index;
  };
  // To name all entries costs more than to find the few that have changed.
  const names = changed.length <= FEW && changed.every(isPlain) ? null : [...namesOf(after).keys()];
  return { entries: Object.fromEntries(changed.map((index) => [names?.[index] ?? after[index]!.key, after[index]!])) };
}

const FEW = 8;

/** Several entries may have one key while the user has an id on the board twice. */
function namesOf(entries: readonly SnapshotEntry[]): Map<string, SnapshotEntry> {
  const names = new Map<string, SnapshotEntry>();
  for (const entry of entries) {
    let name = entry.key;
    for (let count = 2; names.has(name); count++) name = `${entry.key}#${count}`;
    names.set(name, entry);
  }
  return names;
}

/**
 * The inverse of `patchBetween`. @param before the snapshot that the patch was made from; null: the patch has everything
 * @throws RangeError: the patch was made from another snapshot
 */
export function applyPatch(before: Snapshot | null, { head, ...patch }: SnapshotPatch): Snapshot {
  const top = head ?? before;
  if (top === null) throw new RangeError('a first patch must have a head');
  const entries = new PatchedEntries(before?.entries ?? []);
  entries.apply(patch);
  return { ...top, entries: entries.list };
}

/** Entries to which one patch after another is applied. */
export class PatchedEntries {
  #names: Map<string, SnapshotEntry>;

  constructor(entries: readonly SnapshotEntry[]) {
    this.#names = namesOf(entries);
  }

  /** In their order. */
  get list(): SnapshotEntry[] {
    return [...this.#names.values()];
  }

  /** @throws RangeError: the patch was made from other entries */
  apply({ entries = {}, gone = [], order }: EntriesPatch): void {
    const names = this.#names;
    for (const name of gone) names.delete(name);
    for (const [name, entry] of Object.entries(entries)) names.set(name, entry);
    if (order === undefined) return;
    const ordered = new Map<string, SnapshotEntry>();
    for (const name of order) {
      const entry = names.get(name);
      if (entry === undefined) throw new RangeError('the patch was made from another snapshot');
      ordered.set(name, entry);
    }
    this.#names = ordered;
  }
}
