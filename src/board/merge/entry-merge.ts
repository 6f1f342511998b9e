import { COORDINATOR_FIELDS, type Entry, TAGS } from '../entry.ts';
import type { EntryChange } from '../edit/entry-change.ts';
import { lineEnd } from '../parse/line-breaks.ts';
import { noteToEntry } from '../edit/note-to-entry.ts';
import { outdented } from '../parse/outdented.ts';

export const asEntry = (note: Entry, id: string): string =>
  noteToEntry({ ...note, id }, outdented(note.source.slice(lineEnd(note.source, 0))), {}, '\n');

/** What is the user's: title, body and the fields that the coordinator doesn't write. */
export function wording(entry: Entry): string {
  const own = entry.fields.filter((field) => !COORDINATOR_FIELDS.some((key) => key === field.key));
  return JSON.stringify([entry.title, entry.body.trim(), own.map((field) => [field.key, field.value])]);
}

/** Tags and coordinator fields: what the coordinator changed counts, else what the user left or made of it. */
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
