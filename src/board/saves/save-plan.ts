import { type Column, type Entry } from '../entry.ts';
import { applyEdits } from '../edit/edit.ts';
import { changeEntry, type EntryChange } from '../edit/entry-change.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { linesWithText } from './line-distance.ts';
import { pairSides, type Trio } from '../merge/merge-pairs.ts';
import { isSimilarTitle } from '../problems/similar-title.ts';
import { planMerge, type Planned } from '../merge/merge-plan.ts';
import type { BoardOptions } from '../parse.ts';
import { cameBack, isLiveAgain } from './came-back.ts';
import { isNamed } from './named.ts';
import { oldPlaces } from './old-places.ts';
import { CUT_AND_PASTE, PRINT_SAVE, SAVED_AS, type Save, SECOND_DELETION } from './save.ts';
import { memoFor } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';
import * as messages from './messages.ts';

/** A save with the entries of the texts that matter for it. */
export interface Known {
  readonly save: Save;
  /** Index of the version whose changes the save is read as. */
  readonly from: number;
  /** Index of the version that differs least from it. */
  readonly nearest: number;
  /** The save is the newest text with entries put in. */
  readonly isPaste: boolean;
  /** Entries of a version. */
  readonly entriesOf: (index: number) => readonly Entry[];
  readonly base: readonly Entry[];
  readonly nearestEntries: readonly Entry[];
  /** In the file as the coordinator knows it. */
  readonly now: readonly Entry[];
  /** In the save. */
  readonly mine: readonly Entry[];
  /** In the other columns. */
  readonly elsewhere: readonly Entry[];
}

/** What becomes of the entries of a save. */
export interface SavePlan {
  /** The file is right as it was saved. */
  readonly isAsSaved: boolean;
  readonly planned: readonly Planned[];
  /** Entries of other columns that change; null: they go. */
  readonly there: readonly { readonly entry: Entry; readonly text: string | null }[];
  /** Entries that the user cut here and pasted there before. */
  readonly pasted: readonly { readonly column: Column; readonly source: string }[];
  readonly moved: readonly { readonly id: string; readonly to: Column | null }[];
  readonly old: readonly string[];
  readonly restored: readonly { readonly id: string; readonly paused: boolean }[];
  readonly returned: readonly string[];
  readonly removed: ReadonlyMap<string, string>;
  readonly ambiguous: readonly string[];
}

/** What a save says about an entry that it lacks. */
type Absence = 'deleted' | 'stays' | 'stays-paused' | 'moved-by-hand';

/** Decides entry by entry what a save means. Pure. */
export function planSave(read: Known, options: BoardOptions): SavePlan {
  const old = oldPlaces(read);
  const saved = old.length === 0 ? read : { ...read, mine: read.mine.filter((entry) => !old.includes(entry)) };
  const known = { ...saved, base: [...saved.base, ...formerEntries(saved)] };
  const { save, now, mine, elsewhere } = known;
  const { column } = save;
  const wanted = new Set([...known.base, ...known.nearestEntries].map(({ id }) => id));
  // Entries that stand elsewhere count only where the save's own version had them here.
  const isHeir = heirOf(known);
  const away = elsewhere.filter(({ id, title }) => id !== null && (wanted.has(id) || isHeir(title, id)));
  const trios = pairSides(known.base, [...now, ...away], mine).filter(
    ({ base, ours, theirs }) => base !== undefined || theirs !== undefined || ours?.column === column,
  );
  const absent = new Map<Entry, Absence>();
  let cut: boolean | null = null;
  const isCut = (): boolean => (cut ??= isPureCut(known));
  for (const trio of trios)
    if (trio.ours?.column === column && !trio.theirs)
      absent.set(trio.ours, absenceOf({ ...trio, ours: trio.ours }, known, isCut, options));
  const returned = returnedByHand(known);
  const planned = mergedPlan(known, trios, absent, options);
  const plan: Draft = {
    planned: [],
    there: [],
    pasted: [],
    moved: [],
    restored: [],
    returned: [],
    removed: new Map(),
    ambiguous: [],
  };
  for (const one of planned) placeOne(one, known, absent, returned, plan, options);
  for (const [entry, absence] of absent) if (absence === 'moved-by-hand') plan.pasted.push(...pastedOf(entry, save));
  const placed = new Set(plan.planned.map((one) => one.theirs));
  for (const { base, ours, theirs } of trios)
    if (base && theirs && !ours && !placed.has(theirs)) plan.moved.push({ id: theirs.id ?? theirs.key, to: null });
  for (const entry of mine) if (isGone(entry, known)) plan.moved.push({ id: entry.key, to: null });
  plan.there.push(...returned.map((entry) => ({ entry, text: null })));
  for (const { key, source } of old) {
    plan.moved.push({ id: key, to: save.places?.get(key) ?? null });
    plan.removed.set(key, source);
  }
  return { ...plan, old: old.map(({ key }) => key), isAsSaved: old.length === 0 && isAsSaved(known, plan.planned) };
}

