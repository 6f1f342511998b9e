import { placeAt, type Problem } from '../../problem.ts';
import type { ColumnText, Entry } from '../entry.ts';
import { headingPlace } from '../entry-places.ts';
import type { BoardOptions } from '../parse.ts';
import { memoFor, type ParsedColumn } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';

/** The one entry with this key. Counters of identical notes (`#2`) may have moved up since the key was taken. */
export function findEntry(column: ColumnText, key: string): Entry | Problem {
  const found = column.entries.filter((one) => one.key === key);
  if (found.length === 1) return found[0]!;
  const [first, second] = found;
  if (first && second) {
    return {
      code: 'duplicate-task-id',
      message: `${key} stands twice in ${column.path}`,
      where: headingPlace(column, second),
      also: [{ message: 'first written here', where: headingPlace(column, first) }],
      fix: 'delete one of the two',
      holds: [key],
    };
  }
  const plain = key.replace(/#\d+$/, '');
  return plain === key ? notFound(column.path, key) : findEntry(column, plain);
}

export const notFound = (path: string, key: string): Problem => ({
  code: 'entry-not-found',
  message: `${key} is not an entry of ${path}`,
  holds: [key],
});

/** The text after the edit would not read as it should. */
export const unsafe = (path: string, entry: Entry): Problem => ({
  code: 'unsafe-edit',
  message: `${entry.id ?? `"${entry.title}"`} can't be written to ${path}: the file would no longer read as it should`,
  fix: `look for an unclosed code fence, comment or HTML block near the entry in ${path}`,
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
    message: `${entry.id ?? entry.title} can't be put into ${path}: a ${kind === 'fence' ? 'code fence' : 'comment'} is open where it would stand`,
    where,
    fix: `close the ${kind} that opens in line ${where.line}`,
    holds: [entry.key],
  };
}
