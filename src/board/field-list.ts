import type { ListItem, Nodes, Paragraph, RootContent } from 'mdast';

import { type FieldItem, fieldKey, KNOWN_KEYS } from './fields.ts';
import { lineEnd } from './line-breaks.ts';

/** The list right under a heading (or a note's line), if it has fields. */
export interface FieldList {
  /** `mixed`: only some of the items are fields; `bare`: lines without bullets. Both are problems and count as body. */
  readonly kind: 'fields' | 'mixed' | 'bare';
  readonly items: readonly FieldItem[];
  readonly start: number;
  /** Right behind the last item's line break. */
  readonly end: number;
}

export const startOf = (node: Nodes): number => node.position?.start.offset ?? 0;
export const endOf = (node: Nodes): number => node.position?.end.offset ?? 0;

/** Reads the block right under a heading. @returns null if it has no fields and is all body */
export function readList(node: RootContent, text: string): FieldList | null {
  if (node.type === 'paragraph') return bareFields(node, text);
  if (node.type !== 'list') return null;
  const items = node.children.map((item) => readItem(item, text));
  const found = items.filter((item) => item !== null);
  const start = startOf(node);
  const end = lineEnd(text, Math.max(start, endOf(node)));
  if (found.length === items.length) return { kind: 'fields', items: found, start, end };
  return found.some((item) => KNOWN_KEYS.has(item.key)) ? { kind: 'mixed', items: found, start, end } : null;
}

const KEY = /^(?:\*\*|__|`)?([A-Za-z][\w.-]*)(?:\*\*|__|`)?:(?:\*\*|__)?(?:(?=\s)|$|(?=\S))/;

/** `key: value`; the value may go on in further lines or stand as a nested list. */
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
function bareFields(node: Paragraph, text: string): FieldList | null {
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
  return { kind: 'bare', items, start: startOf(node), end: lineEnd(text, endOf(node)) };
}
