import type { Clock } from '../../report/span.ts';
import type { TuiState } from '../state.ts';
import type { Palette } from './palette.ts';

/** What all parts of a frame are drawn with. */
export interface Drawing {
  readonly state: TuiState;
  /** Epoch ms. */
  readonly now: number;
  readonly clock: Clock;
  /** Date and time. */
  readonly date: Clock;
  readonly palette: Palette;
  /** The terminal shows more than ASCII. */
  readonly hasUnicode: boolean;
}

/** What a pane shows: its lines inside the borders, and what stands in the lower border. */
export interface PaneContent {
  readonly lines: readonly string[];
  readonly foot?: string;
}

/** Columns and lines inside the borders. */
export interface Room {
  readonly width: number;
  readonly height: number;
}
