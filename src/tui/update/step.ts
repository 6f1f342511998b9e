import type { BoardRequest } from '../../surfaces/board-types.ts';
import type { Page, TuiState } from '../state.ts';

/** What is to be done besides drawing. */
export type Effect =
  | { readonly type: 'quit' }
  /** Ctrl-Z. */
  | { readonly type: 'suspend' }
  /** Ctrl-C: ends the program, or is for the coordinator of this process. */
  | { readonly type: 'interrupt' }
  | { readonly type: 'redraw' }
  | { readonly type: 'request'; readonly request: BoardRequest }
  | {
      readonly type: 'inject';
      readonly id: string;
      readonly text: string;
      readonly priority: 'high' | 'normal' | 'low';
    }
  | { readonly type: 'add'; readonly title: string; readonly body: string }
  /** Opens $EDITOR on the entry's text. */
  | { readonly type: 'edit-entry'; readonly id: string }
  /** Opens $EDITOR on what is being typed. */
  | { readonly type: 'edit-text'; readonly text: string }
  | { readonly type: 'load-diff'; readonly id: string; readonly file: string | null };

export interface Step {
  readonly state: TuiState;
  readonly effects: readonly Effect[];
}

export const step = (state: TuiState, ...effects: readonly Effect[]): Step => ({ state, effects });

export const noted = (state: TuiState, text: string, isBad = false): TuiState => ({
  ...state,
  notice: { text, isBad },
});

export const refused = (state: TuiState, text: string): Step => step(noted(state, text, true));

export const withPage = (state: TuiState, page: Page | null): TuiState => ({ ...state, page });
