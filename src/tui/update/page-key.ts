import type { Command } from '../keys.ts';
import type { Page, TuiState } from '../state.ts';
import { pageHeight } from './scroll.ts';
import { step, withPage, type Step } from './step.ts';

/** A key that scrolls the page. @param lines of the page. @returns null: the key does what it does everywhere */
export function pageKey(state: TuiState, command: Command, lines: number): Step | null {
  const by = SCROLLS[command]?.(pageHeight(state));
  return by === undefined || state.page === null ? null : step(withPage(state, scrolledBy(state, by, lines)));
}

/** The page, some lines further down. @param by negative: up */
export function scrolledBy(state: TuiState, by: number, lines: number): Page | null {
  const { page } = state;
  if (page === null) return null;
  const last = Math.max(0, lines - pageHeight(state));
  const top = Math.max(0, Math.min(last, Math.min(last, page.top ?? last) + by));
  // A log that is scrolled to its end follows what comes.
  return page.kind === 'log' ? { ...page, top: top >= last ? null : top } : { ...page, top };
}

const SCROLLS: Readonly<Partial<Record<Command, (height: number) => number>>> = {
  down: () => 1,
  up: () => -1,
  'page-down': (height) => height - 1,
  'page-up': (height) => 1 - height,
  first: () => -Infinity,
  last: () => Infinity,
};
