import { join } from 'node:path';
import { entriesBetween, isNothing, type EntriesPatch } from '../../contract/snapshot-change.ts';
import { changeText, entriesText, SNAPSHOT_FILES, type EntriesPlace } from '../../contract/snapshot-files.ts';
import type { SnapshotEntry } from '../../contract/snapshot.ts';
import { appendAt, removeWhatever, statOrNone } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';

/** The changes may have so many bytes, or as many as the entries themselves, before all entries are written anew. */
const LEAST_BOUND = 256 * 1024;

/** Keeps the entries of a snapshot in files (contract/snapshot-files.ts): a change costs what changed, not the whole board. */
export class EntriesFiles {
  readonly #entriesPath: string;
  readonly #changesPath: string;
  /** What the files have; null: nothing that can be relied on. */
  #kept: readonly SnapshotEntry[] | null = null;
  #place: EntriesPlace = { generation: 0, seq: 0 };
  /** Bytes of the two files. */
  #entriesSize = 0;
  #changesSize = 0;

  #lastPatch: {
    readonly from: readonly SnapshotEntry[];
    readonly to: readonly SnapshotEntry[];
    readonly patch: EntriesPatch;
  } | null = null;
  readonly #leastBound: number;

  /** @param folder `.kanban` */
  constructor(folder: string, leastBound = LEAST_BOUND) {
    this.#leastBound = leastBound;
    this.#entriesPath = join(folder, SNAPSHOT_FILES.entries);
    this.#changesPath = join(folder, SNAPSHOT_FILES.changes);
  }

  /** For the head. */
  get place(): EntriesPlace {
    return this.#place;
  }

  /** Whether the files have other entries than these. */
  isBehind(entries: readonly SnapshotEntry[]): boolean {
    return this.#kept === null || !isNothing(this.#patchTo(this.#kept, entries));
  }

  #patchTo(from: readonly SnapshotEntry[], to: readonly SnapshotEntry[]): EntriesPatch {
    const last = this.#lastPatch;
    if (last?.from === from && last.to === to) return last.patch;
    const patch = entriesBetween(from, to);
    this.#lastPatch = { from, to, patch };
    return patch;
  }

  /** Brings the files up to date. @param now epoch ms @throws the error of the disk; the next call writes all */
  keep(entries: readonly SnapshotEntry[], now: number): void {
    if (this.#kept !== null && this.#append(this.#kept, entries, now)) return;
    this.#kept = null;
    const seq = this.#nextSeq(now);
    const text = Buffer.from(
      entriesText(
        entries.map((entry) => JSON.stringify(entry)),
        seq,
      ),
    );
    writeWhole(this.#entriesPath, text);
    removeWhatever(this.#changesPath);
    this.#place = { generation: seq, seq };
    this.#entriesSize = text.length;
    this.#changesSize = 0;
    this.#kept = entries;
  }

  /** @returns false: all is to be written anew, for the changes have become long, or somebody has changed the files */
  #append(kept: readonly SnapshotEntry[], entries: readonly SnapshotEntry[], now: number): boolean {
    if (statOrNone(this.#entriesPath)?.size !== this.#entriesSize) return false;
    const patch = this.#patchTo(kept, entries);
    if (isNothing(patch)) return true;
    const { generation, seq: from } = this.#place;
    const seq = this.#nextSeq(now);
    const line = Buffer.from(changeText({ generation, from, seq, patch }));
    if (this.#changesSize + line.length > Math.max(this.#leastBound, this.#entriesSize)) return false;
    // After an error nobody knows how much of it has been written.
    this.#kept = null;
    if (!appendAt(this.#changesPath, line, this.#changesSize)) return false;
    this.#changesSize += line.length;
    this.#place = { generation, seq };
    this.#kept = entries;
    return true;
  }

  /** No number is used twice, by another coordinator either. */
  #nextSeq(now: number): number {
    return Math.max(this.#place.seq + 1, now);
  }

  /** Nobody keeps them current any more. */
  remove(): void {
    this.#kept = null;
    removeWhatever(this.#entriesPath);
    removeWhatever(this.#changesPath);
  }
}
