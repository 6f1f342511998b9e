import { displayWidth } from '../../report/width.ts';
import { chosenEntry } from '../entries.ts';
import { PANES, type Pane, type TuiState } from '../state.ts';
import { BORDER } from './box.ts';
import { historyOf } from './history-pane.ts';
import type { Placed } from './layout.ts';
import { titleOf } from './log-pane.ts';

export const BETWEEN = ' · ';

/** Numbers and names of the panes that share a place, and more about the one that is shown, where there is room. */
export function paneTitles(state: TuiState, { panes, shown, rect }: Placed): readonly string[] {
  const names = panes.map((pane) => `${PANES.indexOf(pane) + 1} ${nameOf(pane)}`);
  const more = moreOf(state, shown);
  const room = rect.width - BORDER - 3 - names.join(BETWEEN).length;
  if (more === '' || displayWidth(more) >= room) return names;
  return names.map((name, index) => (panes[index] === shown ? `${name} ${more}` : name));
}

/** Which of the panes that share a place has its title in this cell of the border. @param x from 0, behind the corner */
export function titleAt(state: TuiState, placed: Placed, x: number): Pane {
  let end = 1;
  for (const [index, title] of paneTitles(state, placed).entries()) {
    end += displayWidth(title);
    if (x < end) return placed.panes[index] ?? placed.shown;
    end += BETWEEN.length;
  }
  return placed.shown;
}

const nameOf = (pane: Pane): string => `${pane[0]?.toUpperCase() ?? ''}${pane.slice(1)}`;

function moreOf(state: TuiState, pane: Pane): string {
  const { log, entry } = state;
  const ended = historyOf(state).length;
  if (pane === 'history') return ended === 0 ? '' : `(${ended})`;
  if (pane === 'files') return entry?.id ?? chosenEntry(state)?.id ?? '';
  if (pane !== 'log' || log === null) return '';
  return log.run === null ? log.id : titleOf(log);
}
