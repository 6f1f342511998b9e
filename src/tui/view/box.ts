import { fitStyled, styledWidth } from './styled.ts';
import type { Palette } from './palette.ts';

/** Where something stands on the screen, in cells from 0. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxOptions {
  readonly width: number;
  readonly height: number;
  /** Stands in the upper border, with its colours. */
  readonly title: string;
  /** Stands in the lower border: `12 of 45`. */
  readonly foot?: string;
  readonly isFocused: boolean;
  readonly palette: Palette;
}

/** Columns and lines that the borders of a box take. */
export const BORDER = 2;

/** A box with its content: exactly `height` lines of `width` columns. What does not fit is cut. */
export function boxOf(lines: readonly string[], options: BoxOptions): string[] {
  const { width, height, title, foot = '', isFocused, palette } = options;
  const paint = isFocused ? palette.label : palette.waits;
  const inner = Math.max(0, width - BORDER);
  const side = paint('│');
  const body = Array.from({ length: Math.max(0, height - BORDER) }, (_, row) => {
    return `${side}${fitStyled(lines[row] ?? '', inner)}${side}`;
  });
  const shownTitle = fitTitle(title, inner - 1);
  const top = `${paint('┌')}${shownTitle}${paint(`${'─'.repeat(Math.max(0, inner - styledWidth(shownTitle)))}┐`)}`;
  const shownFoot = foot === '' ? '' : fitTitle(` ${foot} `, inner - 1);
  const rule = '─'.repeat(Math.max(0, inner - styledWidth(shownFoot) - (shownFoot === '' ? 0 : 1)));
  const bottom = `${paint(`└${rule}`)}${shownFoot}${paint(`${shownFoot === '' ? '' : '─'}┘`)}`;
  return [top, ...body, bottom].slice(0, height);
}

const fitTitle = (title: string, room: number): string =>
  styledWidth(title) <= room ? title : fitStyled(title, Math.max(0, room));
