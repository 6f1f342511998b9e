/** The line ending that a text uses: that of its first line; of `fallback` if it has none. */
export function lineBreakOf(text: string, fallback = ''): string {
  return /\r\n|\r|\n/.exec(text)?.[0] ?? /\r\n|\r|\n/.exec(fallback)?.[0] ?? '\n';
}

/** How a text ends: in the middle of a line, at a line's end, or with an empty line. */
export function endingOf(text: string): 'nothing' | 'open' | 'line' | 'blank' {
  if (text === '' || text === '\ufeff') return 'nothing';
  if (!/[\r\n]$/.test(text)) return 'open';
  let breaks = 0;
  for (let at = text.length - 1; at >= 0 && ' \t\r\n'.includes(text[at]!); at--) {
    if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) breaks++;
  }
  return breaks > 1 ? 'blank' : 'line';
}

/** Offset behind the line break at or after `at`. */
export function lineEnd(text: string, at: number): number {
  const found = /\r\n|\r|\n/g;
  found.lastIndex = at;
  const match = found.exec(text);
  return match ? match.index + match[0].length : text.length;
}

/** Offset where the line of `at` begins. */
export function lineStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start--;
  return start;
}

export function withoutTrailingBlankLines(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1]!)) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Line breaks in a text: LF, CRLF, CR. */
export function countBreaks(text: string): number {
  if (text.includes('\r')) return text.match(/\r\n|\r|\n/g)?.length ?? 0;
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
