import { COORDINATOR_FIELDS, type Entry, TAGS } from './entry.ts';
import { changeEntry, type EntryChange } from './entry-change.ts';
import { lineBreakOf, lineEnd } from './line-breaks.ts';
import { noteToEntry } from './note-to-entry.ts';
import type { BoardOptions } from './parse.ts';
import { outdented } from './parse-column.ts';
import { memoFor } from './section-memo.ts';
import { splitSections } from './sections.ts';

/**
 * Lays a person's change of an entry over what the coordinator did to it since.
 * @param base the entry in the text that the person began with
 * @param mine as the person saved it
 * @param theirs as the coordinator knows it now, here or in another column
 * @returns the text for where `theirs` stands, without trailing empty lines; null if both changed the wording.
 */
export function mergeEntry(base: Entry, mine: Entry, theirs: Entry, options: BoardOptions): string | null {
  if (isSame(mine, base)) return theirs.source.trimEnd();
  if (isSame(theirs, base)) return mine.source.trimEnd();
  const isReworded = wording(mine) !== wording(base);
  if (isReworded && wording(theirs) !== wording(base))
    return wording(mine) === wording(theirs) ? theirs.source.trimEnd() : null;
  const from = isReworded ? mine : theirs;
  const source = from.kind === 'note' && theirs.kind === 'entry' ? asEntry(from, theirs.id!) : from.source;
  const facts = splitSections(source, memoFor(options.memo, options.ids).sections)[0]?.facts;
  if (!facts?.head) return from.source.trimEnd();
  return changeEntry(source, facts, marks(base, mine, theirs), lineBreakOf(source)).trimEnd();
}

const isSame = (a: Entry, b: Entry): boolean => a.source.trimEnd() === b.source.trimEnd();
export const asEntry = (note: Entry, id: string): string =>
  noteToEntry({ ...note, id }, outdented(note.source.slice(lineEnd(note.source, 0))), {}, '\n');

/** What is a person's: title, body and the fields that the coordinator doesn't write. */
export function wording(entry: Entry): string {
  const own = entry.fields.filter((field) => !COORDINATOR_FIELDS.some((key) => key === field.key));
  return JSON.stringify([entry.title, entry.body.trim(), own.map((field) => [field.key, field.value])]);
}

/** Tags and coordinator fields: what the coordinator changed counts, else what the person left or made of it. */
export function marks(base: Entry, mine: Entry, theirs: Entry): EntryChange {
  const tags = TAGS.filter((tag) =>
    (theirs.tags.includes(tag) === base.tags.includes(tag) ? mine : theirs).tags.includes(tag),
  );
  const value = (entry: Entry, key: string) => entry.fields.find((field) => field.key === key)?.value ?? null;
  const chosen = (key: string) => value(value(theirs, key) === value(base, key) ? mine : theirs, key);
  return {
    ...(theirs.id === null ? {} : { id: theirs.id }),
    addTags: tags,
    removeTags: TAGS.filter((tag) => !tags.includes(tag)),
    setFields: Object.fromEntries(COORDINATOR_FIELDS.map((key) => [key, chosen(key)])),
  };
}
