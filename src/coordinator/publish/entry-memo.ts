import type { Entry } from '../../board/entry.ts';
import { sameData } from '../../contract/same-data.ts';
import type { SnapshotEntry, SnapshotRun } from '../../contract/snapshot.ts';
import type { Note } from '../../pipeline/action.ts';
import { IdPlaces, type EntryLinks } from './entry-details.ts';

/** All that an entry of the snapshot is made of. */
export interface EntryInputs {
  readonly entry: Entry;
  readonly note: Note | undefined;
  readonly run: SnapshotRun | null;
  readonly usage: SnapshotEntry['usage'];
  readonly messages: number;
  readonly worktree: string | null;
  readonly links: EntryLinks;
}

interface Kept {
  inputs: EntryInputs;
  readonly shown: SnapshotEntry;
}

/**
 * Entries of the last snapshot: one that is made of the same is the same object, so nobody compares or writes it again.
 * Holds no facts of its own: a fresh one gives the same entries, slower.
 */
export class EntryMemo {
  #order: readonly Kept[] = [];
  #byKey: ReadonlyMap<string, Kept> | null = null;
  #list: readonly SnapshotEntry[] = [];

  readonly ids = new IdPlaces();
  #base: string | null = null;
  #places: unknown = null;

  /** @param base SHA, which tells the whole history @param places of `ids` @returns whether both are those of the last snapshot */
  isSameGround(base: string, places: unknown): boolean {
    const isSame = this.#base === base && this.#places === places;
    [this.#base, this.#places] = [base, places];
    return isSame;
  }

  /** What an entry was made of, if it stood in the same place. */
  at(index: number, key: string): EntryInputs | undefined {
    const there = this.#order[index];
    return there?.shown.key === key ? there.inputs : undefined;
  }

  /** @returns what `make` makes of each; the same list if nothing has changed */
  all(inputs: readonly EntryInputs[], make: (inputs: EntryInputs) => SnapshotEntry): readonly SnapshotEntry[] {
    const before = this.#order;
    let isSame = inputs.length === before.length;
    const order = inputs.map((one, index) => {
      const kept = this.#keptOf(one, before[index], make);
      isSame &&= kept === before[index];
      return kept;
    });
    if (isSame) return this.#list;
    this.#order = order;
    this.#byKey = null;
    return (this.#list = order.map(({ shown }) => shown));
  }

  /** @param there what stood in its place */
  #keptOf(inputs: EntryInputs, there: Kept | undefined, make: (inputs: EntryInputs) => SnapshotEntry): Kept {
    const { key } = inputs.entry;
    const known = there?.shown.key === key ? there : this.#find(key);
    if (known === undefined || !isSameInputs(known.inputs, inputs)) return { inputs, shown: make(inputs) };
    // The former entry keeps the former text of its whole column in memory.
    known.inputs = inputs;
    return known;
  }

  #find(key: string): Kept | undefined {
    this.#byKey ??= new Map(this.#order.map((one) => [one.shown.key, one]));
    return this.#byKey.get(key);
  }
}

const isSameInputs = (a: EntryInputs, b: EntryInputs): boolean =>
  isSameEntry(a.entry, b.entry) &&
  a.messages === b.messages &&
  a.worktree === b.worktree &&
  sameData(a.note, b.note) &&
  sameData(a.run, b.run) &&
  sameData(a.usage, b.usage) &&
  sameData(a.links, b.links);

/** What is read of an entry's text is the same where the text is; `depends` and `key` follow the setting `ids` too. */
const isSameEntry = (a: Entry, b: Entry): boolean =>
  a === b ||
  (a.key === b.key &&
    a.id === b.id &&
    a.kind === b.kind &&
    a.column === b.column &&
    a.parkedUnder === b.parkedUnder &&
    a.title === b.title &&
    a.source === b.source);
