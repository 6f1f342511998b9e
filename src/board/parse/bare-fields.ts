import type { FieldList } from './field-list.ts';
import { type FieldItem, fieldKey, KNOWN_KEYS } from './fields.ts';
import type { Grammar } from './heading.ts';
import { lineEnd } from './line-breaks.ts';
import { isValueOf, nearMiss, type NearMiss, type Span } from './near-miss.ts';

/** `key:` as a field begins. */
export const KEY = /^(?:\*\*|__|`)?([A-Za-z][\w.-]*)(?:\*\*|__|`)?:(?:\*\*|__)?(?:(?=\s)|$|(?=\S))/;

const BARE_KEYS = new Set(['depends', 'files', 'priority', 'approve', 'attempts', 'reviewed', 'tested']);

/**
 * `depends: T-3` without a bullet: markdown makes it a paragraph, and the dependency would be lost silently. Each line that
 * looks like a field counts, also beside lines of text.
 * @param span of the paragraph; offsets of the text
 * @param skipped so many lines at its beginning are something else
 * @returns null if no line looks like a field
 */
export function bareFields(span: Span, text: string, grammar: Grammar, skipped = 0): FieldList | null {
  const lines = linesOf(span, text);
  const plain = lines.map((line) => plainField(line, text));
  const isAllPlain = skipped === 0 && plain.every((item) => item !== null);
  const items: FieldItem[] = [];
  const near: NearMiss[] = [];
  let isOpening = skipped === 0;
  for (const [index, line] of lines.entries()) {
    const item = plain[index] ?? null;
    const miss = index < skipped ? null : bareMiss(line, isOpening, text, grammar);
    const isItem = index >= skipped && item !== null && (isAllPlain || isBareField(item, text, grammar));
    if (miss !== null) near.push(miss);
    else if (isItem) items.push(item);
    isOpening = miss !== null || isItem || /[.!?:;)][ \t]*$/.test(text.slice(line.from, line.to));
  }
  const range = { start: span.from, end: lineEnd(text, span.to) };
  if (items.some((item) => BARE_KEYS.has(item.key))) return { kind: 'bare', items, near, ...range };
  return near.length > 0 ? { kind: 'near', items: [], near, ...range } : null;
}

/** Lines below the first one of an item's paragraph that look like fields. */
export function furtherMisses(span: Span, text: string, grammar: Grammar): readonly NearMiss[] {
  const found = bareFields(span, text, grammar, 1);
  if (found === null) return [];
  const items = found.items.map((item): NearMiss => ({ ...item, meant: item.key, lacks: 'bullet' }));
  return [...found.near, ...items].sort((a, b) => a.start - b.start);
}

/** The lines of a span, each without the spaces around it. */
function linesOf({ from, to }: Span, text: string): Span[] {
  return [...text.slice(from, to).matchAll(/[^\r\n]+/g)].map((match) => {
    const line = match[0];
    const start = from + match.index + (line.length - line.trimStart().length);
    return { from: start, to: start + line.trim().length };
  });
}

/** `key: value` without a bullet. */
function plainField({ from, to }: Span, text: string): FieldItem | null {
  const line = text.slice(from, to);
  const match = KEY.exec(line);
  if (!match) return null;
  return { key: fieldKey(match[1]!), value: line.slice(match[0].length).trim(), start: from, end: to };
}

/** Beside lines of text, only what reads as a value makes it a field. */
function isBareField({ key, value, end }: FieldItem, text: string, grammar: Grammar): boolean {
  if (!KNOWN_KEYS.has(key)) return false;
  if (key !== 'depends') return value !== '' && isValueOf(key, value, grammar);
  return value === '' ? idBelow(end, text, grammar) !== null : namesId(value, grammar);
}

/**
 * @param isOpening the line begins a sentence: else a line like `after T-3` may be a part of one
 */
function bareMiss(line: Span, isOpening: boolean, text: string, grammar: Grammar): NearMiss | null {
  // The ids may stand below their key.
  const to = (/[:\uff1a][*_]*$/.test(text.slice(line.from, line.to)) && idBelow(line.to, text, grammar)) || line.to;
  const miss = nearMiss({ from: line.from, to }, { start: line.from, checked: false }, text, grammar);
  if (miss === null || /^[-*+]/.test(text.charAt(line.from))) return miss;
  if (miss.meant !== 'depends' && miss.meant !== 'priority') return null;
  const hasSign = /[:=\uff1a]/.test(text.slice(line.from, miss.end - miss.value.length));
  return hasSign || isOpening ? miss : null;
}

const namesId = (value: string, grammar: Grammar): boolean => value.split(/[^\w-]+/).some((word) => grammar.isId(word));

/** Where the id ends that the next line begins with, behind a bullet or not; null: there is none. */
function idBelow(from: number, text: string, grammar: Grammar): number | null {
  const [whole = '', id = ''] = /^\s+(?:[-*+][ \t]+)?([\w-]+)/.exec(text.slice(from, from + 200)) ?? [];
  return grammar.isId(id) ? from + whole.length : null;
}
