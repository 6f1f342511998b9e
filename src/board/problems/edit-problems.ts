import { placeAt, type Problem } from '../../problem.ts';
import type { ColumnText, Entry } from '../entry.ts';
import { headingPlace } from '../entry-places.ts';
import type { BoardOptions } from '../parse.ts';
import { memoFor, type ParsedColumn } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';
import * as messages from './messages.ts';

/** The one entry with this key. Counters of identical notes (`#2`) may have moved up since the key was taken. */
export function findEntry(column: ColumnText, key: string): Entry | Problem {
  const found = column.entries.filter((one) => one.key === key);
  if (found.length === 1) return found[0]!;
  const [first, second] = found;
  if (first && second) {
    return {
      code: 'duplicate-task-id',
      message: messages.idTwiceIn(key, column.path),
      where: headingPlace(column, second),
      also: [{ message: messages.FIRST_WRITTEN_HERE, where: headingPlace(column, first) }],
      fix: messages.DELETE_ONE,
      holds: [key],
    };
  }
  const plain = key.replace(/#\d+$/, '');
  return plain === key ? notFound(column.path, key) : findEntry(column, plain);
}

export const notFound = (path: string, key: string): Problem => ({
  code: 'entry-not-found',
  message: messages.notInColumn(key, path),
  holds: [key],
});

/** Somebody changed the entry since its text was read. */
export const entryChanged = (path: string, entry: Entry): Problem => ({
  code: 'entry-changed',
  message: messages.entryChanged(entry, path),
  holds: [entry.key],
});

/** A quick note: it has no heading, and so no fields of its own. */
export const noHeading = (entry: Entry): Problem => ({
  code: 'quick-note',
  message: messages.isQuickNote(entry),
  fix: messages.editNote(entry),
});

/** A new text that would be no entry any more, another one, or several. */
export const notOneEntry = (path: string, entry: Entry): Problem => ({
  code: 'not-one-entry',
  message: messages.notOneEntry(entry, path),
  fix: messages.ONE_HEADING,
  holds: [entry.key],
});

/** The text after the edit would not read as it should. */
export const unsafe = (path: string, entry: Entry): Problem => ({
  code: 'unsafe-edit',
  message: messages.unsafeEdit(entry, path),
  fix: messages.findUnclosedBlock(path),
  holds: [entry.key],
});

/** The unclosed fence or comment that swallows what is put at `offset`; null if there is none. */
export function unclosed(parsed: ParsedColumn, offset: number, entry: Entry, options: BoardOptions): Problem | null {
  const { path, text } = parsed.column;
  const last = splitSections(text.slice(0, offset), memoFor(options.memo, options.ids).sections).at(-1);
  if (!last?.facts.open) return null;
  const { kind, offset: opens, length } = last.facts.open;
  const where = placeAt(path, text, last.start + opens, length);
  return {
    code: 'unclosed-block',
    message: messages.insideOpenBlock(entry, path, kind),
    where,
    fix: messages.closeBlock(kind, where.line),
    holds: [entry.key],
  };
}
