import { plainLine } from '../../plain-text.ts';
import { COORDINATOR_FIELDS, type CoordinatorField, type Tag, TAGS } from '../entry.ts';
import type { FieldList } from '../parse/field-list.ts';
import type { Head } from '../parse/heading.ts';
import { endingOf, lineBreakOf, lineEnd, lineStart } from '../parse/line-breaks.ts';
import { type SectionFacts, SEPARATOR } from '../parse/section-facts.ts';

/** What the coordinator changes in an entry besides its place. */
export interface EntryChange {
  /** Gives `T-?`, or a note, its id. */
  readonly id?: string;
  readonly addTags?: readonly Tag[];
  readonly removeTags?: readonly Tag[];
  /** null strikes the field. Values are flattened to one line (`fieldText`). */
  readonly setFields?: Readonly<Partial<Record<CoordinatorField, string | null>>>;
  /** Fields that the user sets, by key in lower case; null strikes the field. Values are flattened to one line and not cut. */
  readonly userFields?: Readonly<Record<string, string | null>>;
  /** Keys (lower case) of further fields to strike, the user's too. */
  readonly dropFields?: readonly string[];
}

interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/**
 * Applies a change to an entry's own text by cutting and inserting in its heading and its field list.
 * @param source the entry's text, beginning with its heading
 * @param facts of the section that `source` begins with
 * @param lineBreak for new lines, where the source has none
 */
export function changeEntry(source: string, facts: SectionFacts, change: EntryChange, lineBreak: string): string {
  const splices = [
    ...headingSplices(facts, change),
    ...fieldSplices(source, facts, change, lineBreakOf(source, lineBreak)),
  ];
  return applySplices(source, splices);
}

/** Bound of a value; the whole text stands in the commit's message. */
const LONGEST = 500;

