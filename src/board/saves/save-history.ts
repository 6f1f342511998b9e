import { idsIn } from './named.ts';
import { type BoardTexts, type Column, COLUMNS } from '../entry.ts';
import { asSaved, readSave } from './reconcile.ts';
import { type LostText, ReplacedTexts } from './replaced-texts.ts';
import { type KnownPlaces, knownPlaces } from './known-places.ts';
import type { BoardOptions } from '../parse.ts';
import { VersionList } from './version-list.ts';
import {
  CUT_AND_PASTE,
  type RemovedEntry,
  type RestoredEntry,
  type Save,
  type SaveReading,
  type Version,
} from './save.ts';

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

/** A save that differs from the newest version. */
interface NotedSave {
  readonly text: string;
  /** Epoch ms. */
  readonly since: number;
  /** It counts as it is. */
  asSaved: boolean;
  /** The file is not there: an editor is just putting another in its place, or somebody deleted it. */
  isMissing?: boolean;
}

/** An editor may hold a text for this long: older versions are forgotten. */
const REMEMBERED_MS = 3_600_000;
/** A text that was on disk for less time is one that an editor was writing. */
const MIN_STABLE_MS = 300;
/** A save that may be one half of a move by hand waits this long for the other half. */
const SECOND_HALF = 2_000;

/**
 * The texts that each column file has had, and what saves lacked or had too much: what is needed to read a save from an old
 * buffer. Pure: times are arguments.
 */
export class SaveHistory {
  readonly #remembersLoose: boolean;
  readonly #versions = new VersionList();
  readonly #restored = new Map<string, RestoredEntry>();
  readonly #removed = new Map<string, RemovedEntry>();
  /** The last save of each column that differs from the newest version. */
  readonly #saves = new Map<Column, NotedSave>();
  readonly #replaced = new ReplacedTexts();
  /** What each file had when it was read or written last, and since when. */
  readonly #onDisk = new Map<Column, { readonly text: string; readonly at: number }>();
  /** Entries whose other half of a move by hand may not be saved yet: since when that is waited for, however often is saved. */
  readonly #halves = new Map<Column, ReadonlyMap<string, number>>();
  /** The last answer, good until a save need not wait any more. */
  #last: { readonly key: readonly unknown[]; readonly reads: Reads; readonly until: number } | null = null;
  #revision = 0;

  /**
   * @param remembersLoose texts that stood on disk only count as versions; somebody who looks on reads the board as the next
   * coordinator will, which knows what git has
   */
  constructor(remembersLoose = true) {
    this.#remembersLoose = remembersLoose;
  }

  /** The coordinator's text of a column; null: none is known. */
  newest(column: Column): string | null {
    return this.#versions.newest(column);
  }

