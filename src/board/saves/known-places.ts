import { type BoardTexts, type Column, COLUMNS } from '../entry.ts';
import { type BoardOptions, columnPath } from '../parse.ts';
import { parseColumn } from '../parse/parse-column.ts';
import type { Save } from './save.ts';

/** What the coordinator knows of the whole board when it reads a save. */
export type KnownPlaces = Required<Pick<Save, 'known' | 'places'>>;

/**
 * @param committed base's texts: what they have in work is on the board until its deletion is committed
 * @param newest the columns as the coordinator knows them
 */
export function knownPlaces(committed: BoardTexts, newest: BoardTexts, options: BoardOptions): KnownPlaces {
  const idsOf = (column: Column, text: string | null): string[] =>
    parseColumn({ column, path: columnPath(column, options), text: text ?? '' }, options).column.entries.flatMap(
      ({ id }) => id ?? [],
    );
  const places = new Map<string, Column>();
  const known = new Set<string>();
  for (const column of COLUMNS) {
    const inBase = idsOf(column, committed[column]);
    for (const id of inBase) places.set(id, column);
    const isSame = (committed[column] ?? '') === (newest[column] ?? '');
    for (const id of isSame ? inBase : idsOf(column, newest[column])) known.add(id);
    if (column !== 'TODO') for (const id of inBase) known.add(id);
  }
  return { places, known };
}