/** A plan that is being made. */
interface Draft {
  readonly planned: Planned[];
  readonly there: { readonly entry: Entry; readonly text: string | null }[];
  readonly pasted: { readonly column: Column; readonly source: string }[];
  readonly moved: { readonly id: string; readonly to: Column | null }[];
  readonly restored: { readonly id: string; readonly paused: boolean }[];
  readonly returned: string[];
  readonly removed: Map<string, string>;
  readonly ambiguous: string[];
}

/**
 * Entries of the save that have moved to another column since some version had them here, however much the save differs from
 * that version: as the newest version had them.
 */
function formerEntries({ save, base, now, mine, elsewhere, entriesOf }: Known): Entry[] {
  const here = new Set([...base, ...now].map(({ id }) => id));
  const away = new Set(elsewhere.map(({ id }) => id));
  return mine.flatMap((entry): Entry[] => {
    if (entry.id === null || here.has(entry.id) || !away.has(entry.id)) return [];
    const index = save.versions.findLastIndex((version) => isNamed(entry, version));
    const former = index < 0 ? undefined : entriesOf(index).find(({ id }) => id === entry.id);
    return former === undefined ? [] : [former];
  });
}

/** A note that got its number since: an entry of its title under an id that neither side knew. */
function heirOf({ base, mine }: Known): (title: string, id: string) => boolean {
  const titles = new Set(base.flatMap((one) => (one.id === null ? [one.title] : [])));
  const ids = new Set([...base, ...mine].map((one) => one.id));
  return (title, id) => titles.has(title) && !ids.has(id);
}

/** Entries of other columns that the user cut there a while ago and pasted into this save: the copy there goes. */
function returnedByHand({ save, mine, elsewhere }: Known): Entry[] {
  const ids = new Set(mine.map(({ id }) => id));
  return elsewhere.filter(({ id, column }) => {
    const restored = id === null ? undefined : save.restored?.get(id);
    if (!ids.has(id) || restored?.column !== column || save.pending?.includes(column) === true) return false;
    return isWithin(save, restored.at, CUT_AND_PASTE);
  });
}

const isWithin = ({ at = 0 }: Save, since: number, ms: number): boolean => at - since < ms;

/** Where the user pasted an entry before they cut it here. */
function pastedOf(entry: Entry, save: Save): { column: Column; source: string }[] {
  const removed = entry.id === null ? undefined : save.removed?.get(entry.id);
  return removed !== undefined && removed.column !== save.column && isWithin(save, removed.at, CUT_AND_PASTE)
    ? [{ column: removed.column, source: removed.source }]
    : [];
}

/** The text of a column with a pasted entry on top; null if it can't be put there. */
export function withPasted(
  text: string,
  { column, source }: { readonly column: Column; readonly source: string },
  options: BoardOptions,
): string | null {
  const texts = { TODO: null, IN_PROGRESS: null, REVIEW: null, TESTING: null, [column]: text };
  const applied = applyEdits(texts, [{ type: 'add', column, position: 'top', text: source }], options);
  return applied.ok ? applied.texts[column] : null;
}

const canPaste = (
  pasted: { readonly column: Column; readonly source: string },
  save: Save,
  options: BoardOptions,
): boolean => withPasted(save.others[pasted.column] ?? '', pasted, options) !== null;

/** @param isCut the newest text without what the save lacks is the save */
function absenceOf(
  trio: Trio & { readonly ours: Entry },
  known: Known,
  isCut: () => boolean,
  options: BoardOptions,
): Absence {
  const { base, ours } = trio;
  const { save } = known;
  // It stands in another column: that is where it was moved to.
  if (ours.id !== null && known.elsewhere.some(({ id }) => id === ours.id)) return 'deleted';
  const isInWork = save.column !== 'TODO' && !ours.parked && ours.kind === 'entry';
  if (pastedOf(ours, save).some((pasted) => canPaste(pasted, save, options)) && isCut()) return 'moved-by-hand';
  const earlier = ours.id === null ? undefined : save.restored?.get(ours.id);
  if (earlier?.column === save.column) {
    if (!isWithin(save, earlier.at, SECOND_DELETION)) return 'deleted';
    return 'stays';
  }
  if (isInWork) return 'stays';
  if (ours.parked && base !== undefined) return 'deleted';
  const since = known.nearest < known.from ? known.nearest : known.from;
  const isNew = !known.nearestEntries.some((one) => isSameEntry(one, ours));
  if (!isNew) return base === undefined ? 'stays' : 'deleted';
  const by = writerOf(ours, save, since);
  if (base !== undefined) return by === 'coordinator' ? 'stays-paused' : 'deleted';
  if (ours.parked) return 'stays';
  // What the user wrote and takes out again, and nothing else, is deleted.
  if (by === 'user') return isCut() ? 'deleted' : 'stays-paused';
  return isCut() ? 'stays-paused' : 'stays';
}

