import { type BoardTexts, type Column, COLUMNS } from '../entry.ts';
import { linesWithText, textDistance } from './line-distance.ts';
import { asSaved, readSave } from './reconcile.ts';
import { idsIn } from './save-plan.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { parseColumn } from '../parse/parse-column.ts';
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
const REMEMBERED_MS = 3_600_000;
/** At most this many versions of a column are kept. */
const MAX_VERSIONS = 200;
const TITLES = /^(?:#{1,6}|[ \t]*[-*+][ \t]+\[.\]).*$/gm;
/** At most this many superseded texts are looked at. */
const MAX_SUPERSEDED = 10;
/** A text that was on disk for less time is one that an editor was writing. */
const MIN_STABLE_MS = 300;
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
  /** Saves that are in no commit and that an older text took the place of. */
  readonly #superseded = new Map<Column, readonly string[]>();
  /** The last saves that another one took the place of. */
  readonly #recent = new Map<Column, readonly string[]>();
  /** The last answer, good until a save need not wait any more. */
  #last: { readonly key: readonly unknown[]; readonly reads: Reads; readonly until: number } | null = null;
  #revision = 0;
  #ids: { readonly revision: number; readonly found: ReadonlySet<string> } | null = null;

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
  settled({ column, disk, reading, since: at }: Omit<ReadSave, 'waitsUntil'>, written: string): void {
    // An editor may hold the save itself from now on.
    this.#push(column, { text: disk, at, by: 'user' });
    this.#push(column, { text: written, at, by: 'coordinator' });
    for (const { id } of reading.restored)
      if (this.#restored.get(id)?.column !== column) this.#restored.set(id, { column, at });
    for (const [id, source] of reading.removed) this.#removed.set(id, { column, at, source });
    // The same bytes again are another save.
    this.#saves.delete(column);
    this.#revision++;
  }

  /** A text that was lost is kept in git. */
  kept({ column, text }: LostText): void {
    this.#superseded.set(column, (this.#superseded.get(column) ?? []).filter((one) => one !== text));
    this.#revision++;
  }

  /** Ids in headings and checkbox lines of the texts that the files have had. */
  ids(): ReadonlySet<string> {
    if (this.#ids?.revision !== this.#revision) {
      const lines = [...this.#versions.values()].flatMap((versions) => versions.flatMap(({ text }) => text.match(TITLES) ?? []));
      this.#ids = { revision: this.#revision, found: new Set([...new Set(lines)].flatMap((line) => [...idsIn(line)])) };
    }
    return this.#ids.found;
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
        saves.push({ column, disk: save.text, reading: asSaved({ disk: save.text }, versions.length - 1), since, waitsUntil: since + SECOND_HALF });
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
    const reads = { texts, saves, lost: this.#lost(texts, committed, saves, known.now) };
    const waits = saves.flatMap(({ waitsUntil }) => (waitsUntil > known.now ? [waitsUntil] : []));
    this.#last = { key, reads, until: Math.min(...waits) };
    return reads;
  }

  /** Ids in the columns as the coordinator knows them. */
  #onBoard(options: BoardOptions): ReadonlySet<string> {
    return new Set(
      COLUMNS.flatMap((column) =>
        parseColumn({ column, path: columnPath(column, options), text: this.newest(column) ?? '' }, options).column
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
      if (disk !== null && last !== undefined) this.#supersede(column, last.text, disk);
      // The user took back what no commit has.
      if (disk !== null && newest !== null && disk !== newest) this.#push(column, { text: disk, at: now, by: 'user' });
      return;
    }
    if (last?.text === disk) return;
    if (last !== undefined) {
      this.#supersede(column, last.text, disk);
      // The text that was on disk until now is in no commit. If it counted as it was, it is a version.
      if (last.asSaved && now - last.since >= MIN_STABLE_MS && last.text.trim() !== '')
        this.#push(column, { text: last.text, at: last.since, by: 'user' });
    }
    this.#saves.set(column, { text: disk, since: now, asSaved: false });
  }

  /** An older text took the place of a save that is in no commit: its words are not to be lost. */
  #supersede(column: Column, text: string, disk: string): void {
    if (text.trim() === '' || text === disk) return;
    const distance = textDistance(text, disk);
    const recent = this.#recent.get(column) ?? [];
    const isOlder = [...(this.#versions.get(column) ?? []).map((version) => version.text), ...recent].some(
      (older) => older !== text && textDistance(older, disk, distance) < distance,
    );
    this.#recent.set(column, [...recent.filter((one) => one !== text), text].slice(-MAX_SUPERSEDED));
    if (isOlder) this.#superseded.set(column, [...(this.#superseded.get(column) ?? []), text].slice(-MAX_SUPERSEDED));
  }

  /** Superseded texts with lines that are in no file and not in base. A line that was typed on is not lost. */
  #lost(texts: BoardTexts, committed: BoardTexts, saves: readonly ReadSave[], now: number): readonly LostText[] {
    const after = COLUMNS.flatMap((column) => [texts[column] ?? '', committed[column] ?? '']);
    return COLUMNS.flatMap((column) => {
      const some = this.#superseded.get(column) ?? [];
      if (some.length === 0 || saves.some((save) => save.column === column && save.waitsUntil > now)) return [];
      const lost = some.filter((text) => linesWithText(text).some((line) => !after.some((one) => one.includes(line.trim()))));
      this.#superseded.set(column, lost);
      return lost.map((text) => ({ column, text }));
    });
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
      while (versions.length > 1 && versions[1]!.at < now - REMEMBERED_MS) versions.shift();
    for (const register of [this.#restored, this.#removed])
      for (const [id, { at }] of register) if (at < now - CUT_AND_PASTE) register.delete(id);
  }
}

export interface Reads {
  readonly texts: BoardTexts;
  readonly saves: readonly ReadSave[];
  readonly lost: readonly LostText[];
}

/** A text of the user that is in no file and in no commit. */
export interface LostText {
  readonly column: Column;
  readonly text: string;
}
