import { batch, signal, type Signal } from '@preact/signals';
import { COLUMNS, type Column } from '../../../board/entry.ts';
import type { Snapshot, SnapshotEntry } from '../../../contract/snapshot.ts';
import type { SnapshotPatch } from '../../../contract/snapshot-change.ts';
import { fits, haystackOf, parseQuery, type Query } from '../../../report/search/search-query.ts';

export type Head = Omit<Snapshot, 'entries'>;

/** An entry as the page holds it. */
export interface Held {
  /** Unlike its key, no other entry has it. */
  readonly name: string;
  readonly entry: Signal<SnapshotEntry>;
}

interface Kept extends Held {
  haystack: string;
  fits: boolean;
}

/** What a column shows: entries that need the user, then the others in the order of the file, then those that are parked. */
export interface Group {
  readonly column: Column;
  readonly entries: readonly Held[];
  readonly parked: readonly { readonly name: string; readonly entries: readonly Held[] }[];
  /** Entries that are not parked, those that are filtered out included. */
  readonly all: number;
}

const NOTHING: Group = { column: 'TODO', entries: [], parked: [], all: 0 };

/**
 * The board as signals: one for each entry, one list for each column. A changed entry wakes its own row; a list wakes only
 * when an entry comes, goes, or changes its place.
 */
export class BoardStore {
  readonly head = signal<Head | null>(null);
  readonly columns: Readonly<Record<Column, Signal<Group>>>;
  readonly needing = signal<readonly Held[]>([]);
  /** Entries on the board, and those of them that fit what is searched for. */
  readonly count = signal({ all: 0, fit: 0 });
  /** Names of entries that changed their column, with the time; for one short motion. */
  readonly arrived = new Map<string, number>();
  /** Counts changes of any entry: for what shows all of them. */
  readonly version = signal(0);
  #kept = new Map<string, Kept>();
  #query: Query = [];
  #entries: readonly SnapshotEntry[] | null = null;

  constructor() {
    const group = (column: Column): [Column, Signal<Group>] => [column, signal({ ...NOTHING, column })];
    this.columns = Object.fromEntries(COLUMNS.map(group)) as Record<Column, Signal<Group>>;
  }

  /** In their order; the same list until one of them changes. */
  get entries(): readonly SnapshotEntry[] {
    this.#entries ??= [...this.#kept.values()].map(({ entry }) => entry.peek());
    return this.#entries;
  }

  byId(id: string): Held | null {
    const known = this.#kept.get(id);
    if (known?.entry.peek().id === id) return known;
    for (const held of this.#kept.values()) if (held.entry.peek().id === id) return held;
    return null;
  }

  byName(name: string): Held | null {
    return this.#kept.get(name) ?? null;
  }

  /** @param isWhole the patch has everything: what was known before is forgotten */
  apply(
    { head, entries = {}, gone = [], order }: SnapshotPatch,
    { isWhole, now }: { isWhole: boolean; now: number },
  ): void {
    batch(() => {
      if (head !== undefined) this.head.value = head;
      let isMoved = gone.length > 0 || order !== undefined;
      const changed = Object.entries(entries);
      if (isWhole) {
        const named = new Set(changed.map(([name]) => name));
        for (const name of this.#kept.keys()) if (!named.has(name)) this.#kept.delete(name);
        isMoved = true;
      }
      for (const name of gone) this.#kept.delete(name);
      for (const [name, entry] of changed) isMoved = this.#change(name, entry, isWhole ? null : now) || isMoved;
      if (order !== undefined) this.#kept = new Map(order.flatMap((name) => this.#named(name)));
      else if (isWhole) this.#kept = new Map(changed.flatMap(([name]) => this.#named(name)));
      if (isMoved) this.#regroup();
      if (changed.length === 0 && !isMoved) return;
      this.#entries = null;
      this.version.value += 1;
    });
  }

  /** Shows what fits, and nothing else. */
  filter(text: string): void {
    this.#query = parseQuery(text);
    for (const kept of this.#kept.values()) kept.fits = fits(this.#query, kept.entry.peek(), kept.haystack);
    batch(() => this.#regroup());
  }

  #named(name: string): [string, Kept][] {
    const kept = this.#kept.get(name);
    return kept === undefined ? [] : [[name, kept]];
  }

  /** @returns whether a list is another one now. */
  #change(name: string, entry: SnapshotEntry, now: number | null): boolean {
    const haystack = haystackOf(entry);
    const isFitting = fits(this.#query, entry, haystack);
    const kept = this.#kept.get(name);
    if (kept === undefined) {
      this.#kept.set(name, { name, entry: signal(entry), haystack, fits: isFitting });
      if (now !== null) this.arrived.set(name, now);
      return true;
    }
    const before = kept.entry.peek();
    if (before.column !== entry.column && now !== null) this.arrived.set(name, now);
    const isMoved = kept.fits !== isFitting || placeOf(before) !== placeOf(entry);
    Object.assign(kept, { haystack, fits: isFitting });
    kept.entry.value = entry;
    return isMoved;
  }

  #regroup(): void {
    const groups = Object.fromEntries(
      COLUMNS.map((column) => [
        column,
        { first: [] as Held[], rest: [] as Held[], parked: new Map<string, Held[]>(), all: 0 },
      ]),
    );
    const needing: Held[] = [];
    let fit = 0;
    for (const kept of this.#kept.values()) {
      const { column, state, parked } = kept.entry.peek();
      const group = groups[column]!;
      if (state !== 'parked') group.all += 1;
      if (state === 'needs-person') needing.push(kept);
      if (!kept.fits) continue;
      fit += 1;
      if (state !== 'parked') (state === 'needs-person' ? group.first : group.rest).push(kept);
      else {
        const name = parked ?? '';
        const list = group.parked.get(name) ?? [];
        group.parked.set(name, list);
        list.push(kept);
      }
    }
    for (const column of COLUMNS) {
      const { first, rest, parked, all } = groups[column]!;
      const next = {
        column,
        entries: [...first, ...rest],
        parked: [...parked].map(([name, entries]) => ({ name, entries })),
        all,
      };
      if (!isSame(this.columns[column].peek(), next)) this.columns[column].value = next;
    }
    if (!isSameList(this.needing.peek(), needing)) this.needing.value = needing;
    const { all, fit: before } = this.count.peek();
    if (all !== this.#kept.size || before !== fit) this.count.value = { all: this.#kept.size, fit };
  }
}

/** What decides in which list an entry stands. */
const placeOf = ({ column, state, parked }: SnapshotEntry): string =>
  `${column} ${state === 'parked' ? `parked ${parked ?? ''}` : state === 'needs-person' ? 'first' : ''}`;

const isSameList = (a: readonly Held[], b: readonly Held[]): boolean =>
  a.length === b.length && a.every((held, index) => held === b[index]);

const isSame = (a: Group, b: Group): boolean =>
  a.all === b.all &&
  isSameList(a.entries, b.entries) &&
  a.parked.length === b.parked.length &&
  a.parked.every(({ name, entries }, index) => {
    const other = b.parked[index];
    return other?.name === name && isSameList(entries, other.entries);
  });