const isSameEntry = (a: Entry, b: Entry): boolean =>
  a.id === null ? b.id === null && a.source.trimEnd() === b.source.trimEnd() : a.id === b.id;

/** Who brought an entry into the file since a version: the writer of the first of the versions without a gap that name it. */
function writerOf(entry: Entry, { versions }: Save, since: number): 'coordinator' | 'user' {
  let by: 'coordinator' | 'user' = versions.at(-1)!.by;
  for (let index = versions.length - 1; index > since && isNamed(entry, versions[index]!); index--)
    by = versions[index]!.by;
  return by;
}

/** The file as the coordinator knows it, without the entries that the save lacks, is the save. */
function isPureCut({ save, now, mine }: Known): boolean {
  const text = save.versions.at(-1)!.text;
  const name = ({ id, source }: Entry): string => id ?? `?${source.trimEnd()}`;
  const there = new Set(mine.map(name));
  const parts: string[] = [];
  let at = 0;
  for (const entry of now) {
    if (there.has(name(entry))) continue;
    parts.push(text.slice(at, entry.start));
    at = entry.end;
  }
  const rest = parts.join('') + text.slice(at);
  return linesWithText(rest).join('\n') === linesWithText(save.disk).join('\n');
}

/** The merge of the three lists, after what the save lacks has been decided. */
function mergedPlan(
  known: Known,
  trios: readonly Trio[],
  absent: ReadonlyMap<Entry, Absence>,
  options: BoardOptions,
): readonly Planned[] {
  const others = new Set(known.mine.filter((entry) => isAnotherTask(entry, known)));
  const reused = new Set([...others].map(({ id }) => id));
  const gone = new Set(
    [...(known.save.gone ?? [])].filter((id) => !reused.has(id) && known.base.some((entry) => entry.id === id)),
  );
  const isOut = (entry: Entry | undefined): boolean =>
    entry !== undefined && ['deleted', 'moved-by-hand'].includes(absent.get(entry) ?? '');
  const kept = (entry: Entry | undefined): boolean =>
    entry !== undefined && (absent.get(entry) ?? '').startsWith('stays');
  // What goes is in none of the lists; what stays is nobody's deletion, for no base has it.
  const base = trios.flatMap((trio) =>
    trio.base &&
    !isOut(trio.ours) &&
    !kept(trio.ours) &&
    !isMovedHere(trio, known.save) &&
    !(trio.theirs && others.has(trio.theirs))
      ? [trio.base]
      : [],
  );
  const ours = trios.flatMap((trio) => (trio.ours && !isOut(trio.ours) ? [trio.ours] : []));
  const theirs = known.mine.filter((entry) => !isGone(entry, known));
  const inOrder = (list: readonly Entry[]): Entry[] => {
    const set = new Set(list);
    return [...known.now.filter((one) => set.has(one)), ...known.elsewhere.filter((one) => set.has(one))];
  };
  const bases = new Set(base);
  return planMerge(
    {
      base: known.base.filter((one) => bases.has(one)),
      ours: inOrder(ours),
      theirs,
      goneOurs: gone,
      goneTheirs: new Set(),
    },
    options,
  ).planned;
}

/** It was on the board a moment ago, and now stands in this save alone: the user cut it elsewhere. */
const isMovedHere = ({ ours, theirs }: Trio, save: Save): boolean =>
  theirs !== undefined &&
  ours === undefined &&
  theirs.id !== null &&
  save.known?.has(theirs.id) === true &&
  save.gone?.has(theirs.id) !== true;

/** It has landed or was abandoned since a version had it here. Typed anew, it is a problem of the board. */
const isGone = (entry: Entry, { save, base, now, entriesOf }: Known): boolean =>
  entry.id !== null &&
  save.gone?.has(entry.id) === true &&
  !base.some(({ id }) => id === entry.id) &&
  !now.some(({ id }) => id === entry.id) &&
  save.versions.some((version) => isNamed(entry, version)) &&
  !isAnotherTask(entry, { save, entriesOf });

/**
 * A new task under the number of one that has left the board: none of the texts had it under this number. It stays where it was
 * typed, as a problem of the board.
 */
