import type { ListItem, Nodes, Paragraph, RootContent } from 'mdast';

import { type FieldItem, fieldKey, KNOWN_KEYS, meantKey, readFields } from './fields.ts';
import type { Grammar } from './heading.ts';
import { lineEnd } from './line-breaks.ts';

/** The list right under a heading (or a note's line), if it has fields. */
export interface FieldList {
  /**
   * `mixed`: only some of the items are fields; `bare`: lines without bullets; `near`: none is, but one was probably meant
   * to be. All three are problems and count as body.
   */
  readonly kind: 'fields' | 'mixed' | 'bare' | 'near';
  readonly items: readonly FieldItem[];
  /** Items whose key is nearly one that the coordinator reads. */
  readonly near: readonly NearMiss[];
  readonly start: number;
  /** Right behind the last item's line break. */
  readonly end: number;
}

/** An item as it stands, and the key that was probably meant. */
export interface NearMiss extends FieldItem {
  readonly meant: string;
}

export const startOf = (node: Nodes): number => node.position?.start.offset ?? 0;
export const endOf = (node: Nodes): number => node.position?.end.offset ?? 0;

/** Reads the block right under a heading. @returns null if it has no fields and is all body */
export function readList(node: RootContent, text: string, grammar: Grammar): FieldList | null {
  if (node.type === 'paragraph') return bareFields(node, text, grammar);
  if (node.type !== 'list') return null;
  const items = node.children.map((item) => readItem(item, text));
  const found = items.filter((item) => item !== null);
  const start = startOf(node);
  const end = lineEnd(text, Math.max(start, endOf(node)));
  const near = node.children.flatMap(
    (item) => nearMiss(item.children[0], { start: startOf(item), checked: item.checked != null }, text, grammar) ?? [],
  );
  if (found.length === items.length) return { kind: 'fields', items: found, near, start, end };
  if (found.some((item) => KNOWN_KEYS.has(item.key))) return { kind: 'mixed', items: found, near, start, end };
  return near.length > 0 ? { kind: 'near', items: found, near, start, end } : null;
}

/** `depends on: T-3`, `prio: P0`, and a known key in a box, or with another sign than a colon right behind it. */
function nearMiss(
  node: Nodes | undefined,
  { start, checked }: { readonly start: number; readonly checked: boolean },
  text: string,
  grammar: Grammar,
): NearMiss | null {
  if (node?.type !== 'paragraph') return null;
  const box = /^\[[ xX]\][ \t]+/.exec(text.slice(startOf(node), endOf(node)))?.[0].length ?? 0;
  const line = text.slice(startOf(node) + box, endOf(node));
  const match =
    /^(?:\*\*|__|`)?([A-Za-z][\w .-]{0,30}?)(?:\*\*|__|`)?(?:([ \t]*)([:=\uff1a])|[ \t]+(?=(?:[Pp][0-4]|[A-Z]\w*-\d+(?:,?[ \t]+[A-Z]\w*-\d+)*)[ \t]*$))(?:\*\*|__)?[ \t]*([^\r\n]*)/.exec(
      line,
    );
  const [whole = '', written = '', gap = '', sign = '', value = ''] = match ?? [];
  if (match === null || (value === '' && !line.includes('\n'))) return null;
  const own = fieldKey(written);
  const isKnown = KNOWN_KEYS.has(own);
  const isPlain = sign === ':' && gap === '';
  if (checked && !(isKnown && isValueOf(own, value, grammar))) return null;
  // Without a sign between them, key and value are two words of a sentence, unless the value is one.
  if (sign === '' && !(isKnown && isValueOf(own, value, grammar))) return null;
  if (sign === '=' && value.startsWith('=')) return null;
  const meant = isKnown && (checked || !isPlain) ? own : sign === ':' ? meantKey(written, value, grammar) : null;
  if (meant === null) return null;
  const key = text
    .slice(startOf(node), startOf(node) + box + whole.length - value.length)
    .trim()
    .toLowerCase();
  const shown = checked ? `[ ] ${written.toLowerCase()}` : isKnown ? key : written.toLowerCase();
  return { key: shown, value, start, end: startOf(node) + box + whole.trimEnd().length, meant };
}

/** Can this be nothing but the key's value? An acceptance criterion may begin with the same word. */
function isValueOf(key: string, value: string, grammar: Grammar): boolean {
  const { unreadable, depends } = readFields([{ key, value, start: 0, end: 0 }], grammar);
  if (unreadable.length > 0) return false;
  if (key === 'depends') return depends.length > 0;
  if (key === 'files') return /^\S*[*/.]\S*$/.test(value);
  return key === 'priority' || key === 'timeout' || key === 'approve';
}

const KEY = /^(?:\*\*|__|`)?([A-Za-z][\w.-]*)(?:\*\*|__|`)?:(?:\*\*|__)?(?:(?=\s)|$|(?=\S))/;

/** `key: value`; the value may continue in further lines or stand as a nested list. */
function readItem(item: ListItem, text: string): FieldItem | null {
  const paragraph = item.children[0];
  if (item.checked != null || paragraph?.type !== 'paragraph') return null;
  const line = text.slice(startOf(paragraph), endOf(paragraph));
  const match = KEY.exec(line);
  if (!match) return null;
  const key = fieldKey(match[1]!);
  const rest = line.slice(match[0].length);
  if (rest !== '' && !/^\s/.test(rest) && !KNOWN_KEYS.has(key)) return null;
  const nested = item.children[1];
  if (item.children.length > 2 || (nested && nested.type !== 'list')) return null;
  const values = [rest.replace(/\s*[\r\n]\s*/g, ' ').trim()];
  for (const one of nested?.children ?? []) {
    const inner = one.children[0];
    if (one.children.length !== 1 || inner?.type !== 'paragraph') return null;
    values.push(
      text
        .slice(startOf(inner), endOf(inner))
        .replace(/\s*[\r\n]\s*/g, ' ')
        .trim(),
    );
  }
  return {
    key,
    value: values.filter((one) => one !== '').join(', '),
    start: startOf(item),
    end: endOf(nested ?? paragraph),
  };
}

const BARE_KEYS = new Set(['depends', 'files', 'priority', 'approve', 'attempts', 'reviewed', 'tested']);

/** `depends: T-3` without a bullet: markdown makes it a paragraph, and the dependency would be lost silently. */
function bareFields(node: Paragraph, text: string, grammar: Grammar): FieldList | null {
  const near = nearMiss(node, { start: startOf(node), checked: false }, text, grammar);
  const isNear =
    near !== null &&
    (near.meant === 'depends' || near.meant === 'priority') &&
    !text.slice(startOf(node), endOf(node)).includes('\n');
  if (near !== null && isNear)
    return { kind: 'near', items: [], near: [near], start: startOf(node), end: lineEnd(text, endOf(node)) };
  const items: FieldItem[] = [];
  let at = startOf(node);
  for (const line of text.slice(at, endOf(node)).split(/\r\n|\r|\n/)) {
    const match = KEY.exec(line.trim());
    if (!match) return null;
    const start = text.indexOf(line, at);
    items.push({
      key: fieldKey(match[1]!),
      value: line.trim().slice(match[0].length).trim(),
      start,
      end: start + line.length,
    });
    at = start + line.length;
  }
  if (!items.some((item) => BARE_KEYS.has(item.key))) return null;
  return { kind: 'bare', items, near: [], start: startOf(node), end: lineEnd(text, endOf(node)) };
}
