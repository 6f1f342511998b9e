import { join } from 'node:path';
import { entriesLines, SNAPSHOT_FILES, SNAPSHOT_FILES_VERSION } from '../../contract/snapshot-files.ts';
import type { Snapshot, SnapshotEntry } from '../../contract/snapshot.ts';
import { plainTextOf } from '../../system/plain-file.ts';

/** `torn`: the entries belong to another moment, or are half read: read again. */
export type ReadFiles = { readonly kind: 'none' | 'torn' } | { readonly kind: 'read'; readonly snapshot: Snapshot };

/**
 * Reads what a coordinator keeps of its snapshot. Entries whose line is the same as in the last read are the same objects,
 * and only the other lines are parsed.
 */
export class SnapshotFiles {
  readonly #root: string;
  #seq = -1;
  #lines: readonly string[] = [];
  #entries: readonly SnapshotEntry[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** @param pid the coordinator that lives: what another one left counts for nothing */
  read(pid: number): ReadFiles {
    const head = parse<Omit<Snapshot, 'version'> & { readonly version: number; readonly seq?: number }>(
      this.#text('head'),
    );
    if (head === null || head.coordinator?.pid !== pid) return { kind: 'none' };
    const { seq, ...rest } = head;
    // As a coordinator of the former version writes it.
    if (head.version === 2 && Array.isArray(head.entries)) return { kind: 'read', snapshot: withDefaults(rest) };
    if (head.version !== SNAPSHOT_FILES_VERSION || seq === undefined) return { kind: 'none' };
    if (this.#seq !== seq && !this.#readEntries(seq)) return { kind: 'torn' };
    return { kind: 'read', snapshot: { ...rest, version: 2, entries: this.#entries } };
  }

  #readEntries(seq: number): boolean {
    const found = entriesLines(this.#text('entries'));
    if (found === null || found.seq !== seq) return false;
    const entries = this.#parsed(found.lines);
    if (entries === null) return false;
    this.#seq = seq;
    this.#lines = found.lines;
    this.#entries = entries;
    return true;
  }

  /** Takes over what stands alike at the beginning and the end; in between, lines are known by their text. */
  #parsed(lines: readonly string[]): SnapshotEntry[] | null {
    const [before, known] = [this.#lines, this.#entries];
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
      const entry = middle.get(line) ?? parse<SnapshotEntry>(line);
      if (entry === null) return null;
      entries.push(entry);
    }
    return tail === 0 ? entries : entries.concat(known.slice(-tail));
  }

  #text(name: 'head' | 'entries'): string {
    return plainTextOf(join(this.#root, '.kanban', SNAPSHOT_FILES[name])) ?? '';
  }
}

/** Keys that came later. */
const withDefaults = (snapshot: Omit<Snapshot, 'version'>): Snapshot => ({
  ...snapshot,
  version: 2,
  warningDetails: snapshot.warningDetails ?? snapshot.warnings.map((text) => ({ text, entries: [] })),
  entries: snapshot.entries.map((entry) => ({ ...LATER, ...entry })),
});

const LATER = {
  depends: [],
  priority: 2,
  files: [],
  agent: null,
  criteria: { done: 0, all: 0 },
  since: null,
  feedback: null,
  ways: [],
  parked: null,
} as const satisfies Partial<SnapshotEntry>;

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}
