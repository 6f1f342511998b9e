import { setTimeout as pause } from 'node:timers/promises';
import type { Metrics } from '../metrics/figures.ts';
import type { Problem } from '../problem.ts';
import { BoardError } from '../surfaces/board-error.ts';
import type { Board, BoardChange } from '../surfaces/board-types.ts';

/** ms between two tries to read a board that can't be read. */
const RETRY_MS = 1_000;
/** ms between two looks at the figures: each is a call of git. */
const METRICS_MS = 2_000;

export interface BoardFeedOptions {
  readonly board: Pick<Board, 'follow' | 'metrics'>;
  readonly signal: AbortSignal;
  /** ms between two changes, asked after each. */
  readonly gap: () => number;
  readonly onChange: (change: Pick<BoardChange, 'snapshot' | 'problems'>) => void;
  /** The board can't be read. */
  readonly onProblems: (problems: readonly Problem[]) => void;
  readonly onMetrics: (metrics: Metrics) => void;
}

/** Tells every change of the board, and its figures when base has moved, until it is stopped. Only a bug ends it otherwise. */
export async function followBoard(options: BoardFeedOptions): Promise<void> {
  const { board, signal, gap, onChange, onProblems } = options;
  const figures = new FiguresFeed(options);
  while (!signal.aborted) {
    try {
      for await (const change of board.follow({ signal })) {
        onChange(change);
        figures.baseIs(change.snapshot.base.sha);
        await waited(gap(), signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof BoardError)) throw error;
      onProblems(error.problems);
      await waited(RETRY_MS, signal);
    }
  }
}

/** It ends at once when it is aborted. */
const waited = (ms: number, signal: AbortSignal): Promise<unknown> =>
  pause(ms, undefined, { signal }).catch(() => undefined);

class FiguresFeed {
  readonly #options: BoardFeedOptions;
  #counted = '';
  #base = '';
  #isCounting = false;

  constructor(options: BoardFeedOptions) {
    this.#options = options;
  }

  baseIs(sha: string): void {
    this.#base = sha;
    if (!this.#isCounting && this.#counted !== sha) void this.#count();
  }

  async #count(): Promise<void> {
    const { board, signal, onMetrics } = this.#options;
    this.#isCounting = true;
    while (this.#counted !== this.#base && !signal.aborted) {
      this.#counted = this.#base;
      const metrics = await board.metrics().catch(() => null);
      if (metrics !== null && !signal.aborted) onMetrics(metrics);
      await waited(METRICS_MS, signal);
    }
    this.#isCounting = false;
  }
}
