import { drawProblem } from '../../problem.ts';
import { plainLines } from '../../report/plain.ts';
import { boardLines } from '../entries.ts';
import * as messages from '../messages.ts';
import type { TuiState } from '../state.ts';
import type { Drawing, PaneContent } from './drawing.ts';

/** What stands in the place of the entries where there are none; null: there are some. */
export function emptyBoard(state: TuiState): readonly string[] | null {
  const { snapshot, problems, input } = state;
  if (snapshot === null)
    return problems.length === 0
      ? ['', messages.READING]
      : problems.flatMap((one) => ['', ...plainLines(drawProblem(one))]);
  if (snapshot.entries.length === 0) return [messages.EMPTY_BOARD, messages.EMPTY_BOARD_FIX];
  if (input?.kind === 'carry') return null;
  return boardLines(state).length === 0 ? [messages.NOTHING_LIKE_THAT] : null;
}

/** A pane without content: why, in one line. */
export const emptyPane = ({ palette }: Drawing, text: string): PaneContent => ({ lines: [palette.waits(` ${text}`)] });
