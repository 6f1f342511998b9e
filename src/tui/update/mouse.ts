import { boardLines, chosenLine } from '../entries.ts';
import type { Pane, TuiState } from '../state.ts';
import { HEAD_LINES, scrolledTo, sortAt } from '../view/board-pane.ts';
import { fileLines } from '../view/files-pane.ts';
import { roomOf } from '../view/frame.ts';
import { historyOf } from '../view/history-pane.ts';
import { titleAt } from '../view/pane-titles.ts';
import { placedAt, placePanes, type Placed } from '../view/layout.ts';
import { browseKey } from './browse.ts';
import { settled } from './data.ts';
import { scrolledBy } from './page-key.ts';
import { movedBy, movedTo, paneHeight } from './scroll.ts';
import { step, withPage, type Step } from './step.ts';

/** What the mouse did, at a cell of the screen counted from 0. */
export interface MousePress {
  readonly kind: 'click' | 'wheel-up' | 'wheel-down';
  readonly x: number;
  readonly y: number;
}

const WHEEL_LINES = 3;

/** A click chooses, a second one on the same line opens it; the wheel scrolls what is under it; a click on a head sorts. */
export function mousePress(state: TuiState, press: MousePress, pageLines: number): Step {
  if (state.input !== null) return step(state);
  const by = press.kind === 'wheel-up' ? -WHEEL_LINES : WHEEL_LINES;
  if (state.page !== null)
    return press.kind === 'click' ? step(state) : step(withPage(state, scrolledBy(state, by, pageLines)));
  const placed = placedAt(placePanes(state), press.x, press.y);
  if (placed === null) return step(state);
  if (press.kind !== 'click') return step(movedBy(state, placed.shown, by));
  return clicked({ ...state, notice: null }, placed, press);
}

function clicked(state: TuiState, placed: Placed, press: MousePress): Step {
  const x = press.x - placed.rect.x - 1;
  const row = press.y - placed.rect.y - 1;
  const pane = row < 0 ? titleAt(state, placed, x) : placed.shown;
  const wasFocused = state.focus === pane;
  const focused = { ...state, focus: pane, recent: [pane, ...state.recent.filter((one) => one !== pane)] };
  if (row < 0 || state.snapshot === null) return step(focused);
  if (pane === 'board' && row < HEAD_LINES) {
    const sort = sortAt(x, roomOf(placed).width, state.snapshot);
    if (sort === null) return step(focused);
    return step(settled({ ...focused, sort, isReversed: state.sort === sort && !state.isReversed }));
  }
  const index = lineAt(state, pane, row);
  if (index === null) return step(focused);
  const isSame = wasFocused && index === indexOf(state, pane);
  return isSame ? browseKey(focused, 'enter', 0) : step(movedTo(focused, pane, index));
}

const indexOf = (state: TuiState, pane: Pane): number =>
  pane === 'board' ? chosenLine(state).index : state.cursors[pane].index;

/** The line of a list in a row of its pane; null: there is none. */
function lineAt(state: TuiState, pane: Pane, row: number): number | null {
  const count = { board: boardLines(state), history: historyOf(state), files: fileLines(state) }[pane as 'board']
    ?.length;
  if (count === undefined) return null;
  const at = pane === 'board' ? row - HEAD_LINES : row;
  const { top } = state.cursors[pane];
  const index = scrolledTo({ index: indexOf(state, pane), top }, paneHeight(state, pane), count) + at;
  return index < count ? index : null;
}
