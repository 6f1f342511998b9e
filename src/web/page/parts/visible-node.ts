import { visibleText } from '../../../hidden-characters.ts';

/** What is read out or shown besides the content of an element. What a field holds stays as it is: it is sent back. */
const SHOWN = ['title', 'aria-label', 'aria-description', 'alt', 'placeholder'] as const;

/** A node of Preact, which makes one of each piece of text, too: without a type, with the text as its properties. */
interface Shown {
  readonly type: unknown;
  props: unknown;
}

/**
 * Everything that the page shows passes here, text and attributes: characters without width, those that turn the reading
 * direction, and control characters stand there by their numbers. So what the page holds, and sends, has the true characters.
 */
export function showHidden(node: Shown): void {
  const { type, props } = node;
  if (type === null && typeof props === 'string') node.props = visibleText(props);
  if (typeof type !== 'string') return;
  const attributes = props as Record<string, unknown>;
  for (const name of SHOWN) {
    const value = attributes[name];
    if (typeof value === 'string') attributes[name] = visibleText(value);
  }
}
