import type { Entry } from '../entry.ts';
import { linesWithText, textDistance } from './line-distance.ts';
import type { Save } from './save.ts';

/** What tells whether an entry stands in a save because the save is old. */
interface Places {
  readonly save: Save;
  /** Index of the version that differs least from the save. */
  readonly nearest: number;
  readonly nearestEntries: readonly Entry[];
  /** In the file as the coordinator knows it. */
  readonly now: readonly Entry[];
  /** In the save. */
  readonly mine: readonly Entry[];
  /** In the other columns. */
  readonly elsewhere: readonly Entry[];
}

/**
 * Entries of a save that the coordinator has moved to another column since, and that are not there now because that file was
 * saved from an old text too. Two old texts are no move by hand: the entry is where it was moved to. A person who moved it back
 * saved the text as it is now with the entry put in, or one that is nearer to that than to the old one.
 */
export function oldPlaces({ save, nearest, nearestEntries, now, mine, elsewhere }: Places): readonly Entry[] {
  const newest = save.versions.length - 1;
  if (nearest === newest || !save.versions.slice(nearest + 1).some(({ by }) => by === 'coordinator')) return [];
  const here = new Set([...now, ...elsewhere].map(({ id }) => id));
  const before = new Set(nearestEntries.map(({ id }) => id));
  const old = mine.filter(({ id }) => {
    const place = id === null ? undefined : save.places?.get(id);
    return place !== undefined && place !== save.column && !here.has(id) && before.has(id);
  });
  if (old.length === 0) return [];
  const distance = textDistance(save.versions[nearest]!.text, save.disk);
  return textDistance(save.versions[newest]!.text, without(save.disk, old), distance + 1) <= distance ? [] : old;
}

/** A text without some of its entries. */
export function without(text: string, entries: readonly Entry[]): string {
  let rest = text;
  for (const { start, end } of entries.toSorted((a, b) => b.start - a.start))
    rest = rest.slice(0, start) + rest.slice(end);
  return linesWithText(rest).join('\n');
}
