import type { Problem } from '../../problem.ts';
import { type BoardTexts, type Column, COORDINATOR_FIELDS, type Entry } from '../entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { parseColumn } from '../parse/parse-column.ts';
import type { ParsedColumn } from '../parse/section-memo.ts';
import { unsafe } from '../problems/edit-problems.ts';
import { type EntryChange, fieldText } from './entry-change.ts';
import { closingOf } from './note-to-entry.ts';

export type Edited =
  | { readonly ok: true; readonly texts: BoardTexts }
  | { readonly ok: false; readonly problem: Problem };

export const parse = (texts: BoardTexts, column: Column, options: BoardOptions): ParsedColumn =>
  parseColumn({ column, path: columnPath(column, options), text: texts[column] ?? '' }, options);

/** The entries of a text of its own, parsed apart from the column's memo. */
export function splitOff(source: string, column: Column, options: BoardOptions): readonly Entry[] {
  return parseColumn({ column, path: '', text: source }, options).column.entries.filter((one) => one.kind === 'entry');
}

/** What must be the same of every entry after an edit; empty lines between entries may have been added. */
function isUnchanged(found: Entry, expected: Entry): boolean {
  if (found.kind !== expected.kind || found.parked !== expected.parked) return false;
  return found.source === expected.source || found.source.trimEnd() === expected.source.trimEnd();
}

export function checked(
  texts: BoardTexts,
  { column, expected, entry }: { readonly column: Column; readonly expected: readonly Entry[]; readonly entry: Entry },
  options: BoardOptions,
): Edited {
  const found = parse(texts, column, options).column.entries;
  const isSame = found.length === expected.length && found.every((one, index) => isUnchanged(one, expected[index]!));
  return isSame ? { ok: true, texts } : { ok: false, problem: unsafe(columnPath(column, options), entry) };
}

/** The change read back from the entry's new text. */
export function changeProblem(
  entry: Entry,
  written: string,
  change: EntryChange,
  options: BoardOptions,
): Problem | null {
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
