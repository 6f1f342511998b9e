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
