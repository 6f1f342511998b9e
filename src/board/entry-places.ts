import { placeAt, type Place } from '../problem.ts';
import type { ColumnText, Entry } from './entry.ts';

/** The place of an entry's first line. */
export function headingPlace(column: ColumnText, entry: Entry): Place {
  const line = entry.source.split(/[\r\n]/, 1)[0]!;
  return placeAt(column.path, column.text, entry.start, line.length);
}

/** The place of an id inside the entry's `depends`; of its heading if it isn't found. */
export function dependsPlace(column: ColumnText, entry: Entry, id: string): Place {
  for (const field of entry.fields) {
    if (field.key !== 'depends') continue;
    const after = column.text.slice(field.offset, entry.end);
    const at = after.search(new RegExp(`(?<![\\w-])${id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`));
    if (at >= 0) return placeAt(column.path, column.text, field.offset + at, id.length);
  }
  return headingPlace(column, entry);
}

/** Entries with an id; of duplicates the first. */
export function entriesById(columns: readonly ColumnText[]): Map<string, Entry> {
  const found = new Map<string, Entry>();
  for (const column of columns) {
    for (const entry of column.entries) if (entry.id !== null && !found.has(entry.id)) found.set(entry.id, entry);
  }
  return found;
}
