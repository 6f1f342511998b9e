import type { LogMove } from './log-moves.ts';
import { plain } from './plain.ts';
import { span } from './span.ts';

/**
 * Seconds from the time that an entry left TODO first until it left the board, or until now; a landing that was taken back
 * begins anew. null: it has not been started. @param history oldest first @param now epoch ms
 */
export function workSeconds(history: readonly Pick<LogMove, 'at' | 'from' | 'to'>[], now: number): number | null {
  let [start, end]: [number | null, number | null] = [null, null];
  for (const { at, from, to } of history) {
    if (from === to) continue;
    if (from === 'CHANGELOG') [start, end] = [null, null];
    if (from === 'TODO' && (start === null || end !== null)) [start, end] = [at, null];
    if (to === 'CHANGELOG' || to === 'ABANDONED') end = at;
  }
  return start === null ? null : Math.max(0, Math.round(((end ?? now) - start) / 1000));
}

/** `45m of 2h (estimate)`, `estimate 2h`. @param seconds that the entry has taken so far; null: it has not been started */
export const estimateText = (estimate: string, seconds: number | null): string =>
  seconds === null ? `estimate ${plain(estimate)}` : `${span(seconds * 1000)} of ${plain(estimate)} (estimate)`;
