import type { Root } from 'mdast';
import type { Grammar } from '../heading.ts';
import { lengthOfLine, pathTo } from './blocks.ts';
import type { Suspect } from './suspect.ts';

/** `- drop lodash`, `1. first thing`: items of a list that no box makes a task. Only what stands at the root. */
export function withoutBox(tree: Root, text: string, from: number): Suspect[] {
  if (from > 0) return [];
  return [...gluedBoxes(tree, text), ...linesWithoutBullet(tree, text), ...itemsWithoutBox(tree, text)];
}

/** A bullet and a box with a no-break space, or none, between them: markdown reads text. */
export function gluedBoxes(tree: Root, text: string): Suspect[] {
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

/**
 * `[ ] x`, `☐ x`, `TODO: x`: lines without a bullet. Right below a list's item markdown makes them its text, which counts for
 * lines that are not indented.
 */
export function linesWithoutBullet(tree: Root, text: string): (Suspect & { readonly isInItem: boolean })[] {
  const lines = /(?:^|[\r\n])( {0,3})(\[[ xX\u00a0]?\]|[☐☑☒✅✔□]|TODO:)[ \t\u00a0]+(\S[^\r\n]*)/g;
  return [...text.matchAll(lines)].flatMap((match) => {
    const [whole, indent = '', mark = '', wording = ''] = match;
    const offset = match.index + whole.length - whole.replace(/^[\r\n]? */, '').length;
    const path = pathTo(tree, offset);
    const isInItem = path.some((node) => node.type === 'listItem');
    if (path.at(-1)?.type !== 'paragraph' || path.some((node) => node.type === 'blockquote')) return [];
    if (isInItem && indent !== '') return [];
    const isDone = /[xX☑☒✅✔]/.test(mark.replace('TODO:', ''));
    const length = text.slice(offset, match.index + whole.length).trimEnd().length;
    const id = `- [${isDone ? 'x' : ' '}] ${wording.trimEnd()}`;
    return [{ kind: 'no-box' as const, id, offset, length, isDone, isInItem }];
  });
}

/** `- [ ] t-7`, `- [ ] T8: eight`: notes that begin with what is no id as it is written. */
export function misspeltNotes(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  if (from > 0) return [];
  return tree.children.flatMap((node): Suspect[] => {
    if (node.type !== 'list') return [];
    return node.children.flatMap((item): Suspect[] => {
      const offset = item.position?.start.offset ?? 0;
      const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
      const [, box, id, letters = '', number = '', rest = ''] =
        /^((?:[-*+]|\d{1,9}[.)])[ \t]+\[[ \t]\][ \t]+)(([A-Za-z]\w*?)[ _–—-]?(\d+))([ \t]*:.*|[ \t]+[–—-][ \t].*|)$/.exec(
          line,
        ) ?? [];
      const prefix = grammar.prefixes.find((one) => one.toLowerCase() === letters.toLowerCase());
      if (box === undefined || id === undefined || prefix === undefined || grammar.isId(id)) return [];
      return [
        {
          kind: 'misspelt-note',
          id,
          offset,
          length: line.length,
          line: `${box}${prefix}-${number}${rest === '' ? ': …' : rest}`,
        },
      ];
    });
  });
}

function itemsWithoutBox(tree: Root, text: string): Suspect[] {
  return tree.children.flatMap((node): Suspect[] => {
    if (node.type !== 'list') return [];
    return node.children.flatMap((item): Suspect[] => {
      const offset = item.position?.start.offset ?? 0;
      const line = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd();
      const wording = line.replace(/^(?:[-*+]|\d{1,9}[.)])[ \t]*/, '');
      // A link alone is an entry of a table of contents; `[x]` and the like are boxes already.
      if (item.checked != null || wording === '' || /^\[[^\]]*\](?:\([^)]*\))?$|^\[[^\]\s]\]/.test(wording)) return [];
      // `[x ] seven`, `[ x] seven`, `[  ] seven`.
      const [box = '', mark] = /^\[[ \t]*([xX]?)[ \t]*\][ \t]*/.exec(wording) ?? [];
      const id = `- [${mark === undefined || mark === '' ? ' ' : 'x'}] ${wording.slice(box.length)}`;
      return [{ kind: 'no-box', id, offset, length: line.length }];
    });
  });
}
