import type { Entry } from '../entry.ts';
import type { BoardOptions } from '../parse.ts';
import { lineBreakOf } from '../parse/line-breaks.ts';
import { memoFor } from '../parse/section-memo.ts';
import { type SectionFacts, SEPARATOR } from '../parse/section-facts.ts';
import { splitSections } from '../parse/sections.ts';
import { failed, ok, type Result } from '../../problem.ts';
import { noHeading } from '../problems/edit-problems.ts';
import { changeEntry } from './entry-change.ts';
import * as messages from './messages.ts';

/** What the user sets in an entry by name. Absent: it stays. */
export interface Rewrite {
  readonly title?: string;
  readonly body?: string;
  /** By key as `fieldKey` gives it; '' strikes the field. */
  readonly fields?: Readonly<Record<string, string>>;
}

/**
 * An entry's text with another title, body or fields; every other byte stays.
 * @returns problems: a note has no heading and no fields; a value that the coordinator could not read
 */
export function rewriteEntry(
  entry: Entry,
  { title, body, fields = {} }: Rewrite,
  options: BoardOptions,
): Result<string> {
  const { source } = entry;
  const factsOf = (text: string): SectionFacts =>
    splitSections(text, memoFor(options.memo, options.ids).sections)[0]!.facts;
  const facts = factsOf(source);
  if (facts.head === null) return failed([noHeading(entry)]);
  const titled = title === undefined ? source : retitled(source, facts, title);
  const bodied = body === undefined ? titled : rebodied(titled, factsOf(titled), body);
  const userFields = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value === '' ? null : value]),
  );
  const { list } = factsOf(bodied);
  // A list above it would make body of it, and what it says would be lost.
  if (Object.keys(fields).length > 0 && list !== null && list.kind !== 'fields')
    return failed([
      { code: 'fields-unclear', message: messages.fieldsUnclear(entry.id ?? entry.title), fix: messages.FIX_FIELDS },
    ]);
  const text = changeEntry(bodied, factsOf(bodied), { userFields }, lineBreakOf(bodied));
  const unreadable = factsOf(text).values.unreadable.filter(({ item }) => item.key in fields);
  return unreadable.length === 0
    ? ok(text)
    : failed(unreadable.map(({ message, fix }) => ({ code: 'unreadable-field', message, fix })));
}

function retitled(source: string, { head, contentStart, contentEnd }: SectionFacts, title: string): string {
  const content = source.slice(contentStart, contentEnd);
  const old = head!.title;
  const at = contentStart + (old === '' ? content.trimEnd().length : content.indexOf(old, head!.idEnd));
  return source.slice(0, at) + (old === '' ? ' ' : '') + title + source.slice(at + old.length);
}

/** The new text below the fields; a list there would else become one list with them, or the fields. */
function rebodied(source: string, { list, headingEnd }: SectionFacts, body: string): string {
  const lineBreak = lineBreakOf(source);
  const fields = list?.kind === 'fields' ? list : null;
  const head = source.slice(0, fields?.end ?? headingEnd).trimEnd();
  const text = body.replaceAll(/\r\n?|\n/g, lineBreak).trim();
  const isList = /^(?:[-*+]|\d{1,9}[.)])\s/.test(text);
  const looksLikeFields = /^(?:[-*+]\s+)(?:\*\*|__|`)?[A-Za-z][\w .-]*(?:\*\*|__|`)?\s*[:=]/m.test(text);
  const between = isList && (fields !== null || looksLikeFields) ? [SEPARATOR] : [];
  const below = /\s*$/.exec(source)?.[0] ?? '';
  return [head, ...between, ...(text === '' ? [] : [text])].join(lineBreak + lineBreak) + below;
}
