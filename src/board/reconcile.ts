import { type Column, COLUMNS, type Entry } from './entry.ts';
import { mergeEntry } from './entry-merge.ts';
import { endingOf, lineBreakOf } from './line-breaks.ts';
import { madeFrom } from './made-from.ts';
import { type BoardOptions, columnPath } from './parse.ts';
import { parseColumn } from './parse-column.ts';
import { isSimilarTitle } from './similar-title.ts';


/** A column file that somebody saved. */
export interface Save {
  readonly column: Column;
  /** Texts of that file as the coordinator knows it, oldest first; the last one is what it last wrote or committed. */
  readonly versions: readonly string[];
  /** What stands on disk now. */
  readonly disk: string;
  /** Current texts of the other columns. */
  readonly others: Readonly<Partial<Record<Column, string | null>>>;
  /** Ids that the coordinator took off the board (landed, abandoned): their entry in an old buffer goes again. */
  readonly gone?: ReadonlySet<string>;
}

/** What a save means. */
export interface SaveReading {
  /** Index of the version that the save was made from. */
  readonly madeFrom: number;
  /** What the file should hold now; equal to `disk` if there is nothing to do. */
  readonly text: string;
  /** Other columns whose text changes too: a change to an entry that has moved there meanwhile. */
  readonly others: Readonly<Partial<Record<Column, string>>>;
  /** Entries that stay where the coordinator put them (`to: null`: off the board). */
  readonly moved: readonly { readonly id: string; readonly to: Column | null }[];
  /** Ids that a hand move, not yet saved in the other file, would explain as well: wait before acting. */
  readonly ambiguous: readonly string[];
  /** Sentences for an event. */
  readonly notes: readonly string[];
}

/**
 * Reads a save against the version that it was made from (DESIGN.md §3, old buffers). What the coordinator moved since
 * stays moved, in both directions; tags and fields that it changed stay changed; everything else is as the person saved
 * it. An entry that stands nowhere else any more was moved by hand and stays.
 */
export function readSave(save: Save, options: BoardOptions): SaveReading {
  const read = (text: string, column: Column): readonly Entry[] =>
    parseColumn(column, columnPath(column, options), text, options.ids, options.memo).column.entries;
  const newest = save.versions.length - 1;
  const untouched = { madeFrom: newest, text: save.disk, others: {}, moved: [], ambiguous: [], notes: [] };
  if (newest < 0 || save.disk === save.versions[newest]) return untouched;
  const disk = read(save.disk, save.column);
  const versions = save.versions.map((text) => read(text, save.column));
  const index = madeFrom(versions, disk);
  if (index === newest) return untouched;
  const known: Known = {
    base: versions[index]!,
    now: versions[newest]!,
    mine: disk,
    gone: save.gone ?? new Set(),
    column: save.column,
    elsewhere: COLUMNS.flatMap((column) => (column === save.column ? [] : read(save.others[column] ?? '', column))),
  };
  const plan = planOf(known, options);
  const text = putBack(
    spliced(save.disk, plan.here),
    plan.back,
    known,
    (one) => read(one, save.column),
    save.versions[newest]!,
  );
  const others: Partial<Record<Column, string>> = {};
  for (const column of COLUMNS) {
    const splices = plan.there.filter((one) => one.entry.column === column);
    if (splices.length > 0) others[column] = spliced(save.others[column] ?? '', splices);
  }
  if (!isAsPlanned(read(text, save.column), known, plan)) return untouched;
  const { moved, ambiguous, notes } = plan;
  return { madeFrom: index, text, others, moved, ambiguous, notes };
}

interface Known {
  readonly column: Column;
  readonly base: readonly Entry[];
  readonly now: readonly Entry[];
  readonly mine: readonly Entry[];
  readonly elsewhere: readonly Entry[];
  readonly gone: ReadonlySet<string>;
}

interface Splice {
  readonly entry: Entry;
  /** Instead of the entry, without trailing empty lines; null: nothing. */
  readonly text: string | null;
}

interface Plan {
  readonly here: Splice[];
  readonly there: Splice[];
  readonly back: Entry[];
  readonly moved: { id: string; to: Column | null }[];
  readonly ambiguous: string[];
  readonly notes: string[];
}

function planOf(known: Known, options: BoardOptions): Plan {
  const plan: Plan = { here: [], there: [], back: [], moved: [], ambiguous: [], notes: [] };
  const accounted = new Set<Entry>();
  const pairs = pairUp(known.base, known.mine);
  for (const base of known.base) {
    const now = sameIn(known.now, base) ?? heirIn(known.now, base, known);
    if (now) accounted.add(now);
    const mine = pairs.get(base);
    if (!mine) continue;
    if (now) planChange(base, mine, now, plan, options);
    else planMovedOut(base, mine, known, plan, options);
  }
  for (const entry of known.now) {
    if (accounted.has(entry) || sameIn(known.mine, entry) || sameIn(known.elsewhere, entry)) continue;
    plan.back.push(entry);
    plan.ambiguous.push(entry.key);
    plan.notes.push(`${nameOf(entry)} was put back: the text that was saved is older than its move to ${known.column}`);
  }
  return plan;
}

const nameOf = (entry: Entry): string => entry.id ?? `"${entry.title}"`;

function planChange(base: Entry, mine: Entry, now: Entry, plan: Plan, options: BoardOptions): void {
  if (now.source.trimEnd() === base.source.trimEnd()) return;
  const merged = mergeEntry(base, mine, now, options);
  if (merged === null || merged === mine.source.trimEnd()) return;
  plan.here.push({ entry: mine, text: merged });
  plan.notes.push(`${nameOf(now)} keeps what the coordinator wrote since the text that was saved`);
}

