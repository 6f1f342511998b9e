import { sameData } from '../../contract/same-data.ts';
import type { SnapshotEntry } from '../../contract/snapshot.ts';

interface Kept {
  readonly entry: SnapshotEntry;
  readonly line: string;
}

/** The entries of a snapshot as JSON, a line each: only those that have changed are written out again. */
export class EntryLines {
  #kept = new Map<string, Kept>();
  #order: readonly Kept[] = [];

  get lines(): readonly string[] {
    return this.#order.map(({ line }) => line);
  }

  /** @returns whether an entry, or their order, has changed. */
  update(entries: readonly SnapshotEntry[]): boolean {
    const before = this.#order;
    const order = entries.map((entry, index) => this.#keptOf(entry, before[index]));
    const changed = order.length !== before.length || order.some((kept, index) => kept !== before[index]);
    this.#order = order;
    if (changed) this.#kept = new Map(order.map((kept) => [kept.entry.key, kept]));
    return changed;
  }

  #keptOf(entry: SnapshotEntry, there: Kept | undefined): Kept {
    const known = there?.entry.key === entry.key ? there : this.#kept.get(entry.key);
    if (known !== undefined && sameData(known.entry, entry)) return known;
    return { entry, line: JSON.stringify(entry) };
  }
}