const isAnotherTask = (entry: Entry, { save, entriesOf }: Pick<Known, 'save' | 'entriesOf'>): boolean =>
  entry.id !== null &&
  save.gone?.has(entry.id) === true &&
  !save.versions.some(
    (version, index) =>
      isNamed(entry, version) && entriesOf(index).some((one) => one.id === entry.id && isSameTask(one, entry)),
  );

const isSameTask = (one: Entry, other: Entry): boolean =>
  isSimilarTitle(one.title, other.title) || (bodyOf(one) !== '' && bodyOf(one) === bodyOf(other));

const bodyOf = ({ source }: Entry): string => source.split('\n').slice(1).join('\n').trim();

function placeOne(
  one: Planned,
  known: Known,
  absent: ReadonlyMap<Entry, Absence>,
  returned: readonly Entry[],
  plan: Draft,
  options: BoardOptions,
): void {
  const { save } = known;
  const { ours, theirs, base } = one;
  if (ours && ours.column !== save.column) {
    if (!theirs) return;
    if (returned.includes(ours)) {
      plan.planned.push({ ...here(one, theirs, save.column), text: theirs.source });
      return;
    }
    const text = one.copy === null ? one.text : withText(ours, theirs, save, options);
    if (text.trimEnd() !== ours.source.trimEnd()) plan.there.push({ entry: ours, text: text.trimEnd() });
    plan.moved.push({ id: ours.key, to: ours.column });
    plan.removed.set(ours.key, theirs.source);
    plan.ambiguous.push(ours.key);
    return;
  }
  const absence = ours && !theirs ? absent.get(ours) : undefined;
  if (ours && absence !== undefined) {
    const paused = absence === 'stays-paused';
    plan.planned.push({ ...one, text: paused ? pausedText(ours, messages.LEFT_OUT, options) : ours.source });
    plan.restored.push({ id: ours.key, paused });
    plan.ambiguous.push(ours.key);
    return;
  }
  if (theirs && !ours && cameBack(theirs, base, known)) {
    plan.planned.push({ ...one, text: pausedText(theirs, messages.CAME_BACK, options) });
    plan.returned.push(theirs.key);
    return;
  }
  if (theirs && ours && isLiveAgain(theirs, ours, known)) {
    plan.planned.push({ ...one, text: pausedText(theirs, messages.CAME_BACK, options) });
    plan.returned.push(theirs.key);
    return;
  }
  const isConflict = ours !== undefined && theirs !== undefined && one.copy !== null;
  plan.planned.push(isConflict ? { ...one, copy: null, text: withText(ours, theirs, save, options) } : one);
}

/** Reworded in two texts that can't be merged: the newer text stays, the save is kept in git, and the entry says where. */
function withText(ours: Entry, theirs: Entry, save: Save, options: BoardOptions): string {
  const lines = new Set(linesWithText(ours.source));
  if (linesWithText(theirs.source).every((line) => lines.has(line))) return ours.source;
  if (ours.kind === 'note' || ours.feedback?.includes(PRINT_SAVE) === true) return ours.source;
  const hint = messages.otherTextSaved(SAVED_AS);
  return changed(
    ours,
    { setFields: { feedback: ours.feedback === null ? hint : `${hint}; ${ours.feedback}` } },
    options,
  );
}

function changed(entry: Entry, change: EntryChange, options: BoardOptions): string {
  const facts = splitSections(entry.source, memoFor(options.memo, options.ids).sections)[0]?.facts;
  return facts?.head ? changeEntry(entry.source, facts, change, lineBreakOf(entry.source)) : entry.source;
}

const here = (one: Planned, theirs: Entry, column: Column): Planned => ({
  ...one,
  ours: undefined,
  column,
  parked: theirs.parked,
  side: 'theirs',
  copy: null,
});

function pausedText(entry: Entry, feedback: string, options: BoardOptions): string {
  if (entry.kind === 'note')
    return entry.tags.includes('PAUSED') ? entry.source : entry.source.replace(/^(\s*[-*+]\s+\[ \]\s+)/, '$1[PAUSED] ');
  return changed(entry, { addTags: ['PAUSED'], setFields: { feedback } }, options);
}

/** The entries of the save as they are, in their order, and no other. */
function isAsSaved({ save, from, mine }: Known, planned: readonly Planned[]): boolean {
  const texts = new Set(planned.map((one) => one.theirs));
  return (
    from === save.versions.length - 1 &&
    planned.length === mine.length &&
    mine.every((entry) => texts.has(entry)) &&
    planned.every((one) => one.copy === null && one.theirs?.source === one.text)
  );
}
