import { closest, distance } from 'fastest-levenshtein';

/** The id that was probably meant: the same number, also without dash and letters (`T16`, `16`), else the nearest; null if none is. */
export function nearestId(typed: string, ids: readonly string[]): string | null {
  const [, letters = '', number] = /^([a-z]*)\W?0*(\d+)$/i.exec(typed.trim()) ?? [];
  const same = ids.filter(
    (id) => id.endsWith(`-${number}`) && id.toLowerCase().startsWith(letters === '' ? '' : `${letters.toLowerCase()}-`),
  );
  if (same[0] !== undefined) return same[0];
  const near = nearestOf(typed.toUpperCase(), ids);
  // Of a number that is two digits off nothing is known: T-99 is no misspelt T-1.
  const isFar = near !== null && number !== undefined && distance(typed.toUpperCase(), near) > 1;
  return isFar && !near.endsWith(`-${number}`) ? null : near;
}

/** `13` is the number of `T-13`. */
export const isSameNumber = (id: string, typed: string): boolean => /^\d+$/.test(typed) && id.endsWith(`-${typed}`);

/** The one of `known` that was probably meant: at most two letters off, and not half of the word; null if none is. */
export function nearestOf(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const near = closest(typed, known);
  return distance(typed, near) <= Math.min(2, Math.floor(typed.length / 2)) ? near : null;
}
