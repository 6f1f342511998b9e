import { columnPath } from '../../../board/parse.ts';
import { COLUMNS, type BoardTexts } from '../../../board/entry.ts';
import type { Place, Problem } from '../../../problem.ts';

/** What the board says, and what its files hold, where a save was made from an older text. */
interface TwoTexts {
  readonly texts: BoardTexts;
  /** null: the board is checked out nowhere. */
  readonly disk: BoardTexts | null;
}

/**
 * The problems with the lines of the files on disk: the user looks there. The board itself may have entries that a save
 * lacked; what only these have gets no place.
 */
export function withPlacesOnDisk(
  problems: readonly Problem[],
  { texts, disk }: TwoTexts,
  boardPath: string,
): readonly Problem[] {
  const changed = new Map(
    COLUMNS.flatMap((column) => {
      const [own, there] = [texts[column], disk?.[column] ?? null];
      return disk === null || own === null || own === there
        ? []
        : [[columnPath(column, { boardPath }), { own, there }]];
    }),
  );
  if (changed.size === 0) return problems;
  const placed = (where: Place): Place | null => {
    const both = changed.get(where.file);
    if (both === undefined) return where;
    const line = both.there === null ? null : lineOnDisk(where, both.own, both.there);
    return line === null ? null : { ...where, line };
  };
  return problems.map(({ where, also, ...problem }) => {
    const place = where === undefined ? null : placed(where);
    const others = (also ?? []).flatMap((other) => {
      const there = placed(other.where);
      return there === null ? [] : [{ ...other, where: there }];
    });
    return {
      ...problem,
      ...(place === null ? {} : { where: place }),
      ...(others.length === 0 ? {} : { also: others }),
    };
  });
}

/** The same occurrence of the same line; null: the file on disk has none. */
function lineOnDisk({ line, lineText }: Place, own: string, there: string): number | null {
  const before = linesOf(own)
    .slice(0, line - 1)
    .filter((text) => text === lineText).length;
  const all = linesOf(there).flatMap((text, index) => (text === lineText ? [index + 1] : []));
  return all[before] ?? all.at(-1) ?? null;
}

const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);
