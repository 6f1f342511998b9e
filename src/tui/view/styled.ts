import { cut, displayWidth } from '../../report/width.ts';

/** Colours and weights, as picocolors writes them. */
const STYLE = /(\u001B\[[\d;]*m)/;
const EACH_STYLE = /\u001B\[[\d;]*m/g;
const RESET = '\u001B[0m';

export const withoutStyle = (text: string): string => text.replaceAll(EACH_STYLE, '');

/** Columns that a text with colours takes. */
export const styledWidth = (text: string): number => displayWidth(withoutStyle(text));

/** A text with colours, cut or filled with spaces to exactly `columns`. */
export function fitStyled(text: string, columns: number): string {
  const missing = columns - styledWidth(text);
  if (missing >= 0) return text + ' '.repeat(missing);
  let [kept, left, isStyled] = ['', columns, false];
  for (const part of text.split(STYLE)) {
    if (STYLE.test(part)) {
      kept += part;
      isStyled = true;
      continue;
    }
    const width = displayWidth(part);
    if (width < left) {
      kept += part;
      left -= width;
      continue;
    }
    // What follows is cut: an ellipsis stands for it, also where this part would just fit.
    const short = cut(`${part}  `, left);
    return `${kept}${short}${isStyled ? RESET : ''}${' '.repeat(Math.max(0, left - displayWidth(short)))}`;
  }
  return kept;
}

/** For terminals without UTF-8: as wide as before, in ASCII alone. */
export function inAscii(line: string): string {
  return line.replaceAll(/[^\u0000-\u007F]/gu, (character) => {
    const replaced = ASCII[character];
    return replaced ?? '?'.repeat(displayWidth(character));
  });
}

const ASCII: Readonly<Record<string, string>> = {
  '…': '~',
  '·': '-',
  '−': '-',
  '–': '-',
  '—': '-',
  '→': '>',
  '↑': '^',
  '↓': 'v',
  '█': '#',
  '▁': '.',
  '▂': '.',
  '▃': ':',
  '▄': ':',
  '▅': '+',
  '▆': '+',
  '▇': '#',
  '┌': '+',
  '┐': '+',
  '└': '+',
  '┘': '+',
  '├': '+',
  '┤': '+',
  '─': '-',
  '│': '|',
  '▾': 'v',
  '▴': '^',
};
