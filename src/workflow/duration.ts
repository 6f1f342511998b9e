import ms from 'ms';

/** setTimeout overflows beyond this and fires at once. */
export const LONGEST = 24 * 24 * 60 * 60 * 1000;

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gi;
const UNITS = new Set(['ms', 's', 'sec', 'm', 'min', 'h', 'd']);

/**
 * Reads a duration as people write it: `300ms`, `5s`, `15m`, `1h30m`, `2 d`; `0` needs no unit.
 * @param longest ms that it may be at most: what a timer can wait for, unless told
 * @returns milliseconds, or null for anything else (no unit, an unknown one, negative, beyond the longest)
 */
export function parseDuration(text: string, longest = LONGEST): number | null {
  const clean = text.trim();
  if (clean === '0') return 0;
  let total = 0;
  let read = 0;
  for (const match of clean.matchAll(PART)) {
    const [whole, number = '', unit = ''] = match;
    if (match.index !== read || !UNITS.has(unit.toLowerCase())) return null;
    total += ms(`${number}${unit}` as ms.StringValue);
    read += whole.length;
  }
  if (read === 0 || read !== clean.length || !Number.isFinite(total) || total > longest) return null;
  return Math.round(total);
}
