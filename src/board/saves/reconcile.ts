import { type Column, COLUMNS, type Entry } from '../entry.ts';
import { linesWithText } from './line-distance.ts';
import { endingOf, lineBreakOf } from '../parse/line-breaks.ts';
import { madeFrom } from './made-from.ts';
import { mergeColumn } from '../merge/merge-column.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { parseColumn } from '../parse/parse-column.ts';
import { SAVED_AS, type Save, type SaveReading, type Version } from './save.ts';
import { type Known, planSave, type SavePlan, withPasted } from './save-plan.ts';
import type { ParsedColumn } from '../parse/section-memo.ts';

/**
 * Reads a save as a set of changes to the version that it was made from. What the
 * coordinator moved since stays moved, in both directions; tags and fields that it changed stay changed; an entry that the
 * coordinator added since and that the save lacks stays; all other changes are the user's and are applied.
 *
 * Reading the result again changes nothing. Every line of the save is in the result, or the save is in `keep`.
 */
export function readSave(save: Save, options: BoardOptions): SaveReading {
  const newest = save.versions.length - 1;
  if (newest < 0 || save.disk === save.versions[newest]!.text) return asSaved(save, newest);
  const parse = (text: string, column: Column): ParsedColumn =>
    parseColumn({ column, path: `${columnPath(column, options)} (saved)`, text }, options);
  // Entries are distinguished as objects: each text is parsed once.
  const parsed = new Map<string, ParsedColumn>();
  const here = (text: string): ParsedColumn => {
    const known = parsed.get(text) ?? parse(text, save.column);
    parsed.set(text, known);
    return known;
  };
  const mine = here(save.disk);
  const versions = save.versions.map(({ text }) => ({ text, entries: () => here(text).column.entries }));
  const { nearest, isRewrite } = madeFrom(versions, { text: save.disk, entries: mine.column.entries });
  const coordinatorWrote = save.versions.slice(nearest + 1).some(({ by }) => by === 'coordinator');
  const elsewhere = COLUMNS.flatMap((column) =>
    column === save.column ? [] : parse(save.others[column] ?? '', column).column.entries,
  ).filter(({ id, column }) => id === null || save.old?.get(column)?.has(id) !== true);
  const isPaste = putsIn(save, mine.column.entries, here(save.versions[newest]!.text).column.entries, elsewhere);
  // Where only the user wrote since, the save follows on their own last one.
  const from = isRewrite || !coordinatorWrote || isPaste ? newest : nearest;
  const known: Known = {
    save,
    from,
    nearest,
    isPaste,
    entriesOf: (index) => here(save.versions[index]!.text).column.entries,
    base: here(save.versions[from]!.text).column.entries,
    nearestEntries: here(save.versions[nearest]!.text).column.entries,
    now: here(save.versions[newest]!.text).column.entries,
    mine: mine.column.entries,
    elsewhere,
  };
  const plan = planSave(known, options);
  const others = changedOthers(save, plan, options);
  const reading = (text: string): SaveReading => ({
    madeFrom: from,
    text,
    others,
    moved: plan.moved,
    old: plan.old,
    restored: plan.restored,
    returned: plan.returned,
    removed: plan.removed,
    ambiguous: plan.ambiguous,
    keep: toKeep(save, nearest, text, others),
  });
  if (plan.isAsSaved) return reading(save.disk);
  const columns = { base: here(save.versions[from]!.text), ours: here(save.versions[newest]!.text), theirs: mine };
  const merged = mergeColumn(columns, plan.planned);
  if (isAsPlanned(here(merged).column.entries, plan, save.column)) return reading(merged);
  return fallBack(save, plan, (text) => here(text).column.entries, reading);
}

