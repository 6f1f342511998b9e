import type { Entry } from '../entry.ts';
import { awaitedBy, nextId } from '../next-id.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { parseColumn } from '../parse/parse-column.ts';
import { createSectionMemo, memoFor } from '../parse/section-memo.ts';
import { splitSections } from '../parse/sections.ts';
import { changeEntry } from './entry-change.ts';

export interface Numbered {
  readonly text: string;
  /** In the order of the text. */
  readonly entries: readonly { readonly id: string; readonly title: string }[];
}

interface NumberOptions {
  /** Prefixes of ids; the first one is for new ids. */
  readonly ids: readonly string[];
  /** Every id that is not free. */
  readonly used: Iterable<string>;
  /** What the entries of the text are called in each other's `depends`, in their order. */
  readonly keys?: readonly string[] | undefined;
}

/** The entries of a text as it would be read in a column. */
export const entriesIn = (text: string, ids: readonly string[]): readonly Entry[] =>
  parseColumn({ column: 'TODO', path: '', text }, { ids, memo: createSectionMemo() }).column.entries.filter(
    ({ kind }) => kind === 'entry',
  );

/**
 * Entries of a text that have no number get the next free ones, also where another entry depends on one by its key.
 * Every other character stays, also what belongs to no entry.
 */
export function numberEntries(typed: string, { ids, used, keys = [] }: NumberOptions): Numbered {
  const text = withPrefix(typed, ids);
  const taken = new Set(used);
  const found = entriesIn(text, ids);
  const awaited = awaitedBy(found);
  const entries = found.map((entry) => {
    const id = entry.id ?? nextId(ids[0] ?? 'T', taken, awaited);
    taken.add(id);
    return { entry, id, title: entry.title };
  });
  const idOf = new Map(keys.flatMap((key, index) => (entries[index] === undefined ? [] : [[key, entries[index].id]])));
  let numbered = '';
  let end = 0;
  for (const { entry, id } of entries) {
    const own = withDepends(entry, idOf);
    numbered += text.slice(end, entry.start) + (entry.id === null ? withId(own, id, ids) : own);
    end = entry.end;
  }
  return { text: numbered + text.slice(end), entries: entries.map(({ id, title }) => ({ id, title })) };
}

/** @param source an entry's text; its heading may be underlined or indented */
function withId(source: string, id: string, ids: readonly string[]): string {
  // An entry's text is one section.
  const { facts } = splitSections(source, memoFor(createSectionMemo(), ids).sections)[0]!;
  return changeEntry(source, facts, { id }, lineBreakOf(source));
}

const WITHOUT_NUMBER = /^(##\s+(?:\[[A-Z]+\]\s+)*\**)[^\s*]+-\?/;

/** A text whose `T-?` is of a team with other prefixes means the first of them. */
function withPrefix(text: string, ids: readonly string[]): string {
  if (entriesIn(text, ids).length > 0) return text;
  return text.replace(new RegExp(WITHOUT_NUMBER, 'm'), (_, before: string) => `${before}${ids[0] ?? 'T'}-?`);
}

/** The entry's text with ids for keys in its field `depends`. */
function withDepends({ source, start, fields }: Entry, idOf: ReadonlyMap<string, string>): string {
  const field = fields.find(({ key }) => key === 'depends');
  if (field === undefined || idOf.size === 0) return source;
  const from = source.indexOf(':', field.offset - start) + 1;
  const lineEnd = source.indexOf('\n', from);
  const to = lineEnd < 0 ? source.length : lineEnd;
  const value = source.slice(from, to).replaceAll(/[^\s,;]+/g, (word) => idOf.get(word) ?? word);
  return source.slice(0, from) + value + source.slice(to);
}
