import type { ListItem, Nodes } from 'mdast';
import { endOf, startOf } from './field-list.ts';

/** A checkbox of an entry, with its place. */
export interface CriterionPlace {
  readonly text: string;
  readonly checked: boolean;
  /** Offset of its list item. */
  readonly start: number;
}

/** The checkboxes in these blocks, in their order. @param text that the tree was made of */
export function criteriaIn(blocks: readonly Nodes[], text: string): CriterionPlace[] {
  const found: CriterionPlace[] = [];
  const visit = (node: Nodes): void => {
    if (node.type === 'listItem' && node.checked != null)
      found.push({ text: itemText(node, text), checked: node.checked, start: startOf(node) });
    if ('children' in node) for (const child of node.children) visit(child);
  };
  for (const block of blocks) if (block.type !== 'paragraph' && block.type !== 'heading') visit(block);
  return found;
}

function itemText(item: ListItem, text: string): string {
  const first = item.children[0];
  if (!first) return '';
  return text
    .slice(startOf(first), endOf(first))
    .replace(/^\[[ xX]\]\s+/, '')
    .replace(/\s*[\r\n]\s*/g, ' ')
    .trim();
}
