import { closest, distance } from 'fastest-levenshtein';

/** The one of `known` that was probably meant: at most two letters off, and not half of the word; null if none is. */
export function nearestOf(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const near = closest(typed, known);
  return distance(typed, near) <= Math.min(2, Math.floor(typed.length / 2)) ? near : null;
}
