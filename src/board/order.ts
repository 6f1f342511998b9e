import type { Entry } from './entry.ts';

/** Order of picking within one column: the `priority` field first, then the order of the file. For `sort`. */
export function compareEntries(a: Entry, b: Entry): number {
  return a.priority - b.priority || a.start - b.start;
}
