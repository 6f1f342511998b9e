import picocolors from 'picocolors';
import { plainLines } from './plain.ts';
import type { Row } from './rows.ts';
import { cut, cutWords, displayWidth, fit, wrap } from './width.ts';

/** Width of the first cell with its gap: `IN_PROGRESS  `. */
export const MARGIN = 13;

/** Colours for the parts of a line; the same text where none are wanted. */
export interface Paint {
  column(text: string): string;
  id(text: string): string;
  mood(text: string, mood: Row['mood']): string;
}

/**
 * Rows as lines with their cells under each other. Where there is no room for columns, `narrow` draws a row.
 * @param width of the terminal in columns; Infinity = nothing is cut but very long titles
 */
export function layOut(rows: readonly Row[], width: number, paint: Paint, narrow: Narrow = onOneLine): string[] {
  const widest = (cell: (row: Row) => string, least = 0): number =>
    Math.max(least, ...rows.map((row) => displayWidth(cell(row))));
  const id = widest((row) => row.id, 4);
  const title = Math.min(
    widest((row) => row.title, 8),
    titleRoom(width),
  );
  const doing = widest((row) => row.doing);
  const agent = width < 70 ? 0 : widest((row) => row.agent);
  const time = widest((row) => row.time, 10);
  const before = MARGIN + id + 2 + title + 3 + doing + (agent === 0 ? 0 : agent + 2) + 2;
  const least = Math.min(
    widest((row) => (row.time === '' ? row.text : `${fit(row.time, time)}  ${row.text}`)),
    WORDS_LEAST,
  );
  if (before + Math.max(4, least) > width) return rows.flatMap((row) => narrow(row, { width, paint, id }));
  return rows.map((row) => {
    const cells = [fit(row.doing, doing), ...(agent === 0 ? [] : [fit(row.agent, agent)])].join('  ');
    const words = cut(row.time === '' ? row.text : `${fit(row.time, time)}  ${row.text}`, width - before).trimEnd();
    const line = `${paint.column(fit(row.column, MARGIN))}${paint.id(fit(row.id, id))}  ${fit(row.title, title)}   ${cells}  ${paint.mood(words, row.mood)}`;
    return words === '' ? line.trimEnd() : line;
  });
}

/** A name in the first cell, lines beside it. */
export const labelled = (name: string, lines: readonly string[]): string[] =>
  lines.map((line, index) => `${(index === 0 ? name : '').padEnd(MARGIN)}${line}`);

/** A text of one or more lines (a drawn problem), prose wrapped, underlines left as they are. */
export const boxed = (text: string, room: number): string[] =>
  plainLines(text).flatMap((line, index, all) =>
    all.length > 1 && (index > 0 || line.length <= room) ? [line] : wrap(line.split(' '), ' ', room),
  );

/** The colours of a listing that is printed once. */
export function painted(colour: boolean): Paint {
  const colours = picocolors.createColors(colour);
  const moods = { works: colours.green, waits: colours.dim, needs: colours.yellow } as const;
  return { column: colours.cyan, id: colours.bold, mood: (text, mood) => (text === '' ? '' : moods[mood](text)) };
}

/** Columns that what a row says needs at least, else the columns are given up. */
const WORDS_LEAST = 20;

/** A row on a terminal that is too narrow for columns, as one or more lines. */
export type Narrow = (row: Row, space: NarrowSpace) => string[];

export interface NarrowSpace {
  readonly width: number;
  readonly paint: Paint;
  /** Columns of the widest id. */
  readonly id: number;
}

/** Who does what, cut at the end of a word. */
export const onOneLine: Narrow = ({ id, doing, time, text }, { width }) => [
  cutWords([id, doing, time, text].filter((part) => part !== '').join(' '), width),
];

/** The entry, and below it what it does, in full. */
export const stacked: Narrow = (row, { width, paint, id }) => {
  const title = cutWords(row.title, Math.max(1, width - MARGIN - id - 2));
  const what = [row.doing, row.agent, row.time].filter((part) => part !== '').join(' · ');
  const words = [...what.split(' '), ...(row.text === '' ? [] : ['·', ...row.text.split(' ')])];
  const below = wrap(words, ' ', Math.max(1, width - MARGIN));
  return [
    `${paint.column(fit(row.column, MARGIN))}${paint.id(fit(row.id, id))}  ${title}`.trimEnd(),
    ...below.map((line) => `${' '.repeat(MARGIN)}${paint.mood(line, row.mood)}`),
  ];
};

/** At 100 columns a title has 22; it never pushes out what is being done. */
const titleRoom = (width: number): number => Math.max(8, Math.min(60, Math.floor(width * 0.22)));
