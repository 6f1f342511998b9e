import { type BoardTexts, type Column, COLUMNS } from './entry.ts';
import { readSave } from './reconcile.ts';
import { type BoardOptions, columnPath } from './parse.ts';
import { parseColumn } from './parse-column.ts';
import { CUT_AND_PASTE, type RemovedEntry, type RestoredEntry, type SaveReading, type Version } from './save.ts';

/** A save that the coordinator has to change or to keep, with what it means. */
export interface ReadSave {
  readonly column: Column;
  readonly disk: string;
  readonly reading: SaveReading;
  /** Epoch ms when it was first seen. */
  readonly since: number;
  /** Epoch ms until which the other half of a move by hand is waited for. */
  readonly waitsUntil: number;
}

/** An editor may hold a text for this long: older versions are forgotten. */
const REMEMBERED = 3_600_000;
/** At most this many versions of a column are kept. */
const MAX_VERSIONS = 200;
/** At most this many of them are looked at. */
const MAX_REPLACED = 10;
/** A text that was on disk for less time is one that an editor was writing. */
const STILL = 300;
/** A save that may be one half of a move by hand waits this long for the other half. */
const SECOND_HALF = 2_000;

/**
 * The texts that each column file has had, and what saves lacked or had too much: what is needed to read a save from an old
 * buffer. Pure: times are arguments.
 */
export class SaveHistory {
  readonly #versions = new Map<Column, Version[]>(COLUMNS.map((column) => [column, []]));
  readonly #restored = new Map<string, RestoredEntry>();
  readonly #removed = new Map<string, RemovedEntry>();
  /** The last save of each column that differs from the newest version: since when, and whether it counts as it is. */
  readonly #saves = new Map<Column, { readonly text: string; readonly since: number; asSaved: boolean }>();
  /** Saves that another save took the place of before they were read, and before they were in any version. */
  readonly #replaced = new Map<Column, readonly string[]>();
  /** The last answer, good until a save need not wait any more. */
  #last: { readonly key: readonly unknown[]; readonly reads: Reads; readonly until: number } | null = null;
  #revision = 0;

  /** The coordinator's text of a column; null: none is known. */
  newest(column: Column): string | null {
    return this.#versions.get(column)?.at(-1)?.text ?? null;
  }

  count(column: Column): number {
    return this.#versions.get(column)?.length ?? 0;
  }

