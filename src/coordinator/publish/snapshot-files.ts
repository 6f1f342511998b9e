import { join } from 'node:path';
import { PatchedEntries } from '../../contract/snapshot-change.ts';
import {
  entriesLines,
  SNAPSHOT_FILES,
  SNAPSHOT_FILES_VERSION,
  type EntriesPlace,
  type EntryChange,
} from '../../contract/snapshot-files.ts';
import { amount, guard, object, optional } from '../../contract/shape.ts';
import { isEntryChange, isSnapshot, isSnapshotEntry, isSnapshotHead } from '../../contract/snapshot-shape.ts';
import type { Snapshot, SnapshotEntry } from '../../contract/snapshot.ts';
import { MOST_BYTES, plainTextOf, readFrom } from '../../system/plain-file.ts';

/** `torn`: the entries belong to another moment, or are half read: read again. */
export type ReadFiles = { readonly kind: 'none' | 'torn' } | { readonly kind: 'read'; readonly snapshot: Snapshot };

/** What tells whose head it is, and where its entries are. */
const isPlaced = guard<{ readonly version: number } & Partial<EntriesPlace>>(
  object({ version: amount, generation: optional(amount), seq: optional(amount) }),
);

/**
 * Reads what a coordinator keeps of its snapshot. Entries that have not changed since the last read are the same objects;
 * only what has changed since then is read.
 */
export class SnapshotFiles {
  readonly #root: string;
  #place: EntriesPlace = { generation: -1, seq: -1 };
  /** Where the next change is in its file, in bytes. */
  #offset = 0;
  /** Of `#entries`, as they stand in `entries.json`; null: as they stood there, and changes followed. */
  #lines: readonly string[] | null = [];
  #entries: readonly SnapshotEntry[] = [];
  #patched: PatchedEntries | null = null;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param pid the coordinator that lives: what another one left counts for nothing */
  read(pid: number): ReadFiles {
    const read = parsed(this.#text('head'), isPlaced);
    if (read === null) return { kind: 'none' };
    const { seq, generation = seq, version, ...rest } = read;
    const former = version === 2 ? withDefaults(rest) : null;
    const head = former ?? { ...rest, version: 2 };
    if (!isSnapshotHead(head) || head.coordinator?.pid !== pid) return { kind: 'none' };
    // As a coordinator of a former version writes it.
    if (former !== null) return isSnapshot(former) ? { kind: 'read', snapshot: former } : { kind: 'none' };
    const isKnown = version === 3 || version === SNAPSHOT_FILES_VERSION;
    if (!isKnown || seq === undefined || generation === undefined) return { kind: 'none' };
    if (!this.#follow({ generation, seq })) return { kind: 'torn' };
    return { kind: 'read', snapshot: { ...head, entries: this.#entries } };
  }

  /** @returns false: the files do not have these entries, or no longer */
  #follow({ generation, seq }: EntriesPlace): boolean {
    if (this.#place.generation !== generation && !this.#readEntries(generation)) return false;
    return this.#place.seq === seq || this.#readChanges(seq);
  }

  #readEntries(generation: number): boolean {
    const found = entriesLines(this.#text('entries'));
    if (found === null || found.seq !== generation) return false;
    const entries = this.#entriesIn(found.lines);
    if (entries === null) return false;
    this.#place = { generation, seq: generation };
    this.#offset = 0;
    this.#lines = found.lines;
    this.#entries = entries;
    this.#patched = null;
    return true;
  }

  #readChanges(seq: number): boolean {
    const bytes = readFrom(this.#path('changes'), this.#offset, MOST_BYTES);
    const found = changesUntil(bytes, this.#place, seq);
    if (found === null) return false;
    const patched = (this.#patched ??= new PatchedEntries(this.#entries));
    try {
      for (const { patch } of found.changes) patched.apply(patch);
    } catch {
      // It is not what a coordinator has written: all is read again.
      this.#place = { generation: -1, seq: -1 };
      return false;
    }
    this.#entries = patched.list;
    this.#lines = null;
    this.#offset += found.length;
    this.#place = { ...this.#place, seq };
    return true;
  }

  /** Takes over what stands alike at the beginning and the end; in between, lines are known by their text. */
  #entriesIn(lines: readonly string[]): SnapshotEntry[] | null {
    const known = this.#entries;
    const before = this.#lines ?? known.map((entry) => JSON.stringify(entry));
    const least = Math.min(lines.length, before.length);
    let head = 0;
    while (head < least && lines[head] === before[head]) head++;
    let tail = 0;
    while (tail < least - head && lines.at(-1 - tail) === before.at(-1 - tail)) tail++;
    const middle = new Map<string, SnapshotEntry>();
    for (let index = head; index < before.length - tail; index++) middle.set(before[index]!, known[index]!);
    const entries = known.slice(0, head);
    for (let index = head; index < lines.length - tail; index++) {
      const line = lines[index]!;
      const entry = middle.get(line) ?? parsed(line, isSnapshotEntry);
      if (entry === null) return null;
      entries.push(entry);
    }
    return tail === 0 ? entries : entries.concat(known.slice(-tail));
  }

  #text(name: 'head' | 'entries'): string {
    return plainTextOf(this.#path(name)) ?? '';
  }

  #path(name: keyof typeof SNAPSHOT_FILES): string {
    return join(this.#root, '.kanban', SNAPSHOT_FILES[name]);
  }
}

/** The changes that lead from one number to another; null: they are not all there. */
function changesUntil(
  bytes: Buffer,
  { generation, seq: from }: EntriesPlace,
  until: number,
): { readonly changes: readonly EntryChange[]; readonly length: number } | null {
  const changes: EntryChange[] = [];
  for (let [at, last] = [0, from]; last !== until;) {
    const end = bytes.indexOf(LINE_BREAK, at);
    const change = end < 0 ? null : parsed(bytes.toString('utf8', at, end), isEntryChange);
    if (change === null || change.generation !== generation || change.from !== last) return null;
    changes.push(change);
    [at, last] = [end + 1, change.seq];
    if (last === until) return { changes, length: at };
  }
  return null;
}

const LINE_BREAK = 0x0a;

/** With the keys that came later. */
function withDefaults(head: object): object {
  const { warnings, warningDetails, entries }: Partial<Record<keyof Snapshot, unknown>> = head;
  const texts: readonly unknown[] = Array.isArray(warnings) ? warnings : [];
  return {
    ...head,
    version: 2,
    warningDetails: warningDetails ?? texts.map((text) => ({ text, entries: [] })),
    entries: Array.isArray(entries) ? entries.map((entry: object) => ({ ...LATER, ...entry })) : entries,
  };
}

const LATER = {
  depends: [],
  priority: 2,
  files: [],
  agent: null,
  criteria: { done: 0, all: 0 },
  estimate: null,
  startedAt: null,
  since: null,
  feedback: null,
  ways: [],
  parked: null,
} as const satisfies Partial<SnapshotEntry>;

/** null: it is not JSON, or not of that shape. */
function parsed<T>(text: string, isSound: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return isSound(value) ? value : null;
  } catch {
    return null;
  }
}
