import type { BoardTexts, Entry } from '../entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { parseColumn } from '../parse/parse-column.ts';
import { entryChanged, notOneEntry } from '../problems/edit-problems.ts';
import { checked, type Edited, parse } from './check-edit.ts';

/** The user's own text in the place of an entry's: still one entry, of the same id, and every other entry as it was. */
export function replaceEntry(
  texts: BoardTexts,
  entry: Entry,
  { text, was }: { readonly text: string; readonly was: string },
  options: BoardOptions,
): Edited {
  const { column } = entry;
  const path = columnPath(column, options);
  if (entry.source !== was) return { ok: false, problem: entryChanged(path, entry) };
  const written = inPlaceOf(entry.source, text);
  const own = parseColumn({ column, path: '', text: written }, options).column.entries;
  const [only] = own;
  if (only === undefined || own.length > 1 || only.id !== entry.id || only.start > 0)
    return { ok: false, problem: notOneEntry(path, entry) };
  const before = parse(texts, column, options).column;
  const after = before.text.slice(0, entry.start) + written + before.text.slice(entry.end);
  const expected = before.entries.map((one) => (one === entry ? { ...only, parked: entry.parked } : one));
  return checked({ ...texts, [column]: after }, { column, expected, entry }, options);
}

/** With the line breaks of the old text, and the empty lines that stood below it. */
function inPlaceOf(source: string, text: string): string {
  const below = /\s*$/.exec(source)?.[0] ?? '';
  const isCrlf = lineBreakOf(source) === '\r\n' && !text.includes('\r');
  return (isCrlf ? text.replaceAll('\n', '\r\n') : text).trimEnd() + below;
}