  /** Older versions, oldest first, that were read from git after a restart; and what was restored then. */
  recall(column: Column, older: readonly Version[], restored: ReadonlyMap<string, RestoredEntry>): void {
    this.#versions.recall(column, older);
    for (const [id, one] of restored) if (!this.#restored.has(id)) this.#restored.set(id, one);
    this.#revision++;
  }

  /** The coordinator wrote or committed a column. A text that is the user's save is the user's. */
  wrote(column: Column, text: string, at: number, by?: Version['by']): void {
    const save = this.#saves.get(column);
    const isNew = text !== this.newest(column);
    this.#countAnew(column, text);
    // What a commit of somebody else has need not be on disk.
    if (by === undefined) this.#onDisk.set(column, { text, at });
    this.#versions.push(column, { text, at, by: by ?? (save?.text === text ? 'user' : 'coordinator') });
    // It is committed, or another text took its place.
    if (!isNew && save?.text !== text) return;
    if (save?.isMissing === true) this.#replace(column, { text: save.text, at: save.since }, text);
    this.#saves.delete(column);
    this.#halves.delete(column);
  }

  /** An entry that was deleted and is back is in work again: it takes two more saves to delete it. */
  #countAnew(column: Column, text: string): void {
    const before = this.newest(column);
    if (before === null) return;
    for (const [id, one] of this.#restored)
      if (one.column === column && !idsIn(before).has(id) && idsIn(text).has(id)) this.#restored.delete(id);
  }

  /** The result of a save was written: what it lacked has been restored once, what it had too much is out of it. */
  settled({ column, disk, reading, since: at }: Omit<ReadSave, 'waitsUntil'>, written: string): void {
    // An editor may hold the save itself from now on.
    this.#versions.push(column, { text: disk, at, by: 'user' });
    this.#versions.push(column, { text: written, at, by: 'coordinator' });
    this.#onDisk.set(column, { text: written, at });
    for (const { id } of reading.restored)
      if (this.#restored.get(id)?.column !== column) this.#restored.set(id, { column, at });
    for (const [id, source] of reading.removed) this.#removed.set(id, { column, at, source });
    // The same bytes again are another save.
    this.#saves.delete(column);
    this.#halves.delete(column);
    this.#revision++;
  }

  /** A text that was lost is kept in git. */
  kept({ column, text }: Pick<LostText, 'column' | 'text'>): void {
    this.#replaced.kept({ column, text });
    this.#versions.kept(column, text);
    this.#revision++;
  }

  /** Ids in headings and checkbox lines of the texts that the files have had. */
  ids(): ReadonlySet<string> {
    return this.#versions.ids();
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
   * @param known `glimpsed`: texts that were on disk between the last look and this one, oldest first
   * @returns the board's texts with every save read, and the saves that are not simply as they were saved
   */
  read(
    committed: BoardTexts,
    disk: BoardTexts,
    known: { readonly now: number; readonly gone: ReadonlySet<string>; readonly glimpsed?: readonly GlimpsedText[] },
    options: BoardOptions,
  ): Reads {
    this.#forget(known.now);
    for (const glimpsed of known.glimpsed ?? []) this.#glimpse(glimpsed, disk[glimpsed.column]);
    for (const column of COLUMNS) this.#note(column, disk[column], committed[column], known.now);
    const key = [
      this.#revision,
      this.#versions.revision,
      known.gone.size,
      ...COLUMNS.flatMap((one) => [disk[one], committed[one]]),
    ];
    const last = this.#last;
    if (last !== null && known.now < last.until && last.key.every((part, index) => part === key[index]))
      return last.reads;
    const { texts, saves } = this.#readTwice(committed, disk, known, options);
    const waiting = new Set(saves.flatMap(({ column, waitsUntil }) => (waitsUntil > known.now ? [column] : [])));
    const reads = { texts, saves, lost: this.#replaced.lost(texts, disk, committed, waiting) };
    const waits = saves.flatMap(({ waitsUntil }) => (waitsUntil > known.now ? [waitsUntil] : []));
    this.#last = { key, reads, until: Math.min(...waits) };
    return reads;
  }

  /** What stands in one file only because that was saved from an old text is nowhere for the other saves. */
  #readTwice(
    committed: BoardTexts,
    disk: BoardTexts,
    known: { readonly now: number; readonly gone: ReadonlySet<string> },
    options: BoardOptions,
  ): AllRead {
    const newest = Object.fromEntries(COLUMNS.map((column) => [column, this.newest(column)])) as BoardTexts;
    const places = this.#saves.size === 0 ? NO_PLACES : knownPlaces(committed, newest, options);
    const first = this.#readAll(committed, disk, { ...known, ...places, old: new Map() }, options);
    const some = first.saves.filter(({ reading }) => reading.old.length > 0);
    if (some.length === 0) return first;
    const old = new Map(some.map(({ column, reading }) => [column, new Set(reading.old)]));
    return this.#readAll(committed, disk, { ...known, ...places, old }, options);
  }

  #readAll(
    committed: BoardTexts,
    disk: BoardTexts,
    known: KnownPlaces & Required<Pick<Save, 'old'>> & { readonly now: number; readonly gone: ReadonlySet<string> },
    options: BoardOptions,
  ): AllRead {
    const texts: Record<Column, string | null> = { ...disk };
    for (const column of COLUMNS) texts[column] ??= committed[column];
    const saves: ReadSave[] = [];
    for (const column of COLUMNS) {
      const save = this.#saves.get(column);
      if (save === undefined || disk[column] === null) continue;
      const versions = this.#versions.of(column);
      const others = { ...texts, [column]: null };
      if (save.text.trim() === '' && versions.at(-1)?.text.trim() !== '' && known.now - save.since < SECOND_HALF) {
        // An editor that empties the file before it writes.
        texts[column] = versions.at(-1)?.text ?? null;
        const { since } = save;
        saves.push({
          column,
          disk: save.text,
          reading: asSaved({ disk: save.text }, versions.length - 1),
          since,
          waitsUntil: since + SECOND_HALF,
        });
        continue;
      }
      const reading = readSave(
        {
          column,
          versions,
          brief: this.#replaced.remembered(column).map((one) => ({ ...one, by: 'user' })),
          // Another column's save may have changed an entry that is here now.
          disk: texts[column] ?? save.text,
          others,
          pending: COLUMNS.filter((one) => one !== column && this.#saves.has(one)),
          gone: known.gone,
          known: known.known,
          places: known.places,
          old: known.old,
          at: save.since,
          restored: this.#restored,
          removed: this.#removed,
        },
        options,
      );
      const waitsUntil = this.#waitFor(column, reading.ambiguous, save.since);
      save.asSaved = reading.text === save.text && Object.keys(reading.others).length === 0;
      if (!save.asSaved || reading.keep.length > 0)
        saves.push({ column, disk: save.text, reading, since: save.since, waitsUntil });
      // Until the other half may be there, what stands in two files is left so.
      if (waitsUntil > known.now && reading.restored.length === 0) continue;
      texts[column] = reading.text;
      Object.assign(texts, reading.others);
    }
    return { texts, saves };
  }

  /** A column's file as it is on disk: a save of the user's, or what the coordinator wrote. */
  #note(column: Column, disk: string | null, committed: string | null, now: number): void {
    const last = this.#saves.get(column);
    if (last !== undefined) last.isMissing = disk === null;
    if (disk === null) return;
    const before = this.#onDisk.get(column);
    if (before?.text !== disk) {
      this.#onDisk.set(column, { text: disk, at: now });
      if (before !== undefined && before.text !== committed) this.#replace(column, before, disk);
    }
    if (last !== undefined) this.#leave(column, last, disk, now);
    // With what the user saved last as a version, a text from before it is another save.
    const isKnown = disk === this.newest(column) || disk === (committed ?? '');
    if (!isKnown && last?.text === disk) return;
    if (!isKnown) {
      this.#saves.set(column, { text: disk, since: now, asSaved: false });
      return;
    }
    this.#saves.delete(column);
    this.#halves.delete(column);
    // The user took back what no commit has.
    this.#countAnew(column, disk);
    this.#versions.push(column, { text: disk, at: now, by: 'user', isLoose: disk !== (committed ?? '') });
    if (before?.text !== disk) this.#versions.again(column, now);
  }

  /** Another text takes the place of a save, which is in no commit. If it counted as it was, it is a version. */
  #leave(column: Column, { text, since, asSaved }: NotedSave, disk: string, now: number): void {
    if (!this.#remembersLoose || !asSaved || text === disk || now - since < MIN_STABLE_MS || text.trim() === '') return;
    this.#countAnew(column, text);
    this.#versions.push(column, { text, at: since, by: 'user', isLoose: true });
  }

  /** What was on disk between two looks. */
  #glimpse({ column, text, at }: GlimpsedText, disk: string | null): void {
    if (disk === null || text === disk || text === this.#onDisk.get(column)?.text) return;
    this.#replace(column, { text, at }, disk);
    this.#revision++;
  }

  /** A text was on disk. What the coordinator wrote, or read and wrote the meaning of, is in commits. */
  #replace(column: Column, { text, at }: { readonly text: string; readonly at: number }, by: string): void {
    if (!this.#remembersLoose) return;
    const versions = this.#versions.of(column);
    if (versions.some((one) => one.text === text && one.isLoose !== true)) return;
    this.#replaced.add(column, text, by, at, versions);
  }

  /** @returns until when the other half of a move by hand is waited for: so long from when it was first missing on */
  #waitFor(column: Column, ambiguous: readonly string[], since: number): number {
    const before = this.#halves.get(column);
    const halves = new Map(ambiguous.map((key) => [key, Math.min(since, before?.get(key) ?? since)]));
    this.#halves.set(column, halves);
    return halves.size === 0 ? 0 : Math.max(...halves.values()) + SECOND_HALF;
  }

  #forget(now: number): void {
    this.#versions.forget(now - REMEMBERED_MS);
    this.#replaced.forget(now - REMEMBERED_MS);
    for (const register of [this.#restored, this.#removed])
      for (const [id, { at }] of register) if (at < now - CUT_AND_PASTE) register.delete(id);
  }
}

type AllRead = Pick<Reads, 'texts' | 'saves'>;

const NO_PLACES: KnownPlaces = { known: new Set(), places: new Map() };

export interface Reads {
  readonly texts: BoardTexts;
  readonly saves: readonly ReadSave[];
  readonly lost: readonly LostText[];
}

/** What a column file had for a moment. */
export interface GlimpsedText {
  readonly column: Column;
  readonly text: string;
  /** Epoch ms. */
  readonly at: number;
}
