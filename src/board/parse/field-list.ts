import type { ListItem, Nodes, RootContent } from 'mdast';

import { bareFields, furtherMisses, KEY } from './bare-fields.ts';
import { type FieldItem, fieldKey, KNOWN_KEYS } from './fields.ts';
import type { Grammar } from './heading.ts';
import { lineEnd } from './line-breaks.ts';
import { nearMiss, type NearMiss } from './near-miss.ts';

/** The list right under a heading (or a note's line), if it has fields. */
export interface FieldList {
  /**
   * `mixed`: only some of the items are fields; `bare`: lines without bullets; `near`: none is, or not all are, and those
   * that are not were probably meant to be. All three are problems and count as body.
   */
  readonly kind: 'fields' | 'mixed' | 'bare' | 'near';
  readonly items: readonly FieldItem[];
  /** Items whose key is nearly one that the coordinator reads. */
  readonly near: readonly NearMiss[];
  readonly start: number;
  /** Right behind the last item's line break. */
  readonly end: number;
}

export const startOf = (node: Nodes): number => node.position?.start.offset ?? 0;
export const endOf = (node: Nodes): number => node.position?.end.offset ?? 0;

/** Reads the block right under a heading. @returns null if it has no fields and is all body */
export function readList(node: RootContent, text: string, grammar: Grammar): FieldList | null {
  if (node.type === 'paragraph') return bareFields({ from: startOf(node), to: endOf(node) }, text, grammar);
  if (node.type !== 'list') return null;
  const items = node.children.map((item) => readItem(item, text));
  const found = items.filter((item) => item !== null);
  const start = startOf(node);
  const end = lineEnd(text, Math.max(start, endOf(node)));
  const misses = node.children.map((item) => nearMissesOf(item, text, grammar));
  const near = misses.flat();
  if (found.length === items.length) return { kind: 'fields', items: found, near, start, end };
  // Every item that is no field is nearly one: with those corrected, all are.
  const isAllNear = items.every((item, index) => item !== null || misses[index]!.length > 0);
  if (!isAllNear && found.some((item) => KNOWN_KEYS.has(item.key)))
    return { kind: 'mixed', items: found, near, start, end };
  return near.length > 0 ? { kind: 'near', items: found, near, start, end } : null;
}

/** Of an item, and of its further lines that look like fields of their own: markdown makes them its text. */
function nearMissesOf(item: ListItem, text: string, grammar: Grammar): readonly NearMiss[] {
  const paragraph = item.children[0];
  if (paragraph?.type !== 'paragraph') return [];
  const span = { from: startOf(paragraph), to: endOf(paragraph) };
  const first = nearMiss(span, { start: startOf(item), checked: item.checked != null }, text, grammar);
  const isField = readItem(item, text) !== null;
  const further = furtherMisses(span, text, grammar).filter(({ start }) => isField || /[-*+]/.test(text.charAt(start)));
  return first === null ? further : [first, ...further];
}

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