/** A value as it is written: one line, no control characters, at most about 500 characters; '' if nothing is left. */
export function fieldText(value: string): string {
  const safe = plainLine(value)
    .replace(/^(?:[-*+>#]+\s+)+/, '')
    .replace(/^(`{3,}|~{3,})\w*\s*/, '')
    .trim();
  const letters = Array.from(safe);
  return letters.length <= LONGEST
    ? safe
    : `${letters
        .slice(0, LONGEST - 1)
        .join('')
        .trimEnd()}…`;
}

function applySplices(text: string, splices: readonly Splice[]): string {
  let out = text;
  const ordered = splices.map((one, index) => ({ ...one, index })).sort((a, b) => b.at - a.at || b.index - a.index);
  for (const { at, remove, insert } of ordered) out = out.slice(0, at) + insert + out.slice(at + remove);
  return out;
}

function headingSplices(facts: SectionFacts, change: EntryChange): Splice[] {
  return facts.head ? headSplices(facts.head, change).map((one) => ({ ...one, at: one.at + facts.contentStart })) : [];
}

/** Offsets count from the head's content. Without a change of tags not a byte of them is touched. */
export function headSplices(head: Head, change: EntryChange): Splice[] {
  const splices: Splice[] = [];
  const before = new Set(head.tokens.flatMap((token) => token.tag ?? []));
  const after = TAGS.filter(
    (tag) => (before.has(tag) || change.addTags?.includes(tag)) && !change.removeTags?.includes(tag),
  );
  if (after.length !== before.size || after.some((tag) => !before.has(tag))) {
    for (const token of head.tokens) {
      if (token.tag === null) continue;
      const isLeading = token.start < head.idStart || (head.idEnd === head.idStart && token.start < head.tagsAt);
      splices.push(
        isLeading
          ? { at: token.start, remove: gapAfter(head, token.end) - token.start, insert: '' }
          : { at: token.start - 1, remove: token.end - token.start + 1, insert: '' },
      );
    }
    splices.push({ at: head.tagsAt, remove: 0, insert: after.map((tag) => `[${tag}] `).join('') });
  }
  if (change.id !== undefined && change.id !== head.id) {
    splices.push({ at: head.idStart, remove: head.idEnd - head.idStart, insert: change.id });
  }
  return splices;
}

/** Leading tags are followed by another token or by what `tagsAt` marks. */
function gapAfter(head: Head, end: number): number {
  const next = head.tokens.filter((token) => token.start >= end).map((token) => token.start);
  return Math.min(head.tagsAt, ...next);
}

function fieldSplices(source: string, facts: SectionFacts, change: EntryChange, lineBreak: string): Splice[] {
  const list = facts.list?.kind === 'fields' ? facts.list : null;
  const set = new Map<string, string | null>([
    ...Object.entries(change.userFields ?? {}).map(
      ([key, value]) => [key, value === null ? null : plainLine(value) || null] as const,
    ),
    ...COORDINATOR_FIELDS.flatMap((key) => wanted(key, change)),
  ]);
  const strike = new Set([
    ...(change.dropFields ?? []),
    ...[...set].filter(([, value]) => value === null).map(([key]) => key),
  ]);
  const splices: Splice[] = [];
  const seen = new Set<string>();
  let kept = 0;
  for (const item of list?.items ?? []) {
    const value = set.get(item.key);
    const isWritten = value !== undefined && value !== null && !seen.has(item.key);
    if (isWritten)
      splices.push({
        at: item.start,
        remove: item.end - item.start,
        insert: `${marker(source, item.start)}${item.key}: ${value}`,
      });
    if (strike.has(item.key) || (value !== undefined && !isWritten)) splices.push(wholeLines(source, item));
    else kept++;
    seen.add(item.key);
  }
  const added = [...set].flatMap(([key, value]) => (value === null || seen.has(key) ? [] : [`${key}: ${value}`]));
  if (added.length > 0)
    splices.push(list ? appendItems(source, list, added, lineBreak) : newList(source, facts, added, lineBreak));
  else if (list && kept === 0) return [wholeList(source, facts, list)];
  return splices;
}

function wanted(key: CoordinatorField, change: EntryChange): [CoordinatorField, string | null][] {
  const value = change.setFields?.[key];
  if (value === undefined) return [];
  const text = value === null ? '' : fieldText(value);
  return [[key, text === '' ? null : text]];
}

const marker = (source: string, start: number): string =>
  /^(?:[-*+]|\d{1,9}[.)])[ \t]*/.exec(source.slice(start, start + 20))?.[0] ?? '- ';

function wholeLines(source: string, item: { start: number; end: number }): Splice {
  const start = lineStart(source, item.start);
  return { at: start, remove: lineEnd(source, item.end) - start, insert: '' };
}

function appendItems(source: string, list: FieldList, added: readonly string[], lineBreak: string): Splice {
  const last = list.items.at(-1)!;
  const prefix = source.slice(lineStart(source, last.start), last.start) + marker(source, last.start);
  const lines = added.map((one) => prefix + one);
  const isOpen = endingOf(source.slice(0, list.end)) === 'open';
  const insert = isOpen ? lines.map((one) => lineBreak + one).join('') : lines.map((one) => one + lineBreak).join('');
  return { at: list.end, remove: 0, insert };
}

/** Between heading and body. Empty lines are added only where markdown needs them, so that striking it undoes it. */
function newList(source: string, facts: SectionFacts, added: readonly string[], lineBreak: string): Splice {
  const bullet = facts.bodyBullet === '-' ? '* ' : '- ';
  const at = facts.headingEnd;
  const rest = source.slice(at);
  const isIndented = /^[ \t]+\S/.test(source.slice(facts.bodyStart));
  const below = isIndented ? [lineBreak, lineBreak, SEPARATOR].join('') : '';
  const lines = added.map((one) => bullet + one).join(lineBreak) + below;
  if (endingOf(source.slice(0, at)) === 'open') return { at, remove: 0, insert: `${lineBreak}${lineBreak}${lines}` };
  if (rest === '') return { at, remove: 0, insert: `${lineBreak}${lines}${lineBreak}` };
  const isBlank = /^[ \t]*(?:\r|\n|$)/.test(rest);
  return { at, remove: 0, insert: isBlank ? `${lineBreak}${lines}${lineBreak}` : `${lines}${lineBreak}${lineBreak}` };
}

/** The list, and the separator below it, with one of the empty lines around. */
function wholeList(source: string, facts: SectionFacts, list: FieldList): Splice {
  const start = lineStart(source, list.start);
  const before = source.slice(facts.headingEnd, start);
  const separator = /^(?:[ \t]*(?:\r\n|\r|\n))*<!-- -->[ \t]*(?:\r\n|\r|\n|$)/.exec(source.slice(list.end));
  const end = list.end + (separator?.[0].length ?? 0);
  const blankAfter = /^[ \t]*(?:\r\n|\r|\n)/.exec(source.slice(end))?.[0].length ?? 0;
  const blankBefore = /^[ \t]*(?:\r\n|\r|\n)/.exec(before)?.[0].length ?? 0;
  if (blankBefore === 0) return { at: start, remove: end + blankAfter - start, insert: '' };
  if (blankAfter === 0 && end < source.length) return { at: start, remove: end - start, insert: '' };
  return { at: facts.headingEnd, remove: end - facts.headingEnd, insert: before.slice(blankBefore) };
}
