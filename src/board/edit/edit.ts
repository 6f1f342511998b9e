import type { Problem } from '../../problem.ts';
import { unreachable } from '../../unreachable.ts';
import { type BoardTexts, type Column, COORDINATOR_FIELDS, type Entry } from '../entry.ts';
import { changeEntry, type EntryChange, fieldText } from './entry-change.ts';
import { endingOf, lineBreakOf, lineEnd } from '../parse/line-breaks.ts';
import { closingOf, noteToEntry } from './note-to-entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { outdented, parseColumn } from '../parse/parse-column.ts';
import { findEntry, notFound, unclosed, unsafe } from '../problems/edit-problems.ts';
import { memoFor, type ParsedColumn } from '../parse/section-memo.ts';
import { frontMatterEnd, splitSections, textStart } from '../parse/sections.ts';

export type { EntryChange } from './entry-change.ts';

/** One change of the board's texts. `key` is an entry's key as parsed from the texts given. */
export type BoardEdit =
  | {
      readonly type: 'move';
      readonly key: string;
      readonly from: Column;
      readonly to: Column;
      /** `top`: above the first entry, below quick notes and prose; `bottom`: below the last one that isn't parked. */
      readonly position: 'top' | 'bottom';
      readonly change?: EntryChange;
    }
  | { readonly type: 'change'; readonly key: string; readonly column: Column; readonly change: EntryChange }
  | { readonly type: 'remove'; readonly key: string; readonly column: Column }
  /** `under`: parked, at the end of the level-1 section of that title, which is made if it isn't there. */
  | { readonly type: 'add'; readonly column: Column; readonly position: 'top' | 'bottom'; readonly text: string; readonly under?: string };

export type Edited =
  | { readonly ok: true; readonly texts: BoardTexts }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Applies edits one after the other by cutting and inserting at source offsets; every other byte of the texts stays
 * (DESIGN.md §3, byte rule). After each edit the texts are parsed again: the entries that were there, less or plus the
 * one, the written fields with their values, the same body.
 * @returns the new texts, or the problem of the first edit that can't be made safely; then nothing has changed.
 */
export function applyEdits(texts: BoardTexts, edits: readonly BoardEdit[], options: BoardOptions): Edited {
  let current = texts;
  for (const edit of edits) {
    const done = applyEdit(current, edit, options);
    if (!done.ok) return done;
    current = done.texts;
  }
  return { ok: true, texts: current };
}

function applyEdit(texts: BoardTexts, edit: BoardEdit, options: BoardOptions): Edited {
  switch (edit.type) {
    case 'add':
      return insertEntry(texts, edit.text, { to: edit.column, position: edit.position, under: edit.under }, options);
    case 'remove':
      return withEntry(texts, edit.key, edit.column, options, (entry) => cutEntry(texts, entry, options));
    case 'change':
      return withEntry(texts, edit.key, edit.column, options, (entry) =>
        changeInPlace(texts, entry, edit.change, options),
      );
    case 'move':
      return withEntry(texts, edit.key, edit.from, options, (entry) => moveEntry(texts, entry, edit, options));
    default:
      return unreachable(edit);
  }
}

const parse = (texts: BoardTexts, column: Column, options: BoardOptions): ParsedColumn =>
  parseColumn(column, columnPath(column, options), texts[column] ?? '', options.ids, options.memo);

function withEntry(
  texts: BoardTexts,
  key: string,
  column: Column,
  options: BoardOptions,
  then: (entry: Entry) => Edited,
): Edited {
  const parsed = parse(texts, column, options).column;
  const found = findEntry(parsed, key);
  return 'code' in found ? { ok: false, problem: found } : then(found);
}

function moveEntry(texts: BoardTexts, entry: Entry, edit: BoardEdit & { type: 'move' }, options: BoardOptions): Edited {
  const lineBreak = lineBreakOf(texts[edit.to] ?? '', texts[edit.from] ?? '');
  const written = rewritten(entry, edit.change ?? {}, lineBreak, options);
  if (written === null) return { ok: false, problem: notFound(columnPath(edit.from, options), entry.key) };
  const cut = cutEntry(texts, entry, options);
  if (!cut.ok) return cut;
  const problem = changeProblem(entry, written, edit.change ?? {}, options);
  return problem ? { ok: false, problem } : insertEntry(cut.texts, written, edit, options);
}

