import type { Root } from 'mdast';
import type { Grammar } from '../heading.ts';
import { lengthOfLine, openBlockAtEnd } from './blocks.ts';
import { misspeltNotes, withoutBox } from './boxes.ts';
import { underlinedTitles, withoutId } from './headings.ts';
import { classify } from './lines.ts';
import type { Suspect } from './suspect.ts';

/**
 * Looks through a section for lines like `## T-12: …` that are no entry's heading.
 * Deliberate examples are left alone: quoted ones, and those in a fence or comment that is closed and in which
 * nothing else is opened.
 * @param from offset behind the section's own heading, if that is an entry's
 */
export function findSuspects(tree: Root, text: string, grammar: Grammar, from: number): Suspect[] {
  const found: Suspect[] = [
    ...withoutId(tree, text, grammar, from),
    ...underlinedTitles(tree, text, grammar, from),
    ...withoutBox(tree, text, from),
    ...misspeltNotes(tree, text, grammar, from),
  ];
  if (!text.includes('#', from)) return found;
  const open = openBlockAtEnd(tree, text);
  const known = new RegExp(`^(?:${grammar.pattern})$`);
  const line =
    /(^|[\r\n])([ \t]*)(#{1,6})([ \t\u00a0\u2000-\u200b\u202f\u3000\ufeff]*)((?:\[[^\]\r\n]*\][ \t]*)*)(?:\*\*|__|[*_`[])?([A-Za-z]\w*(?:[-_–—−‑‐]| (?=\d+:))?(?:\d+|\?))(?:\*\*|__|[*_`\]])?([ \t]*:|[ \t]+[-–—][ \t]|[ \t][^\r\n]*|[ \t]*(?=[\r\n]|$))/g;
  line.lastIndex = Math.max(0, from - 1);
  for (let match = line.exec(text); match; match = line.exec(text)) {
    line.lastIndex = match.index + match[0].length;
    const [, lead = '', indent = '', hashes = '', gap = '', tags = '', id = '', after = ''] = match;
    const offset = match.index + lead.length + indent.length;
    if (offset < from) continue;
    const length = text.slice(offset, offset + lengthOfLine(text, offset)).trimEnd().length;
    const spot = {
      id,
      offset,
      length,
      hashes: hashes.length,
      gap,
      tags,
      isKnown: known.test(id),
      hasSeparator: /^\s*[:–—-]|^\s*$/.test(after),
    };
    const suspect = classify(spot, { tree, text, open }, grammar);
    if (suspect && !found.some((one) => one.offset === offset && one.kind === 'misspelt')) found.push(suspect);
  }
  return found;
}