function planMovedOut(base: Entry, mine: Entry, known: Known, plan: Plan, options: BoardOptions): void {
  const there = sameIn(known.elsewhere, base) ?? heirIn(known.elsewhere, base, known);
  if (!there) {
    if (base.id === null || !known.gone.has(base.id)) return;
    plan.here.push({ entry: mine, text: null });
    plan.moved.push({ id: base.id, to: null });
    plan.notes.push(`${base.id} stays off the board: the text that was saved is older`);
    return;
  }
  const merged = mergeEntry(base, mine, there, options);
  // Reworded here and there: both copies stay, which holds the entry until a person deletes one.
  if (merged === null) {
    plan.notes.push(`${nameOf(there)} was reworded in two files: both copies are kept`);
    return;
  }
  plan.here.push({ entry: mine, text: null });
  if (merged !== there.source.trimEnd()) plan.there.push({ entry: there, text: merged });
  plan.moved.push({ id: there.key, to: there.column });
  plan.ambiguous.push(there.key);
  plan.notes.push(`${nameOf(there)} stays in ${there.column}: the text that was saved is older than its move`);
}

/** The same entry: by id, or byte for byte if it has none. */
function sameIn(entries: readonly Entry[], one: Entry): Entry | undefined {
  let index = indexes.get(entries);
  if (!index) {
    index = new Map();
    for (const entry of entries) if (!index.has(nameOrText(entry))) index.set(nameOrText(entry), entry);
    indexes.set(entries, index);
  }
  return index.get(nameOrText(one));
}

/** By list, so that large boards aren't searched through once per entry. */
const indexes = new WeakMap<readonly Entry[], Map<string, Entry>>();
const nameOrText = (entry: Entry): string => entry.id ?? `?${entry.source.trimEnd()}`;

/** What a note or a `T-?` has become: an entry of the same title whose id is new. */
function heirIn(entries: readonly Entry[], one: Entry, known: Known): Entry | undefined {
  if (one.id !== null || one.title === '') return undefined;
  const isNew = (id: string) =>
    !known.base.some((entry) => entry.id === id) && !known.mine.some((entry) => entry.id === id);
  return entries.find((entry) => entry.id !== null && entry.title === one.title && isNew(entry.id));
}

/** Which entry of the save is which of the version; one without an id may have been reworded. */
function pairUp(base: readonly Entry[], mine: readonly Entry[]): Map<Entry, Entry> {
  const pairs = new Map<Entry, Entry>();
  const taken = new Set<Entry>();
  const pair = (one: Entry, find: (entry: Entry) => boolean) => {
    const found = pairs.has(one) ? undefined : mine.find((entry) => !taken.has(entry) && find(entry));
    if (!found) return;
    pairs.set(one, found);
    taken.add(found);
  };
  const byId = new Map(mine.flatMap((entry) => (entry.id === null ? [] : [[entry.id, entry] as const])));
  for (const one of base) {
    const found = one.id === null ? undefined : byId.get(one.id);
    if (!found || taken.has(found)) continue;
    pairs.set(one, found);
    taken.add(found);
  }
  const nameless = base.filter((one) => one.id === null);
  for (const one of nameless)
    pair(one, (entry) => entry.id === null && entry.source.trimEnd() === one.source.trimEnd());
  for (const one of nameless) pair(one, (entry) => entry.id === null && isSimilarTitle(one.title, entry.title));
  return pairs;
}

function spliced(text: string, splices: readonly Splice[]): string {
  let out = text;
  for (const { entry, text: instead } of [...splices].sort((a, b) => b.entry.start - a.entry.start)) {
    const tail = entry.source.slice(entry.source.trimEnd().length);
    out = out.slice(0, entry.start) + (instead === null ? '' : instead + tail) + out.slice(entry.end);
  }
  return out;
}

/** Puts entries in again, each behind the one that it followed, else on top or at the bottom. */
function putBack(
  text: string,
  back: readonly Entry[],
  known: Known,
  read: (text: string) => readonly Entry[],
  from: string,
): string {
  let out = text;
  for (const entry of back) {
    const entries = read(out);
    const above = known.now[known.now.indexOf(entry) - 1];
    const before = above?.kind === entry.kind ? above : undefined;
    const anchor = before && sameIn(entries, before);
    const first = entries.find((one) => one.kind === 'entry');
    const at = anchor ? anchor.end : before === undefined && first ? first.start : out.length;
    const lineBreak = lineBreakOf(out, from);
    const gap = { nothing: '', open: lineBreak + lineBreak, line: lineBreak, blank: '' };
    const isNote = entry.kind === 'note' && anchor?.kind === 'note';
    const aboveGap = isNote ? '' : gap[endingOf(out.slice(0, at).slice(-400))];
    const belowGap = isNote || at === out.length ? '' : gap[endingOf(entry.source)];
    out = out.slice(0, at) + aboveGap + entry.source + belowGap + out.slice(at);
  }
  return out;
}

/** The result must hold the person's entries, less those taken out, plus those put back, and nothing else. */
function isAsPlanned(found: readonly Entry[], known: Known, plan: Plan): boolean {
  const removed = new Set(plan.here.filter((one) => one.text === null).map((one) => one.entry));
  const replaced = new Map(plan.here.map((one) => [one.entry, one.text]));
  const expected = [
    ...known.mine.filter((one) => !removed.has(one)).map((one) => replaced.get(one) ?? one.source.trimEnd()),
    ...plan.back.map((one) => one.source.trimEnd()),
  ];
  const sources = found.map((one) => one.source.trimEnd());
  return sources.length === expected.length && expected.sort().join('\u0000') === sources.sort().join('\u0000');
}