/** The entry's text with the change in it; a note becomes an entry. null: a note without an id. */
function rewritten(entry: Entry, change: EntryChange, lineBreak: string, options: BoardOptions): string | null {
  const { sections } = memoFor(options.memo, options.ids);
  let source = entry.source;
  if (entry.kind === 'note') {
    if ((change.id ?? entry.id) === null) return null;
    source = noteToEntry(entry, outdented(source.slice(lineEnd(source, 0))), change, lineBreak);
  }
  const facts = splitSections(source, sections)[0]?.facts;
  if (!facts?.head) throw new Error(`an entry's own text does not begin with its heading: ${source.slice(0, 80)}`);
  return changeEntry(source, facts, change, lineBreak);
}

/** A note that is changed where it stands becomes an entry on top of the column: a list has no room for fields. */
function changeInPlace(texts: BoardTexts, entry: Entry, change: EntryChange, options: BoardOptions): Edited {
  const { column } = entry;
  if (entry.kind === 'note') {
    return moveEntry(
      texts,
      entry,
      { type: 'move', key: entry.key, from: column, to: column, position: 'top', change },
      options,
    );
  }
  const text = texts[column] ?? '';
  const written = rewritten(entry, change, lineBreakOf(text), options)!;
  const problem = changeProblem(entry, written, change, options);
  if (problem) return { ok: false, problem };
  const before = parse(texts, column, options);
  const after = { ...texts, [column]: text.slice(0, entry.start) + written + text.slice(entry.end) };
  const expected = before.column.entries.map((one) => (one === entry ? { ...one, source: written } : one));
  return checked(after, column, expected, entry, options);
}

function cutEntry(texts: BoardTexts, entry: Entry, options: BoardOptions): Edited {
  const { column } = entry;
  const text = texts[column] ?? '';
  const before = parse(texts, column, options);
  const expected = before.column.entries.filter((one) => one !== entry);
  const left = text.slice(0, entry.start) + text.slice(entry.end);
  const cut = checked({ ...texts, [column]: left }, column, expected, entry, options);
  if (cut.ok || before.liveEnd === text.length) return cut;
  // In a file without a title the first parked part would take its place.
  const titled = withTitle(left, column);
  const again = checked({ ...texts, [column]: titled }, column, expected, entry, options);
  return again.ok ? again : cut;
}

function withTitle(text: string, column: Column): string {
  const at = frontMatterEnd(text, textStart(text));
  const lineBreak = lineBreakOf(text);
  const gap = /^[ \t]*[\r\n]/.test(text.slice(at)) ? '' : lineBreak;
  return `${text.slice(0, at)}# ${column}${lineBreak}${gap}${text.slice(at)}`;
}

function insertEntry(
  texts: BoardTexts,
  source: string,
  at: { to: Column; position: 'top' | 'bottom'; under?: string | undefined },
  options: BoardOptions,
): Edited {
  const before = texts[at.to] === null ? { ...texts, [at.to]: `# ${at.to}${lineBreakOf(source)}` } : texts;
  const parsed = parse(before, at.to, options);
  const { text, entries } = parsed.column;
  const first = entries.findIndex((one) => one.kind === 'entry' && !one.parked);
  const section = at.under === undefined ? null : endOfSection(parsed, at.under);
  const live = at.position === 'top' && first >= 0 ? entries[first]!.start : parsed.liveEnd;
  const offset = section?.end ?? live;
  const index = entries.filter((one) => one.start < offset).length;
  const own = splitOff(source, at.to, options);
  const path = columnPath(at.to, options);
  if (own.length === 0) return { ok: false, problem: notFound(path, source.slice(0, 60)) };
  const heading = section?.isThere === false ? `# ${at.under}${lineBreakOf(text, source).repeat(2)}` : '';
  const after = inserted(text, offset, heading + source);
  const expected = [
    ...entries.slice(0, index),
    ...own.map((one) => ({ ...one, parked: section !== null })),
    ...entries.slice(index),
  ];
  const done = checked({ ...before, [at.to]: after }, at.to, expected, own[0]!, options);
  if (done.ok) return done;
  const above = section === null ? aboveOpen(parsed, offset, options) : null;
  if (above !== null) {
    const count = entries.filter((one) => one.start < above).length;
    const wanted = [...entries.slice(0, count), ...own.map((one) => ({ ...one, parked: false })), ...entries.slice(count)];
    const tried = checked({ ...before, [at.to]: inserted(text, above, source) }, at.to, wanted, own[0]!, options);
    if (tried.ok) return tried;
  }
  return { ok: false, problem: unclosed(parsed, offset, own[0]!, options) ?? done.problem };
}

