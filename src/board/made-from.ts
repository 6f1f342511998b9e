import type { Entry } from './entry.ts';
import { isSimilarTitle } from './similar-title.ts';

/**
 * Which version a save was made from: the one whose entries it repeats most, byte for byte; of several the one that
 * knows most of the entries that the person reworded; of several the newest.
 *
 * One exception: if, read against the newest, entries would count as deleted while others were changed or added in the
 * same save, and an equally good older version knows nothing of those entries, then the save was made from that one.
 * (A save that only deletes is a deletion: that is how people abandon entries.)
 */
export function madeFrom(versions: readonly (readonly Entry[])[], disk: readonly Entry[]): number {
  const newest = versions.length - 1;
  const most = Math.max(...versions.map((version) => repeated(version, disk)));
  const scores = versions.map((version) => (repeated(version, disk) < most ? -1 : reworded(version, disk)));
  const best = Math.max(...scores);
  const found = scores.lastIndexOf(best);
  if (found !== newest || most === disk.length || missing(versions[newest]!, disk) === 0) return found;
  const older = versions.findLastIndex((version, index) => scores[index] === best && missing(version, disk) === 0);
  return older < 0 ? found : older;
}

/** How many entries of the save the version knows by id, or (without one) by a title like it. */
function reworded(version: readonly Entry[], disk: readonly Entry[]): number {
  const sources = new Set(version.map((entry) => entry.source.trimEnd()));
  const ids = new Set(version.map((entry) => entry.id));
  const nameless = version.filter((entry) => entry.id === null);
  return disk.filter((entry) => {
    if (sources.has(entry.source.trimEnd())) return false;
    return entry.id === null ? nameless.some((one) => isSimilarTitle(one.title, entry.title)) : ids.has(entry.id);
  }).length;
}

function repeated(version: readonly Entry[], disk: readonly Entry[]): number {
  const sources = new Set(version.map((entry) => entry.source.trimEnd()));
  return disk.filter((entry) => sources.has(entry.source.trimEnd())).length;
}

function missing(version: readonly Entry[], disk: readonly Entry[]): number {
  const ids = new Set(disk.map((entry) => entry.id));
  return version.filter((entry) => entry.id !== null && !ids.has(entry.id)).length;
}
