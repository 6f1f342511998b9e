import { COORDINATOR_FIELDS, type Entry, type Tag } from '../entry.ts';
import { linesWithText, textDistance } from './line-distance.ts';

/** Which of a file's versions a save was made from. */
export interface Origin {
  /** Index of the version whose whole text differs least from the save; of equals the newest. */
  readonly nearest: number;
  /** The save repeats no line of an entry of any version, so it says nothing about its origin. */
  readonly isRewrite: boolean;
}

/**
 * Finds the version that a save was made from: the one whose whole text differs least,
 * lines outside entries included; of several the newest.
 *
 * One exception: a save that differs from the newest only in tags that a user deletes to release an entry
 * (`[APPROVE]`…) was made from the newest, also where an older version, before the tag was set, reads the same.
 * @param versions texts, oldest first, with a way to read their entries
 */
export function madeFrom(
  versions: readonly { readonly text: string; readonly entries: () => readonly Entry[] }[],
  save: { readonly text: string; readonly entries: readonly Entry[] },
): Origin {
  const newest = versions.length - 1;
  const last = versions[newest];
  if (
    last !== undefined &&
    outside(last.text, last.entries()) === outside(save.text, save.entries) &&
    freesOnly(last.entries(), save.entries, () => isNearerToOlder(versions, save.text))
  )
    return { nearest: newest, isRewrite: false };
  let nearest = newest;
  let least = Infinity;
  for (let index = newest; index >= 0 && least > 0; index--) {
    const distance = textDistance(versions[index]!.text, save.text, least);
    if (distance >= least) continue;
    least = distance;
    nearest = index;
  }
  const saved = new Set(linesWithText(save.text));
  const repeats = (version: { readonly entries: () => readonly Entry[] }): boolean =>
    version.entries().some(({ source }) => linesWithText(source).some((line) => saved.has(line)));
  const isRewrite = versions[newest] !== undefined && !versions.toReversed().some(repeats);
  return { nearest, isRewrite };
}

function isNearerToOlder(versions: readonly { readonly text: string }[], text: string): boolean {
  const distance = textDistance(versions.at(-1)?.text ?? '', text);
  return versions.slice(0, -1).some((older) => textDistance(older.text, text, distance) < distance);
}

/** The lines that belong to no entry. */
function outside(text: string, entries: readonly Entry[]): string {
  let rest = text;
  for (const { start, end } of entries.toReversed()) rest = rest.slice(0, start) + rest.slice(end);
  return linesWithText(rest).join('\n');
}

/** Tags that a user deletes to release an entry. */
const RELEASED_BY_HAND: readonly Tag[] = ['ESCALATED', 'PAUSED', 'APPROVE'];

/**
 * The same entries in the same order, and all that changed is that tags were deleted, and fields of the coordinator's with them.
 * @param isOld asks whether an older version is nearer: then the fields must be there still, with what the coordinator wrote
 */
function freesOnly(newest: readonly Entry[], disk: readonly Entry[], isOld: () => boolean): boolean {
  if (newest.length !== disk.length) return false;
  const pairs = newest.map((before, n) => ({ before, after: disk[n]! }));
  const changed = pairs.filter(({ before, after }) => before.source.trimEnd() !== after.source.trimEnd());
  if (changed.length === 0 || !changed.every(({ before, after }) => isFreed(before, after))) return false;
  return changed.every(({ before, after }) => written(before) === written(after)) || !isOld();
}

function isFreed(before: Entry, after: Entry): boolean {
  const deleted = before.tags.filter((tag) => !after.tags.includes(tag));
  const isSame =
    before.id !== null &&
    before.id === after.id &&
    before.title === after.title &&
    before.body.trimEnd() === after.body.trimEnd();
  return (
    isSame &&
    deleted.some((tag) => RELEASED_BY_HAND.includes(tag)) &&
    after.tags.every((tag) => before.tags.includes(tag)) &&
    own(before) === own(after)
  );
}

const written = ({ fields }: Pick<Entry, 'fields'>): string =>
  fields.map(({ key, value }) => `${key}: ${value}`).join('\n');

/** The user's own fields, as written. */
const own = ({ fields }: Entry): string =>
  written({ fields: fields.filter(({ key }) => !COORDINATOR_FIELDS.some((name) => name === key)) });
