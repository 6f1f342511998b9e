import { COORDINATOR_FIELDS, type Entry, type Tag } from './entry.ts';
import { isSimilarTitle } from './similar-title.ts';

/**
 * Which version a save was made from: the one whose entries it repeats most, byte for byte; of several the one that
 * knows most of the entries that the person reworded; of several the newest.
 *
 * One exception: if, read against the newest, entries would count as deleted while others were changed or added in the
 * same save, and an equally good older version knows nothing of those entries, then the save was made from that one.
 * (A save that only deletes is a deletion: that is how people abandon entries.)
 *
 * And one more: a save that differs from the newest only in tags that a person deletes to say something (`[APPROVE]`…) is
 * just that, also where an older version, before the coordinator set the tag, reads the same.
 */
export function madeFrom(versions: readonly (readonly Entry[])[], disk: readonly Entry[]): number {
  const newest = versions.length - 1;
  if (freesOnly(versions[newest] ?? [], disk)) return newest;
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

/** Tags whose deletion is a person's word (DESIGN.md section 3). */
const FREED_BY_HAND: readonly Tag[] = ['ESCALATED', 'PAUSED', 'APPROVE'];

/** The same entries in the same order, and all that changed is that tags were deleted (and fields of the coordinator's with them). */
function freesOnly(newest: readonly Entry[], disk: readonly Entry[]): boolean {
  if (newest.length !== disk.length) return false;
  const pairs = newest.map((before, n) => ({ before, after: disk[n]! }));
  const changed = pairs.filter(({ before, after }) => before.source.trimEnd() !== after.source.trimEnd());
  return changed.length > 0 && changed.every(({ before, after }) => isFreed(before, after));
}

function isFreed(before: Entry, after: Entry): boolean {
  const deleted = before.tags.filter((tag) => !after.tags.includes(tag));
  const isSame = before.id !== null && before.id === after.id && before.title === after.title && before.body.trimEnd() === after.body.trimEnd();
  return isSame && deleted.some((tag) => FREED_BY_HAND.includes(tag)) && after.tags.every((tag) => before.tags.includes(tag)) && own(before) === own(after);
}

/** The person's own fields, as written. */
const own = ({ fields }: Entry): string =>
  fields.filter(({ key }) => !COORDINATOR_FIELDS.some((name) => name === key)).map(({ key, value }) => `${key}: ${value}`).join('\n');
