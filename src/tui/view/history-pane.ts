import type { Ended } from '../../metrics/history.ts';
import { span } from '../../report/span.ts';
import { dollars } from '../../report/usage.ts';
import { displayWidth, fit } from '../../report/width.ts';
import * as messages from '../messages.ts';
import type { TuiState } from '../state.ts';
import { scrolledTo } from './board-pane.ts';
import { emptyPane } from './empty.ts';
import type { Drawing, PaneContent, Room } from './drawing.ts';

export const historyOf = ({ metrics }: TuiState): readonly Ended[] => metrics?.history ?? [];

const HOW_WIDTH = Math.max(...Object.values(messages.HOW).map((text) => text.length));

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
  const widths = widthsOf(all, drawing);
  return {
    lines: shown.map((one, row) => historyLine(one, drawing, { ...widths, isChosen: top + row === index })),
  };
}

interface Widths {
  readonly at: number;
  readonly id: number;
}

const timeOf = ({ at }: Ended, { clock }: Drawing): string => (at === null ? '' : clock(at));

const widthsOf = (all: readonly Ended[], drawing: Drawing): Widths => ({
  at: Math.max(...all.map((one) => timeOf(one, drawing).length)),
  id: Math.max(4, ...all.map(({ id }) => id.length)),
});

function historyLine(
  one: Ended,
  drawing: Drawing,
  { at, id, isChosen }: Widths & { readonly isChosen: boolean },
): string {
  const { palette, state } = drawing;
  const { how, seconds, runs, usd } = one;
  const took = seconds === null ? '' : span(seconds * 1000);
  const cells = [
    timeOf(one, drawing).padStart(at),
    fit(one.id, id),
    fit(messages.HOW[how], HOW_WIDTH),
    took.padStart(6),
    `${runs} ${runs === 1 ? 'run ' : 'runs'}`.padStart(7),
    usd === null ? '' : dollars(usd).padStart(7),
  ];
  const text = cells.filter((cell) => displayWidth(cell) > 0).join('  ');
  const line = `${isChosen ? '>' : ' '}${text}`;
  if (isChosen && state.focus === 'history' && palette.hasColour) return palette.chosen(palette.strong(line));
  const paint = how === 'failed' ? palette.needs : how === 'landed' || how === 'by-hand' ? String : palette.waits;
  return paint(line);
}