/** The save is the newest text with entries put in that are nowhere else. */
function putsIn(
  { disk, versions, gone }: Save,
  mine: readonly Entry[],
  now: readonly Entry[],
  elsewhere: readonly Entry[],
): boolean {
  const name = ({ id, source }: Entry): string => id ?? source.trimEnd();
  const there = new Set(now.map(name));
  const added = mine.filter((entry) => !there.has(name(entry)));
  const away = new Set(elsewhere.map(({ id }) => id));
  // What is elsewhere, as a note that has become an entry may be, was moved and not cut.
  const isMoved = ({ id, title, source }: Entry): boolean =>
    id === null
      ? elsewhere.some((one) => isTypedOn(one.title, title)) || wasTaken(source.trimEnd(), versions)
      : away.has(id) || gone?.has(id) === true;
  if (added.length === 0 || added.some(isMoved)) return false;
  let rest = disk;
  for (const { start, end } of added.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  return linesWithText(rest).join('\n') === linesWithText(versions.at(-1)!.text).join('\n');
}

/** The coordinator has made an entry of a note, or has numbered a heading: it was not the user who cut it. */
function wasTaken(source: string, versions: readonly Version[]): boolean {
  const last = versions.findLastIndex(({ text }) => standsIn(source, text));
  return last >= 0 && versions[last + 1]?.by === 'coordinator';
}

function standsIn(source: string, text: string): boolean {
  const end = text.indexOf(source) + source.length;
  return end >= source.length && (end === text.length || /[\r\n]/.test(text[end]!));
}

/**
 * One title is the other, or how it began. A similar one is not enough: a new entry would be taken for another wording of the
 * one that is in work, and would be lost.
 */
const isTypedOn = (one: string, other: string): boolean => one.startsWith(other) || other.startsWith(one);

/** A save that is right as it is: made from the newest version, and nothing is to be changed. */
export const asSaved = ({ disk }: Pick<Save, 'disk'>, newest: number): SaveReading => ({
  madeFrom: newest,
  text: disk,
  others: {},
  moved: [],
  old: [],
  restored: [],
  returned: [],
  removed: new Map(),
  ambiguous: [],
  keep: [],
});

/**
 * The save can't be merged without changing what an entry is (an unclosed fence in it, most likely): it stays as it is, with
 * what it lacks put in above or below; where that can't be read either, the file stays as the coordinator knows it and the
 * save is kept in git.
 */
function fallBack(
  save: Save,
  plan: SavePlan,
  read: (text: string) => readonly Entry[],
  reading: (text: string) => SaveReading,
): SaveReading {
  const back = plan.planned.filter((one) => one.column === save.column && !one.theirs).map(({ text }) => text);
  const wanted = back.map((text) => text.trimEnd());
  const mine = read(save.disk).map(({ source }) => source.trimEnd());
  const removed = plan.removed.size > 0 || plan.moved.length > 0;
  for (const place of ['bottom', 'top'] as const) {
    if (removed) break;
    const text = joined(save.disk, back, place, read);
    const found = read(text).map(({ source }) => source.trimEnd());
    if (sorted(found) === sorted([...mine, ...wanted])) return reading(text);
  }
  const newest = save.versions.length - 1;
  const now = save.versions[newest]!.text;
  return { ...asSaved(save, newest), text: now, keep: [save.disk] };
}

function joined(
  text: string,
  back: readonly string[],
  place: 'top' | 'bottom',
  read: (text: string) => readonly Entry[],
): string {
  const lineBreak = lineBreakOf(text);
  const at = place === 'bottom' ? text.length : (read(text).find(({ kind }) => kind === 'entry')?.start ?? 0);
  const gap = { nothing: '', open: lineBreak + lineBreak, line: lineBreak, blank: '' }[endingOf(text.slice(0, at))];
  const block = back.map((one) => `${one.trimEnd()}${lineBreak}${lineBreak}`).join('');
  return text.slice(0, at) + gap + block + text.slice(at);
}

const sorted = (texts: readonly string[]): string => [...texts].sort().join('\0');

/** The result must contain the planned entries and no other. */
function isAsPlanned(found: readonly Entry[], { planned }: SavePlan, column: Column): boolean {
  const texts = planned
    .filter((one) => one.column === column)
    .flatMap(({ text, copy }) => (copy === null ? [text] : [text, copy]));
  return sorted(found.map(({ source }) => source.trimEnd())) === sorted(texts.map((text) => text.trimEnd()));
}

/** The texts of other columns with the user's changes of entries that have moved there. */
function changedOthers(save: Save, plan: SavePlan, options: BoardOptions): Partial<Record<Column, string>> {
  const others: Partial<Record<Column, string>> = {};
  for (const { entry, text } of plan.there.toSorted((a, b) => b.entry.start - a.entry.start)) {
    const now = others[entry.column] ?? save.others[entry.column] ?? '';
    const tail = entry.source.slice(entry.source.trimEnd().length);
    others[entry.column] = now.slice(0, entry.start) + (text === null ? '' : text + tail) + now.slice(entry.end);
  }
  for (const pasted of plan.pasted) {
    const text = withPasted(others[pasted.column] ?? save.others[pasted.column] ?? '', pasted, options);
    if (text !== null) others[pasted.column] = text;
  }
  return others;
}

const isNewlyNamed = (before: string, after: string): boolean => after.includes(SAVED_AS) && !before.includes(SAVED_AS);

/**
 * The save, if lines of it that its own version did not have are in no file afterwards. A line that was typed on is not lost,
 * and neither is one that some commit has; a version that was only on disk is none.
 */
function toKeep(save: Save, nearest: number, text: string, others: Partial<Record<Column, string>>): string[] {
  // An entry is about to say where the save is.
  const named = Object.entries(others).some(([column, one]) => isNewlyNamed(save.others[column as Column] ?? '', one));
  if (named || isNewlyNamed(save.versions.at(-1)!.text, text)) return [save.disk];
  const after = [text, ...COLUMNS.flatMap((column) => others[column] ?? save.others[column] ?? [])];
  const there = new Set(after.flatMap(linesWithText));
  const from = save.versions[nearest]!;
  const known = new Set(from.isLoose === true ? [] : linesWithText(from.text));
  const inCommits = from.isLoose === true ? save.versions.filter(({ isLoose }) => isLoose !== true) : [];
  const isLost = (line: string): boolean =>
    !there.has(line) &&
    !known.has(line) &&
    !after.some((one) => one.includes(line.trim())) &&
    !inCommits.some(({ text: old }) => old.includes(line));
  return linesWithText(save.disk).some(isLost) ? [save.disk] : [];
}
