import type { Entry } from './entry.ts';

/**
 * Which version a save was made from: the one whose entries it repeats most, byte for byte; of several the newest.
 *
 * One exception: if, read against the newest, entries would count as deleted while others were changed or added in the
 * same save, and an equally good older version knows nothing of those entries, then the save was made from that one.
 * (A save that only deletes is a deletion: that is how people abandon entries.)
 */
export function madeFrom(versions: readonly (readonly Entry[])[], disk: readonly Entry[]): number {
  const newest = versions.length - 1;
  const scores = versions.map((version) => repeated(version, disk));
  const best = Math.max(...scores);
  const found = scores.lastIndexOf(best);
  if (found !== newest || best === disk.length || missing(versions[newest]!, disk) === 0) return found;
  const older = versions.findLastIndex((version, index) => scores[index] === best && missing(version, disk) === 0);
  return older < 0 ? found : older;
}

function repeated(version: readonly Entry[], disk: readonly Entry[]): number {
  const sources = new Set(version.map((entry) => entry.source.trimEnd()));
  return disk.filter((entry) => sources.has(entry.source.trimEnd())).length;
}

function missing(version: readonly Entry[], disk: readonly Entry[]): number {
  const ids = new Set(disk.map((entry) => entry.id));
  return version.filter((entry) => entry.id !== null && !ids.has(entry.id)).length;
}
