import type { Code, Nodes, Root } from 'mdast';
import type { Grammar } from '../heading.ts';
import { isComment, isFence, lengthOfLine, type OpenBlock, pathTo } from './blocks.ts';
import { STANDARDS } from './headings.ts';
import type { Suspect } from './suspect.ts';

interface Spot {
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  readonly hashes: number;
  readonly gap: string;
  readonly tags: string;
  readonly isKnown: boolean;
  readonly hasSeparator: boolean;
}

export function classify(
  spot: Spot,
  { tree, text, open }: { readonly tree: Root; readonly text: string; readonly open: OpenBlock | null },
  grammar: Grammar,
): Suspect | null {
  const { id, offset, length } = spot;
  const path = pathTo(tree, offset);
  const block = path[0];
  if (!block || path.some((node) => node.type === 'blockquote')) return null;
  const isHeading = block.type === 'heading' && block.position!.start.offset === offset;
  if (isHeading) return classifyHeading(spot, grammar);
  // A no-break space is none to markdown.
  const isGlued = !/^[ \t]/.test(spot.gap);
  if (!spot.isKnown || (!isGlued && spot.hashes !== 2)) return null;
  if (block.type === 'paragraph') {
    if (!isGlued || spot.hashes !== 2) return null;
    const line = `## ${text.slice(offset + spot.hashes + spot.gap.length, offset + length)}`;
    return { kind: 'misspelt', id, offset, length, ...(spot.gap === '' ? {} : { line }) };
  }
  if (isGlued) return null;
  const by = swallower(path, text, open, offset);
  return by ? { kind: 'swallowed', id, offset, length, by } : null;
}

function classifyHeading(spot: Spot, grammar: Grammar): Suspect | null {
  const { id, offset, length } = spot;
  if (spot.isKnown) return spot.hasSeparator && spot.hashes !== 2 ? { kind: 'level', id, offset, length } : null;
  if (spot.hashes !== 2) return null;
  const prefix = /^[A-Za-z]\w*?(?=[^A-Za-z_]|$)/.exec(id)?.[0] ?? id;
  const isOurs = grammar.prefixes.some((one) => one.toLowerCase() === prefix.replace(/_$/, '').toLowerCase());
  // `## t-23 Title` is an id in any case; `## t 23 …` is one only before a colon or a dash.
  if (isOurs && (spot.hasSeparator || /-\d+$/.test(id))) return { kind: 'misspelt', id, offset, length };
  if (!spot.hasSeparator || STANDARDS.test(prefix)) return null;
  return /^[A-Za-z]\w*-\d+$/.test(id) ? { kind: 'unknown-prefix', id, offset, length } : null;
}

function swallower(path: readonly Nodes[], text: string, open: OpenBlock | null, offset: number): Suspect['by'] | null {
  const node = path.at(-1)!;
  const start = node.position?.start.offset ?? 0;
  const line = { offset: start, length: lengthOfLine(text, start) };
  if (node.type === 'code') {
    if (!isFence(node, text)) return { kind: 'indentation', offset, length: 1 };
    return open || opensAnother(node, text) ? { kind: 'fence', ...line } : null;
  }
  if (node.type === 'html') {
    if (!isComment(node)) return { kind: 'html', ...line };
    return open || node.value.indexOf('<!--', 4) > 0 ? { kind: 'comment', ...line } : null;
  }
  const item = path.find((one) => one.type === 'listItem');
  const bullet = item?.position?.start.offset;
  return bullet === undefined ? null : { kind: 'list', offset: bullet, length: lengthOfLine(text, bullet) };
}

/** A line inside that looks like an opening fence: then the one above was most likely never closed. */
function opensAnother(node: Code, text: string): boolean {
  const opener = /^(?:`{3,}|~{3,})/.exec(text.slice(node.position!.start.offset!))![0];
  const inner = new RegExp(`(?:^|[\\r\\n]) {0,3}${opener[0]}{${opener.length},}[ \\t]*[^\\s${opener[0]}]`);
  return inner.test(node.value);
}
