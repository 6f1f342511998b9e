import picocolors from 'picocolors';
import { plainLines } from './plain.ts';
import type { Row } from './rows.ts';
import { cut, displayWidth, fit, wrap } from './width.ts';

/** Width of the first cell with its gap: `IN_PROGRESS  `. */
export const MARGIN = 13;

/** Colours for the parts of a line; the same text where none are wanted. */
export interface Paint {
  column(text: string): string;
  id(text: string): string;
  mood(text: string, mood: Row['mood']): string;
}

/**
 * Rows as lines with their cells under each other.
 * @param width of the terminal in columns; Infinity = nothing is cut but very long titles
 */
export function layOut(rows: readonly Row[], width: number, paint: Paint): string[] {
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
  if (before + 4 > width) return rows.map((row) => narrow(row, width));
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

/** On a very narrow terminal: who does what, without columns. */
const narrow = ({ id, doing, time, text }: Row, width: number): string =>
  cut([id, doing, time, text].filter((part) => part !== '').join(' '), width);

/** At 100 columns a title has 22; it never pushes out what is being done. */
const titleRoom = (width: number): number => Math.max(8, Math.min(60, Math.floor(width * 0.22)));
