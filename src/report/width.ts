/**
 * How many columns of a terminal a text takes. Own table instead of string-width: that one costs 35 ms at start-up
 * (Intl.Segmenter), a quarter of what `kanban status` may take. Joined emoji are counted in their parts, so a text is
 * never wider than said.
 * @param text without escape sequences and line breaks
 */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007E]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOf(character.codePointAt(0) ?? 0);
  return width;
}

/** The text, cut to at most `columns` with an ellipsis at its end. */
export function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let width = 0;
  for (const character of text) {
    const next = widthOf(character.codePointAt(0) ?? 0);
    if (width + next > columns - 1) break;
    kept += character;
    width += next;
  }
  return `${kept}…`;
}

/** Like `cut`, at the end of a word where one ends in the second half of what is kept. */
export function cutWords(text: string, columns: number): string {
  const short = cut(text, columns);
  if (short === text) return text;
  const end = short.lastIndexOf(' ');
  return text[short.length - 1] === ' ' || end < short.length / 2 ? short : `${short.slice(0, end)}…`;
}

/** The text, cut or filled with spaces to exactly `columns`. */
export function fit(text: string, columns: number): string {
  const short = cut(text, columns);
  return short + ' '.repeat(Math.max(0, columns - displayWidth(short)));
}

/**
 * Lines of at most `columns`, broken before one of `pieces` only; a piece that is wider has a line of its own, uncut, so
 * that commands can be copied whole.
 */
export function wrap(pieces: readonly string[], joint: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    const longer = line === '' ? piece : line + joint + piece;
    if (line !== '' && displayWidth(longer) > columns) {
      lines.push(line);
      line = piece;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

/**
 * A line that begins with a stamp or a margin of `margin` columns, folded between words (between commands, where ` · `
 * parts them) with further rows under the first. What is wider than a row stays whole, so that it can be copied.
 */
export function fold(line: string, columns: number, margin: number): string[] {
  if (displayWidth(line) <= columns) return [line];
  const body = line.slice(margin);
  const inset = ' '.repeat(body.length - body.trimStart().length);
  const joint = body.includes(' · ') ? ' · ' : ' ';
  const rows = wrap(body.trimStart().split(joint), joint, Math.max(1, columns - margin - inset.length));
  return rows.map((row, index) => `${index === 0 ? line.slice(0, margin) : ' '.repeat(margin)}${inset}${row}`);
}

function widthOf(code: number): number {
  if (code >= 0x300 && ZERO_WIDTH.test(String.fromCodePoint(code))) return 0;
  return code >= 0x1100 && WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** East Asian wide and full-width, and emoji (Unicode EastAsianWidth.txt, ranges drawn together). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26a1, 0x26a1],
  [0x26bd, 0x26be],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];