  /** Older versions, oldest first, that were read from git after a restart; and what was restored then. */
  recall(column: Column, older: readonly Version[], restored: ReadonlyMap<string, RestoredEntry>): void {
    const known = this.#versions.get(column) ?? [];
    const newest = known.at(-1);
    this.#versions.set(column, [...older.filter(({ text }) => text !== newest?.text), ...known]);
    for (const [id, one] of restored) if (!this.#restored.has(id)) this.#restored.set(id, one);
    this.#revision++;
  }

  /** The coordinator wrote or committed a column. A text that is the user's save is the user's. */
  wrote(column: Column, text: string, at: number, by?: Version['by']): void {
    const save = this.#saves.get(column);
    const isNew = text !== this.newest(column);
    this.#push(column, { text, at, by: by ?? (save?.text === text ? 'user' : 'coordinator') });
    // It is committed, or another text took its place.
    if (isNew || save?.text === text) this.#saves.delete(column);
  }

  /** The result of a save was written: what it lacked has been restored once, what it had too much is out of it. */
  settled({ column, disk, reading, since: at }: Omit<ReadSave, 'waitsUntil'>): void {
    // An editor may hold the save itself from now on.
    const written = this.newest(column) ?? reading.text;
    this.#push(column, { text: disk, at, by: 'user' });
    this.#push(column, { text: written, at, by: 'coordinator' });
    for (const { id } of reading.restored)
      if (this.#restored.get(id)?.column !== column) this.#restored.set(id, { column, at });
    for (const [id, source] of reading.removed) this.#removed.set(id, { column, at, source });
    // The same bytes again are another save.
    this.#saves.delete(column);
    this.#replaced.delete(column);
    this.#revision++;
  }

  /** The coordinator moved entries: what saves said of their old places is past. */
  moved(ids: readonly string[]): void {
    for (const id of ids) {
      this.#restored.delete(id);
      this.#removed.delete(id);
    }
    if (ids.length > 0) this.#revision++;
  }

  /**
   * Reads all columns.
   * @param committed base's texts. @param disk the files' texts; null: there is no such file, and base's text counts
   * @returns the board's texts with every save read, and the saves that are not simply as they were saved
   */
  read(
    committed: BoardTexts,
    disk: BoardTexts,
    known: { readonly now: number; readonly gone: ReadonlySet<string> },
    options: BoardOptions,
  ): Reads {
    this.#forget(known.now);
    for (const column of COLUMNS) this.#note(column, disk[column], committed[column], known.now);
    const key = [this.#revision, known.gone.size, ...COLUMNS.flatMap((one) => [disk[one], committed[one]])];
    const last = this.#last;
    if (last !== null && known.now < last.until && last.key.every((part, index) => part === key[index])) return last.reads;
    const texts: Record<Column, string | null> = { ...disk };
    for (const column of COLUMNS) texts[column] ??= committed[column];
    const saves: ReadSave[] = [];
    let onBoard: ReadonlySet<string> | null = null;
    for (const column of COLUMNS) {
      const save = this.#saves.get(column);
      if (save === undefined || disk[column] === null) continue;
      const versions = this.#versions.get(column) ?? [];
      const others = { ...texts, [column]: null };
      if (save.text.trim() === '' && versions.at(-1)?.text.trim() !== '' && known.now - save.since < SECOND_HALF) {
        // An editor that empties the file before it writes.
        texts[column] = versions.at(-1)?.text ?? null;
        const { since } = save;
        saves.push({ column, disk: save.text, reading: NOTHING, since, waitsUntil: since + SECOND_HALF });
        continue;
      }
      const reading = readSave(
        {
          column,
          versions,
          // Another column's save may have changed an entry that is here now.
          disk: texts[column] ?? save.text,
          others,
          pending: COLUMNS.filter((one) => one !== column && this.#saves.has(one)),
          gone: known.gone,
          known: (onBoard ??= this.#onBoard(options)),
          at: save.since,
          restored: this.#restored,
          removed: this.#removed,
          replaced: this.#replaced.get(column) ?? [],
        },
        options,
      );
      const waitsUntil = reading.ambiguous.length > 0 ? save.since + SECOND_HALF : 0;
      save.asSaved = reading.text === save.text && Object.keys(reading.others).length === 0;
      if (!save.asSaved || reading.keep.length > 0) saves.push({ column, disk: save.text, reading, since: save.since, waitsUntil });
      // Until the other half may be there, what stands in two files is left so.
      if (waitsUntil > known.now && reading.restored.length === 0) continue;
      texts[column] = reading.text;
      Object.assign(texts, reading.others);
    }
    const reads = { texts, saves };
    const waits = saves.flatMap(({ waitsUntil }) => (waitsUntil > known.now ? [waitsUntil] : []));
    this.#last = { key, reads, until: Math.min(...waits) };
    return reads;
  }

  /** Ids in the columns as the coordinator knows them. */
  #onBoard(options: BoardOptions): ReadonlySet<string> {
    return new Set(
      COLUMNS.flatMap((column) =>
        parseColumn(column, columnPath(column, options), this.newest(column) ?? '', options.ids, options.memo).column
          .entries.flatMap(({ id }) => id ?? []),
      ),
    );
  }

  /** A column's file as it is on disk: a save of the user's, or what the coordinator wrote. */
  #note(column: Column, disk: string | null, committed: string | null, now: number): void {
    const last = this.#saves.get(column);
    const newest = this.newest(column);
    if (disk === null || disk === newest || disk === (committed ?? '')) {
      this.#saves.delete(column);
      // The user took back what no commit has.
      if (disk !== null && newest !== null && disk !== newest) this.#push(column, { text: disk, at: now, by: 'user' });
      return;
    }
    if (last?.text === disk) return;
    // The text that was on disk until now is in no commit. If it counted as it was, it is a version; else it is kept if need be.
    if (last !== undefined && last.text.trim() !== '') {
      if (last.asSaved && now - last.since >= STILL)
        this.#push(column, { text: last.text, at: last.since, by: 'user' });
      else this.#replaced.set(column, [...(this.#replaced.get(column) ?? []), last.text].slice(-MAX_REPLACED));
    }
    this.#saves.set(column, { text: disk, since: now, asSaved: false });
  }

  #push(column: Column, version: Version): void {
    const versions = this.#versions.get(column)!;
    if (versions.at(-1)?.text === version.text) return;
    versions.push(version);
    if (versions.length > MAX_VERSIONS) versions.shift();
    this.#revision++;
  }

  #forget(now: number): void {
    for (const versions of this.#versions.values())
      while (versions.length > 1 && versions[1]!.at < now - REMEMBERED) versions.shift();
    for (const register of [this.#restored, this.#removed])
      for (const [id, { at }] of register) if (at < now - CUT_AND_PASTE) register.delete(id);
  }
}

const NOTHING: SaveReading = {
  madeFrom: 0,
  text: '',
  others: {},
  moved: [],
  restored: [],
  returned: [],
  removed: new Map(),
  ambiguous: [],
  keep: [],
};

export interface Reads {
  readonly texts: BoardTexts;
  readonly saves: readonly ReadSave[];
}
