import type { Heading, Root, RootContent } from 'mdast';
import { endOf, startOf } from '../parse/field-list.ts';
import { lineEnd, lineStart } from '../parse/line-breaks.ts';

/** A heading with what stands below it up to the next heading; the first one of a text may have none. */
export interface Part {
  readonly heading: Heading | null;
  /** 0 = what stands above all headings. */
  readonly depth: number;
  readonly title: string;
  /** Where the heading's line begins, and where its text ends. */
  readonly start: number;
  readonly headingEnd: number;
  readonly nodes: readonly RootContent[];
  /** Headings below it, deeper than it, with theirs. */
  readonly parts: readonly Part[];
  /** Where the last of them ends. */
  readonly end: number;
}

/** The headings of a text as a tree. @param tree remark's tree of exactly this text */
export function outlineOf(tree: Root, text: string): Part {
  const nodes = tree.children.filter(({ type }) => type !== 'yaml');
  const first = nodes.findIndex(({ type }) => type === 'heading');
  const above = first === -1 ? nodes : nodes.slice(0, first);
  const { parts } = partsIn(nodes, { at: first === -1 ? nodes.length : first, above: 0 }, text);
  const root = { heading: null, depth: 0, title: '', start: 0, headingEnd: 0 };
  return { ...root, nodes: above, parts, end: text.length };
}

/** Reads headings that are deeper than `above`, from node `at` on. */
function partsIn(
  nodes: readonly RootContent[],
  from: { readonly at: number; readonly above: number },
  text: string,
): { readonly parts: Part[]; readonly at: number } {
  const parts: Part[] = [];
  let { at } = from;
  for (let heading = nodes[at]; heading?.type === 'heading' && heading.depth > from.above; heading = nodes[at]) {
    const next = nodes.findIndex(({ type }, index) => index > at && type === 'heading');
    const own = nodes.slice(at + 1, next === -1 ? nodes.length : next);
    const below = partsIn(nodes, { at: next === -1 ? nodes.length : next, above: heading.depth }, text);
    const after = nodes[below.at];
    parts.push({
      heading,
      depth: heading.depth,
      title: titleOf(heading, text),
      start: lineStart(text, startOf(heading)),
      headingEnd: lineEnd(text, endOf(heading)),
      nodes: own,
      parts: below.parts,
      end: after === undefined ? text.length : lineStart(text, startOf(after)),
    });
    at = below.at;
  }
  return { parts, at };
}

function titleOf(heading: Heading, text: string): string {
  const [first, last] = [heading.children[0], heading.children.at(-1)];
  if (first === undefined || last === undefined) return '';
  return text.slice(startOf(first), endOf(last)).replaceAll(/\s*[\r\n]\s*/g, ' ');
}
