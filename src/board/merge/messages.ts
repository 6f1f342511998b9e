import type { Column } from '../entry.ts';

type Side = 'ours' | 'theirs';

/** "Here" is the side that merges. */
const WHERE: Readonly<Record<Side, string>> = { ours: 'here', theirs: 'there' };
const OTHER: Readonly<Record<Side, Side>> = { ours: 'theirs', theirs: 'ours' };

/** @param side where it was changed */
export const deletedAndChanged = (name: string, side: Side): string =>
  `${name} was deleted ${WHERE[OTHER[side]]} and changed ${WHERE[side]}: it stays`;

export const movedByBoth = (name: string, ours: Column, theirs: Column): string =>
  `${name} was moved to ${ours} here and to ${theirs} there: it stays in ${ours}`;

export const REWORDED_BY_BOTH = 'it was reworded on both sides: both texts are kept, delete one of them';

interface GivenTwice {
  readonly id: string;
  /** Title of the entry that keeps the id; null: its task has left the board. */
  readonly keeper: string | null;
  /** Title of the entry that gets a new number. */
  readonly title: string;
  /** Names of the entries that may depend on it by the id. */
  readonly dependents: readonly string[];
}

export const idGivenTwice = ({ id, keeper, title, dependents }: GivenTwice): string => {
  const other = keeper === null ? 'another task, which has left the board' : `"${keeper}"`;
  const maybe = dependents.length === 0 ? '' : ` (${dependents.join(', ')} may mean it by "depends: ${id}")`;
  return `${id} was given twice: it is ${other}; "${title}" gets a new number${maybe}`;
};

export const numberTaken = (id: string): string => `it was in work as ${id} on one side, and that number is taken`;
