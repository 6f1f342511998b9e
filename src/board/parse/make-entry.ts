import type { Column, Entry } from '../entry.ts';
import type { FieldList } from './field-list.ts';
import type { Head } from './heading.ts';
import type { NoteFacts } from './section-facts.ts';

interface Spot {
  readonly column: Column;
  readonly line: number;
  /** Text of the level-1 heading that parks it; null: it is not parked. */
  readonly parkedUnder: string | null;
  readonly start: number;
  /** What the facts' offsets count from. */
  readonly origin: number;
  readonly body: string;
  readonly criteria: Entry['criteria'];
  readonly script: string | null;
}

export type EntryFacts = Pick<NoteFacts, 'head' | 'list' | 'values'>;

export function makeEntry(kind: Entry['kind'], facts: EntryFacts, source: string, spot: Spot): Entry {
  const { head, values, list } = facts;
  // Property by property: spreads made this the slowest part of reading a large board again.
  return {
    key: head.id ?? `${spot.column}?${fnv1a(source.trimEnd())}`,
    id: head.id,
    kind,
    column: spot.column,
    parked: spot.parkedUnder !== null,
    parkedUnder: spot.parkedUnder,
    title: head.title,
    tags: tagsOf(head),
    fields: list?.kind === 'fields' ? fieldsOf(list, spot.origin) : NO_FIELDS,
    body: spot.body,
    criteria: spot.criteria,
    script: spot.script,
    depends: values.depends,
    files: values.files,
    priority: values.priority,
    timeout: values.timeout,
    approve: values.approve,
    attempts: values.attempts,
    reviewed: values.reviewed,
    tested: values.tested,
    changelog: values.changelog,
    feedback: values.feedback,
    start: spot.start,
    end: spot.start + source.length,
    source,
    line: spot.line,
  };
}

const NO_FIELDS: Entry['fields'] = [];

const fieldsOf = (list: FieldList, origin: number): Entry['fields'] =>
  list.items.map(({ key, value, start }) => ({ key, value, offset: origin + start }));

const NO_TAGS: Entry['tags'] = [];

function tagsOf(head: Head): Entry['tags'] {
  if (head.tokens.length === 0) return NO_TAGS;
  return [...new Set(head.tokens.flatMap((token) => (token.tag === null ? [] : [token.tag])))];
}

/** FNV-1a, 32 bits, over UTF-16 units: the same text, the same key. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Identical entries without an id get `#2`, `#3`… in the order of the file. */
export function withDistinctKeys(entries: Entry[]): Entry[] {
  const seen = new Map<string, number>();
  if (entries.every((entry) => entry.id !== null)) return entries;
  return entries.map((entry) => {
    if (entry.id !== null) return entry;
    const count = (seen.get(entry.key) ?? 0) + 1;
    seen.set(entry.key, count);
    return count === 1 ? entry : { ...entry, key: `${entry.key}#${count}` };
  });
}
