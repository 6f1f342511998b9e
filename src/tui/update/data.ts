import type { Metrics } from '../../metrics/figures.ts';
import type { BoardChange, BoardEntry, EntryDiff } from '../../surfaces/board-types.ts';
import { chosenLine } from '../entries.ts';
import * as messages from '../messages.ts';
import type { RunLog, Size, TuiState } from '../state.ts';
import { noted } from './step.ts';

/** The chosen entry keeps its mark wherever it has moved to; where it has gone, the one in its place is chosen. */
export function settled(state: TuiState): TuiState {
  const { line, index } = chosenLine(state);
  const chosen = line?.entry.key ?? null;
  const { board } = state.cursors;
  if (chosen === state.chosen && index === board.index) return state;
  const cursors = { ...state.cursors, board: { ...board, index } };
  // What was read of another entry is not shown beside this one.
  const isOther = chosen !== state.chosen;
  return isOther ? forgotten({ ...state, chosen, cursors }) : { ...state, chosen, cursors };
}

/** Another entry is chosen: what is known of the last one is not shown. */
function forgotten(state: TuiState): TuiState {
  const { files, log } = state.cursors;
  const cursors = { ...state.cursors, files: { ...files, index: 0, top: 0 }, log: { ...log, index: 0 } };
  if (state.page !== null) return { ...state, cursors };
  return { ...state, cursors, entry: null, entryProblem: null, log: null };
}

export function withBoard(
  state: TuiState,
  { snapshot, problems }: Pick<BoardChange, 'snapshot' | 'problems'>,
): TuiState {
  const next = settled({ ...state, snapshot, problems });
  const { input } = next;
  if (input?.kind !== 'carry') return next;
  const isThere = snapshot.entries.some(({ key }) => key === input.carry.key);
  return isThere ? next : noted({ ...next, input: null }, messages.ENTRY_GONE, true);
}

export const withMetrics = (state: TuiState, metrics: Metrics): TuiState => ({ ...state, metrics });

/** @param entry null: it could not be read */
export const withEntry = (state: TuiState, entry: BoardEntry | null, problem: string | null): TuiState => ({
  ...state,
  entry: entry ?? state.entry,
  entryProblem: problem,
});

export const withDiff = (state: TuiState, diff: EntryDiff | null, problem: string | null): TuiState => ({
  ...state,
  diff,
  entryProblem: problem,
});

export const withLog = (state: TuiState, log: RunLog | null): TuiState => ({ ...state, log });

export const withSize = (state: TuiState, size: Size): TuiState => ({ ...state, size });

/** A request was answered. */
export const withAnswer = (state: TuiState, text: string, isBad: boolean): TuiState =>
  noted({ ...state, isBusy: false }, text, isBad);
