import { createJsonView, createLineView } from './line-view.ts';
import { createLiveView } from './live.ts';
import type { Clock } from '../span.ts';
import type { View, ViewStream } from '../../contract/view.ts';

export interface ViewChoice {
  readonly json: boolean;
  readonly isTTY: boolean;
  readonly colour: boolean;
  readonly stdout: ViewStream;
  readonly now: () => number;
  readonly clock: Clock;
  /** Stamps the events: `14:32:05`. */
  readonly stamp: Clock;
  /** `i` opens the board of the whole terminal. */
  readonly opensBoard: boolean;
  /** `TERM`; a `dumb` terminal can't redraw. */
  readonly term: string | undefined;
}

/** `--json`: JSON lines; a terminal: the live view; else one line per event. */
export function chooseView({ json, isTTY, term, ...options }: ViewChoice): View {
  if (json) return createJsonView(options);
  if (!isTTY || term === 'dumb') return createLineView(options);
  return createLiveView(options);
}
