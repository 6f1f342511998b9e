import type { Entry } from '../entry.ts';
import type { EntryChange } from './entry-change.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { parseMarkdown } from '../parse/sections.ts';
import { openBlockAtEnd } from '../parse/suspects/blocks.ts';
import * as messages from './messages.ts';

/**
 * A quick note as an entry: `- [ ] Fix the login crash` becomes `## T-13: Fix the login crash`, its indented lines
 * the fields and the body below.
 * @param lines the note's indented lines, outdented
 * @param id the entry's id if the note has none
 */
export function noteToEntry(note: Entry, lines: string, change: EntryChange, lineBreak: string): string {
  const end = lineBreakOf(note.source, lineBreak);
  const id = change.id ?? note.id;
  if (id === null) throw new Error(messages.NOTE_WITHOUT_ID);
  const tags = note.tags.map((tag) => `[${tag}] `).join('');
  const heading = `## ${tags}${id}: ${note.title}${end}`;
  if (lines.trim() === '') return heading;
  const closing = closingOf(lines);
  return `${heading}${end}${lines}${end}${closing === '' ? '' : closing + end}`;
}

/** What closes the fence or comment that the lines leave open: in a note the list ended it, below a heading nothing does. */
export function closingOf(lines: string): string {
  const tree = parseMarkdown(lines);
  const open = openBlockAtEnd(tree, lines);
  // In a list or a quote it ends with that, at the next heading.
  if (open === null || !['code', 'html'].includes(tree.children.at(-1)?.type ?? '')) return '';
  return open.kind === 'comment' ? '-->' : (/^(?:`{3,}|~{3,})/.exec(lines.slice(open.offset))?.[0] ?? '');
}
