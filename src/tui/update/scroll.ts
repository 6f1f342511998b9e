import { boardLines } from '../entries.ts';
import type { Pane, TuiState } from '../state.ts';
import { HEAD_LINES, scrolledTo } from '../view/board-pane.ts';
import { BORDER } from '../view/box.ts';
import { fileLines } from '../view/files-pane.ts';
import { roomOf } from '../view/frame.ts';
import { historyOf } from '../view/history-pane.ts';
import { areaOf, placePanes } from '../view/layout.ts';
import { settled } from './data.ts';

/** Lines of a list that a pane shows at once. */
export function paneHeight(state: TuiState, pane: Pane): number {
  const placed = placePanes(state).find(({ shown }) => shown === pane);
  const height = placed === undefined ? 1 : roomOf(placed).height;
  return Math.max(1, pane === 'board' ? height - HEAD_LINES : height);
}

export const pageHeight = (state: TuiState): number => Math.max(1, areaOf(state).height - BORDER);

function countOf(state: TuiState, pane: Pane): number {
  if (pane === 'board') return boardLines(state).length;
  if (pane === 'history') return historyOf(state).length;
  if (pane === 'files') return fileLines(state).length;
  // A log is scrolled by lines from its end.
  return pane === 'log' ? (state.log?.lines.length ?? 0) + 1 : 0;
}

/** Chooses another line of a pane. @param by lines down; negative: up */
export function movedBy(state: TuiState, pane: Pane, by: number): TuiState {
  const { index } = state.cursors[pane];
  return pane === 'log' ? movedTo(state, pane, index - by) : movedTo(state, pane, index + by);
}

export function movedTo(state: TuiState, pane: Pane, index: number): TuiState {
  const count = countOf(state, pane);
  const at = Math.max(0, Math.min(count - 1, index));
  const height = paneHeight(state, pane);
  const { top } = state.cursors[pane];
  const cursor = { index: at, top: pane === 'log' ? 0 : scrolledTo({ index: at, top }, height, count) };
  const next = { ...state, cursors: { ...state.cursors, [pane]: cursor } };
  if (pane !== 'board') return next;
  const line = boardLines(state)[at];
  return line === undefined ? next : chosen(next, line.entry.key);
}

/** Another entry is chosen: what is known of the last one goes. */
export function chosen(state: TuiState, key: string): TuiState {
  if (state.chosen === key) return state;
  const { files, log } = state.cursors;
  const cursors = { ...state.cursors, files: { ...files, index: 0, top: 0 }, log: { ...log, index: 0 } };
  return settled({ ...state, chosen: key, cursors, entry: null, entryProblem: null, log: null });
}
