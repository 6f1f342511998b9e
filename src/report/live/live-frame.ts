import picocolors from 'picocolors';
import type { Snapshot } from '../../contract/snapshot.ts';
import { layOut, MARGIN } from '../layout.ts';
import { plain } from '../plain.ts';
import { hindrances } from '../queue/line.ts';
import { rowsOf } from '../rows.ts';
import type { Clock } from '../span.ts';
import { countRuns } from '../status.ts';
import { todoLine } from '../todo-line.ts';
import { cutWords as cut, fold } from '../width.ts';

export interface FrameOptions {
  readonly now: number;
  readonly width: number;
  /** Lines that there is room for, at least 1. */
  readonly height: number;
  readonly colour: boolean;
  readonly clock: Clock;
  /** What keys do, at the end of the last line; what they do for `kanban run` unless told. */
  readonly hint?: string;
  /** `i` opens the board of the whole terminal. */
  readonly opensBoard?: boolean;
}

/** The lines that `kanban run` keeps up to date at the bottom of a terminal: never wider nor higher than there is room. */
export function liveFrame(snapshot: Snapshot, options: FrameOptions): string[] {
  const { now, width, height, colour, clock, opensBoard = false } = options;
  const hint = options.hint ?? `${opensBoard ? 'i: the board · ' : ''}${HINTS[snapshot.mode]}`;
  const colours = picocolors.createColors(colour);
  const paint = {
    column: colours.cyan,
    id: colours.bold,
    mood: (text: string, mood: string) => (mood === 'works' ? colours.green(text) : colours.yellow(text)),
  };
  const work = layOut(rowsOf(snapshot, { now, clock, time: 'left' }), width, paint);
  const above = [
    ...snapshot.stops.map((stop) => colours.yellow(cut(`${'all waits'.padEnd(MARGIN)}${plain(stop)}`, width))),
    ...hindrances(snapshot).map((words) => colours.yellow(cut(`${'queue'.padEnd(MARGIN)}${words}`, width))),
    cut(`${'TODO'.padEnd(MARGIN)}${todoLine(snapshot.entries, clock) || 'empty'}`, width),
  ];
  const needs = needing(snapshot);
  const spare = height - work.length - above.length - needs.length - 1;
  const below = [
    ...above,
    ...unfolded(needs, width, spare).map((line) => colours.yellow(line)),
    colours.dim(cut(footer(snapshot, hint), width)),
  ];
  return clipped(work, below, { width, height });
}

/** Lines in full, the first ones first, as long as there are `spare` rows for it; the others cut. */
function unfolded(lines: readonly string[], width: number, spare: number): string[] {
  let left = spare;
  return lines.flatMap((line) => {
    const rows = fold(line, width, MARGIN + 6).map((row) => cut(row, width));
    if (rows.length - 1 > left) return [cut(line, width)];
    left -= rows.length - 1;
    return rows;
  });
}

function needing({ entries }: Snapshot): string[] {
  const needs = entries.filter(({ state }) => state === 'needs-person');
  return needs.map(
    ({ id, why }, index) => `${(index === 0 ? 'needs you' : '').padEnd(MARGIN)}${(id ?? '').padEnd(4)}  ${plain(why)}`,
  );
}

const footer = (snapshot: Snapshot, hint: string): string =>
  `${plain(snapshot.base.name)}@${snapshot.base.sha.slice(0, 7)} · ${countRuns(snapshot)} of ${snapshot.capacity} runs · ${hint}`;

const HINTS = {
  run: 'Ctrl-C: start nothing new',
  finish: 'ends when its runs have · Ctrl-C: stop them now',
  stop: 'is stopping its runs',
} as const;

/**
 * What there is no room for is counted. The lines below the work get a third of the screen, and all that the work leaves;
 * of each part the first lines stay, and the last line of all.
 */
function clipped(
  work: readonly string[],
  below: readonly string[],
  { width, height }: Pick<FrameOptions, 'width' | 'height'>,
): string[] {
  const all = [...work, ...below];
  if (all.length <= height) return all;
  if (height < 3) return all.slice(0, Math.max(1, height));
  const least = Math.max(1, Math.min(below.length, Math.floor(height / 3)));
  const shown = work.slice(0, height - least - 1);
  const kept = below.slice(0, Math.min(below.length - 1, height - shown.length - 2));
  const hidden = all.length - shown.length - kept.length - 1;
  const more = cut(`… ${hidden} more: kanban status`, width);
  // Beside that of which some is missing.
  return [...shown, ...(shown.length < work.length ? [more, ...kept] : [...kept, more]), ...below.slice(-1)];
}
