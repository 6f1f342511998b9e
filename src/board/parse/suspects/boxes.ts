import type { Root } from 'mdast';
import { lengthOfLine, pathTo } from './blocks.ts';
import type { Suspect } from './suspect.ts';

/** `- drop lodash`, `1. first thing`: items of a list that no box makes a task. Only what stands at the root. */
export function withoutBox(tree: Root, text: string, from: number): Suspect[] {
  if (from > 0) return [];
  return [...gluedBoxes(tree, text), ...itemsWithoutBox(tree, text)];
}

/** A bullet and a box with a no-break space, or none, between them: markdown reads text. */
function gluedBoxes(tree: Root, text: string): Suspect[] {
  const boxes =
    /(?:^|[\r\n])( {0,3})[-*+][\t \u00a0\u2000-\u200b\u202f\u3000]*\[[ \u00a0]?\][ \t\u00a0]*([^\s\u00a0(:][^\r\n]*)/g;
  return [...text.matchAll(boxes)].flatMap((match): Suspect[] => {
    const offset = match.index + match[0].search(/[-*+]/);
    const line = text.slice(offset, match.index + match[0].length).trimEnd();
    if (/^[-*+][ \t]/.test(line)) return [];
    const path = pathTo(tree, offset);
    if (path.at(-1)?.type !== 'paragraph' || path.some((node) => node.type === 'blockquote')) return [];
    return [{ kind: 'no-box', id: `- [ ] ${match[2]!.trimEnd()}`, offset, length: line.length }];
  });
}

function itemsWithoutBox(tree: Root, text: string): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    if (node.type !== 'list') return [];
    return node.children.flatMap((item): Suspect[] => {
      const offset = item.position?.start.offset ?? 0;
      const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
      const words = line.replace(/^(?:[-*+]|\d{1,9}[.)])[ \t]*/, '');
      // A link alone is an entry of a table of contents; `[x]` and the like are boxes already.
      if (item.checked != null || words === '' || /^\[[^\]]*\](?:\([^)]*\))?$|^\[[^\]\s]\]/.test(words)) return [];
      return [{ kind: 'no-box', id: `- [ ] ${words.replace(/^\[\s?\]\s*/, '')}`, offset, length: line.length }];
    });
  });
}
