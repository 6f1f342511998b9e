import { withoutTrailingBlankLines } from './line-breaks.ts';
import { parseMarkdown } from './sections.ts';

/**
 * A note's indented lines as they stand in an entry: the indentation that they share taken off. A heading in them that
 * would end the entry, or begin another, becomes one of level 3.
 */
export function outdented(text: string): string {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  const depths = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)![0].length);
  const shared = Math.min(...depths.filter((depth) => depth > 0));
  if (!Number.isFinite(shared)) return withoutTrailingBlankLines(text);
  return withinEntry(
    withoutTrailingBlankLines(
      lines.map((line) => line.slice(Math.min(shared, /^[ \t]*/.exec(line)![0].length))).join(''),
    ),
  );
}

/**
 * A text as it may stand in an entry: a heading that would end it, or begin another, becomes one of level 3. An underline is
 * escaped: a heading of several lines has no other form.
 */
export function withinEntry(text: string): string {
  if (!/^ {0,3}(?:##?[ \t\r\n]|##?$|[=-]+[ \t]*\r?$)/m.test(text)) return text;
  let result = text;
  for (const node of parseMarkdown(text).children.toReversed()) {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? 0;
    if (node.type !== 'heading' || node.depth > 2) continue;
    const source = text.slice(start, end);
    if (node.depth === 2 && !/[\p{L}\p{N}]-(?:\d|\?)/u.test(source)) continue;
    const underline = /\n[ \t]*([=-]+)[ \t]*$/.exec(source.replaceAll('\r', '\n'));
    const at = source.startsWith('#') || underline === null ? start : end - underline[0].trimStart().length;
    result = `${result.slice(0, at)}${at === start ? '#'.repeat(3 - node.depth) : '\\'}${result.slice(at)}`;
  }
  return result;
}
