import { COLUMNS, type Column } from '../../board/entry.ts';
import type { SnapshotEntry } from '../../contract/snapshot.ts';

/** A column that an entry can be moved to by the user, and what that means. */
export interface Move {
  readonly to: Column;
  /** Without a full stop; it begins with what the column makes of the entry. */
  readonly words: string;
}

/** What is asked of an entry. */
export type Movable = Pick<SnapshotEntry, 'id' | 'column' | 'tags' | 'parked' | 'run'>;

/**
 * The moves that have a meaning for an entry now, in the order of the columns: what the request `move` carries out. Every
 * surface offers these and no others, in these words.
 * @param hasWork whether its branch has commits of its own; null: not known here, and the request may be refused
 */
export function movesFor(entry: Movable, hasWork: boolean | null): readonly Move[] {
  if (entry.id === null) return [];
  const needsWork = (to: Column): boolean => to === 'REVIEW' || to === 'TESTING';
  return COLUMNS.filter((to) => to === entry.column || hasWork !== false || !needsWork(to)).map((to) => ({
    to,
    words: to === entry.column ? withinColumn(entry) : acrossColumns(entry, to),
  }));
}

function withinColumn({ column, parked }: Movable): string {
  if (parked === null) return `another place in ${column}: what stands higher is started first`;
  return column === 'TODO'
    ? `out of “${parked}”: it can be picked`
    : `out of “${parked}”: it is worked on again in ${column}`;
}

function acrossColumns({ run, tags }: Movable, to: Column): string {
  const first = run === null ? '' : 'stops its run and commits that work; then ';
  const last = tags.includes('PAUSED') ? '; it is paused, so nothing starts until it is resumed' : '';
  return `${first}${MEANING[to]}${last}`;
}

const MEANING: Readonly<Record<Column, string>> = {
  TODO: 'removes its worktree, clears its verdicts and attempts, and keeps its branch, on which the next pick continues',
  IN_PROGRESS: 'starts a task run on its branch',
  REVIEW: 'starts a reviewer on what its branch has now',
  TESTING: 'this counts as your review: what its branch has now is tested, and lands when the tests pass',
};
