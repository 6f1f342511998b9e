import { distance } from 'fastest-levenshtein';

/** Whether one title may be the other, typed on or fixed. */
export function isSimilarTitle(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  if (shorter >= 4 && (a.startsWith(b) || b.startsWith(a))) return true;
  return distance(a, b) <= Math.max(a.length, b.length) * 0.3;
}
