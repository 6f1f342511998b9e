import type { Entry } from './entry.ts';
import type { EntryChange } from './entry-change.ts';
import { lineBreakOf } from './line-breaks.ts';

/**
 * A quick note as an entry: `- [ ] Fix the login crash` becomes `## T-13: Fix the login crash`, its indented lines
 * the fields and the body below.
 * @param lines the note's indented lines, outdented
 * @param id the entry's id if the note has none
 */
export function noteToEntry(note: Entry, lines: string, change: EntryChange, lineBreak: string): string {
  const end = lineBreakOf(note.source, lineBreak);
  const id = change.id ?? note.id;
  if (id === null) throw new Error('a note that becomes an entry needs an id');
  const tags = note.tags.map((tag) => `[${tag}] `).join('');
  const heading = `## ${tags}${id}: ${note.title}${end}`;
  return lines.trim() === '' ? heading : `${heading}${end}${lines}${end}`;
}
