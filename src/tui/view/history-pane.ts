import type { Ended } from '../../metrics/history.ts';
import { plain } from '../../report/plain.ts';
import { span } from '../../report/span.ts';
import { dollars } from '../../report/usage.ts';
import { displayWidth, fit } from '../../report/width.ts';
import * as messages from '../messages.ts';
import type { TuiState } from '../state.ts';
import { scrolledTo } from './board-pane.ts';
import { emptyPane } from './empty.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';

export const historyOf = ({ metrics }: TuiState): readonly Ended[] => metrics?.history ?? [];

/** The last 100 entries that ended, newest first. */
export function historyPane(drawing: Drawing, room: Room): PaneContent {
  const { state } = drawing;
  const all = historyOf(state);
  if (all.length === 0)
    return emptyPane(drawing, state.metrics === null ? messages.READING_ENTRY : messages.NO_HISTORY);
  const { cursors } = state;
  const index = Math.min(cursors.history.index, all.length - 1);
  const top = scrolledTo({ index, top: cursors.history.top }, room.height, all.length);
  const shown = all.slice(top, top + room.height);
  const widths = widthsOf(shown, drawing, room.width);
  return {
    lines: shown.map((one, row) => historyLine(one, drawing, { ...widths, isChosen: top + row === index })),
  };
}

interface Widths {
  readonly at: number;
  readonly id: number;
  readonly title: number;
  readonly how: number;
  readonly numbers: number;
}

const timeOf = ({ at }: Ended, { clock }: Drawing): string => (at === null ? '' : clock(at));

const GAP = 2;
/** A title with less room than this says nothing: the numbers go first, from the right. */
const LEAST_TITLE = 16;

/** @param width of the pane */
function widthsOf(all: readonly Ended[], drawing: Drawing, width: number): Widths {
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(displayWidth));
  const at = widest(all.map((one) => timeOf(one, drawing)));
  const id = widest(['T-00', ...all.map((one) => one.id)]);
  const how = widest(all.map((one) => messages.HOW[one.how]));
  const titleBeside = (numbers: readonly number[]): number =>
    width - 1 - [at, id, how, ...numbers].filter((cell) => cell > 0).reduce((sum, cell) => sum + cell + GAP, 0);
  const cells = all.some(({ usd }) => usd !== null) ? NUMBERS : NUMBERS.slice(0, -1);
  const numbers = cells.findLastIndex((_, last) => titleBeside(cells.slice(0, last + 1)) >= LEAST_TITLE) + 1;
  return { at, id, how, numbers, title: Math.max(0, titleBeside(cells.slice(0, numbers))) };
}

/** Widths of: how long it took, its runs, what they cost. */
const NUMBERS = [6, 7, 7] as const;

function numbersOf({ seconds, runs, usd }: Ended): string[] {
  return [
    seconds === null ? '' : span(seconds * 1000),
    `${runs} ${runs === 1 ? 'run ' : 'runs'}`,
    usd === null ? '' : dollars(usd),
  ].map((text, index) => text.padStart(NUMBERS[index] ?? 0));
}

function historyLine(
  one: Ended,
  drawing: Drawing,
  { isChosen, ...widths }: Widths & { readonly isChosen: boolean },
): string {
  const { palette, state } = drawing;
  const { how } = one;
  const cells = [
    timeOf(one, drawing).padStart(widths.at),
    fit(one.id, widths.id),
    fit(titleIn(state, one), widths.title),
    fit(messages.HOW[how], widths.how),
    ...numbersOf(one).slice(0, widths.numbers),
  ];
  const text = cells.filter((cell) => displayWidth(cell) > 0).join(' '.repeat(GAP));
  const line = `${isChosen ? '>' : ' '}${text}`;
  if (isChosen && state.focus === 'history' && palette.hasColour) return palette.chosen(palette.strong(line));
  const paint = how === 'failed' ? palette.needs : how === 'landed' || how === 'by-hand' ? String : palette.waits;
  return paint(line);
}

/** That of an entry which is on the board is the one it has now. */
const titleIn = ({ snapshot }: TuiState, { id, title }: Ended): string =>
  plain(snapshot?.entries.find((entry) => entry.id === id)?.title ?? title ?? '');