/** Where the entry begins in which a fence or comment is open at `offset`; null: none is, or it is in no entry. */
function aboveOpen({ column }: ParsedColumn, offset: number, options: BoardOptions): number | null {
  const last = splitSections(column.text.slice(0, offset), memoFor(options.memo, options.ids).sections).at(-1);
  if (!last?.facts.open) return null;
  const entry = column.entries.findLast((one) => one.start <= last.start + last.facts.open!.offset && !one.parked);
  return entry?.kind === 'entry' && entry.end >= offset ? entry.start : null;
}

/** Where a level-1 section ends; the end of the text where there is none of that title. */
function endOfSection({ sections, column }: ParsedColumn, title: string): { readonly end: number; readonly isThere: boolean } {
  const titles = sections.filter(({ facts }) => facts.depth === 1);
  const n = titles.findIndex(({ facts }) => facts.text.slice(facts.contentStart, facts.contentEnd).trim() === title);
  return { end: (n < 0 ? undefined : titles[n + 1]?.start) ?? column.text.length, isThere: n >= 0 };
}

/** The entries of a text of its own, parsed apart from the column's memo. */
function splitOff(source: string, column: Column, options: BoardOptions): readonly Entry[] {
  return parseColumn(column, '', source, options.ids, options.memo).column.entries.filter(
    (one) => one.kind === 'entry',
  );
}

function inserted(text: string, offset: number, source: string): string {
  const before = text.slice(0, offset);
  const after = text.slice(offset);
  const lineBreak = lineBreakOf(text, source);
  const gap = { nothing: '', open: lineBreak + lineBreak, line: lineBreak, blank: '' };
  return before + gap[endingOf(before.slice(-400))] + source + (after === '' ? '' : gap[endingOf(source)]) + after;
}

/** What must be the same of every entry after an edit; empty lines between entries may have been added. */
function isUnchanged(found: Entry, expected: Entry): boolean {
  if (found.kind !== expected.kind || found.parked !== expected.parked) return false;
  return found.source === expected.source || found.source.trimEnd() === expected.source.trimEnd();
}

function checked(
  texts: BoardTexts,
  column: Column,
  expected: readonly Entry[],
  entry: Entry,
  options: BoardOptions,
): Edited {
  const found = parse(texts, column, options).column.entries;
  const isSame = found.length === expected.length && found.every((one, index) => isUnchanged(one, expected[index]!));
  return isSame ? { ok: true, texts } : { ok: false, problem: unsafe(columnPath(column, options), entry) };
}

/** The change read back from the entry's new text. */
function changeProblem(entry: Entry, written: string, change: EntryChange, options: BoardOptions): Problem | null {
  const read = splitOff(written, entry.column, options);
  const after = read[0];
  const path = columnPath(entry.column, options);
  if (!after || read.length !== 1) return unsafe(path, entry);
  const isSame =
    after.id === (change.id ?? entry.id) &&
    after.title === entry.title &&
    isBodyOf(after, entry) &&
    COORDINATOR_FIELDS.every((key) => holdsValue(after, entry, key, change)) &&
    after.tags.length ===
      new Set([...entry.tags, ...(change.addTags ?? [])].filter((tag) => !change.removeTags?.includes(tag))).size;
  return isSame ? null : unsafe(path, entry);
}

/** A note's open fence is closed when it becomes an entry. */
const isBodyOf = (after: Entry, { kind, body }: Entry): boolean =>
  after.body.trim() === body.trim() ||
  (kind === 'note' && after.body.trim() === `${body.trim()}${lineBreakOf(after.source)}${closingOf(body)}`.trim());

function holdsValue(
  after: Entry,
  before: Entry,
  key: (typeof COORDINATOR_FIELDS)[number],
  change: EntryChange,
): boolean {
  const value = change.setFields?.[key];
  const raw = (entry: Entry) => entry.fields.find((field) => field.key === key)?.value ?? '';
  if (value === undefined) return change.dropFields?.includes(key) === true || raw(after) === raw(before);
  return raw(after) === (value === null ? '' : fieldText(value));
}
