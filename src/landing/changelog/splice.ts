/** Puts lines at an offset where a line begins; with a blank line before the next heading or text, if `apart` is asked for. */
export function splice(text: string, offset: number, added: readonly string[], apart: boolean): string {
  const eol = lineBreakAt(text, offset);
  const head = text.slice(0, offset);
  const trail = apart && offset < text.length && !isBlankAt(text, offset) ? [''] : [];
  const start = head === '' || /[\r\n]$/.test(head) ? head : head + eol;
  return (
    start + [...added, ...trail].map((line) => line.replaceAll(/\r\n|\r|\n/g, eol) + eol).join('') + text.slice(offset)
  );
}

export const isBlankAt = (text: string, offset: number): boolean =>
  /^[ \t]*(?:[\r\n]|$)/.test(text.slice(offset, offset + 200));

export const isBlankBefore = (text: string, offset: number): boolean =>
  /(?:^\ufeff?|\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)$/.test(text.slice(Math.max(0, offset - 200), offset));

/** The line break of the lines around an offset. */
export function lineBreakAt(text: string, offset: number): string {
  const last = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));
  if (offset === 0 || last < 0) return /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
  if (text[last] === '\r') return '\r';
  return text[last - 1] === '\r' ? '\r\n' : '\n';
}
