import { type FieldItem, fieldKey, KNOWN_KEYS, meantKey, readFields } from './fields.ts';
import type { Grammar } from './heading.ts';

/** An item as it stands, and the key that was probably meant. */
export interface NearMiss extends FieldItem {
  readonly meant: string;
  /** The key is right, but this is missing. */
  readonly lacks?: 'colon' | 'bullet';
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `depends on: T-3`, `-depends: T-3`, `prio: P0`, and a known key in a box, or with another sign than a colon right behind it. */
export function nearMiss(
  { from, to }: Span,
  { start, checked }: { readonly start: number; readonly checked: boolean },
  text: string,
  grammar: Grammar,
): NearMiss | null {
  const [mark = ''] = /^(?:\[[ xX]\][ \t]+|[-*+](?=[A-Za-z]))/.exec(text.slice(from, to)) ?? [];
  const isTight = mark.length === 1;
  const line = text.slice(from + mark.length, to);
  const parts = partsOf(line);
  if (parts === null) return null;
  const { whole, written, gap, sign, value } = parts;
  const isPlain = sign === ':' && gap === '' && !isTight;
  const meant = intendedKey({ written, value, sign, isPlain, checked }, grammar);
  if (meant === null) return null;
  const key = text
    .slice(from, from + mark.length + whole.length - value.length)
    .trim()
    .toLowerCase();
  const isKnown = KNOWN_KEYS.has(fieldKey(written));
  const shown = checked ? `[ ] ${written.toLowerCase()}` : isKnown ? key : written.toLowerCase();
  const lacks = sign === '' && shown === meant ? ({ lacks: 'colon' } as const) : {};
  return { key: shown, value, start, end: from + mark.length + whole.trimEnd().length, meant, ...lacks };
}

/** The key, what separates it from the value, and the value; null: the line has no such form. */
function partsOf(line: string) {
  const match =
    /^(?:\*\*|__|`)?([A-Za-z][\w .-]{0,30}?)(?:\*\*|__|`)?(?:([ \t]*)([:=\uff1a])|[ \t]+(?=(?:[Pp][0-4]|[A-Z]\w*-\d+(?:,?[ \t]+[A-Z]\w*-\d+)*)[ \t]*$))(?:\*\*|__)?[ \t]*([^\r\n]*)/.exec(
      line,
    );
  const [whole = '', written = '', gap = '', sign = '', value = ''] = match ?? [];
  if (match === null || (value === '' && !line.includes('\n')) || (sign === '=' && value.startsWith('='))) return null;
  return { whole, written, gap, sign, value };
}

interface WrittenField {
  readonly written: string;
  readonly value: string;
  /** What separates them; '' = only a space. */
  readonly sign: string;
  /** As a field is written. */
  readonly isPlain: boolean;
  /** It is a checkbox. */
  readonly checked: boolean;
}

/** The key that was meant by what is no field as it is written; null: it is a field, or text. */
function intendedKey({ written, value, sign, isPlain, checked }: WrittenField, grammar: Grammar): string | null {
  const own = fieldKey(written);
  if (KNOWN_KEYS.has(own)) {
    if (isPlain && !checked) return null;
    return (checked || sign === '') && !isValueOf(own, value, grammar) ? null : own;
  }
  if (checked || (sign !== ':' && sign !== '')) return null;
  const meant = meantKey(written, value, grammar);
  // Without a sign between them, key and value are words of a sentence, unless the value can be nothing else.
  return sign === '' && (meant === null || !isValueOf(meant, value, grammar)) ? null : meant;
}

/** Can this be nothing but the key's value? An acceptance criterion may begin with the same word. */
export function isValueOf(key: string, value: string, grammar: Grammar): boolean {
  const { unreadable, depends } = readFields([{ key, value, start: 0, end: 0 }], grammar);
  if (unreadable.length > 0) return false;
  if (key === 'depends') return depends.length > 0;
  if (key === 'files') return /^\S*[*/.]\S*$/.test(value);
  return key === 'priority' || key === 'timeout' || key === 'approve';
}
