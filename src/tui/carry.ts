import { COLUMNS, type Column } from '../board/entry.ts';
import type { Snapshot, SnapshotEntry } from '../contract/snapshot.ts';
import { movesFor } from '../report/ways/moves.ts';
import type { BoardRequest } from '../surfaces/board-types.ts';
import type { BoardLine } from './entries.ts';

/** An entry that the user carries to another place; nothing is written before Enter. */
export interface Carry {
  readonly key: string;
  readonly to: Column;
  /** It stands before this many entries of the column less one: 0 is the top. */
  readonly place: number;
  /** Whether its branch has commits of its own; null: not known. */
  readonly hasWork: boolean | null;
}

/** The entries of a column that are not parked, in their order, without the carried one. */
const othersIn = ({ entries }: Snapshot, column: Column, key: string): readonly SnapshotEntry[] =>
  entries.filter((entry) => entry.column === column && entry.parked === null && entry.key !== key);

const carriedIn = ({ entries }: Snapshot, { key }: Carry): SnapshotEntry | undefined =>
  entries.find((entry) => entry.key === key);

/** How many stand before it in its own column now. */
function placeNow(snapshot: Snapshot, entry: SnapshotEntry): number {
  const column = snapshot.entries.filter(({ column, parked }) => column === entry.column && parked === null);
  const at = column.indexOf(entry);
  return at < 0 ? column.length : at;
}

export const carryOf = (snapshot: Snapshot, entry: SnapshotEntry, hasWork: boolean | null): Carry => ({
  key: entry.key,
  to: entry.column,
  place: placeNow(snapshot, entry),
  hasWork,
});

/** What the move means; '' where the entry stands in its place, or has gone. */
export function carryWords(snapshot: Snapshot, carry: Carry): string {
  const entry = carriedIn(snapshot, carry);
  if (entry === undefined || moveOf(snapshot, carry) === null) return '';
  return movesFor(entry, carry.hasWork).find(({ to }) => to === carry.to)?.words ?? '';
}

/** One place, or several, up (negative) or down in its column. */
export function carriedBy(snapshot: Snapshot, carry: Carry, by: number): Carry {
  const last = othersIn(snapshot, carry.to, carry.key).length;
  return { ...carry, place: Math.min(last, Math.max(0, carry.place + by)) };
}

/** To the next column that has a meaning for it, or to the one before: to the place where it comes by itself, in its own column to where it is. */
export function carriedAcross(snapshot: Snapshot, carry: Carry, by: 1 | -1): Carry {
  const entry = carriedIn(snapshot, carry);
  if (entry === undefined) return carry;
  const offered = movesFor(entry, carry.hasWork).map(({ to }) => to);
  const to = offered[offered.indexOf(carry.to) + by];
  if (to === undefined) return carry;
  if (to === entry.column) return carryOf(snapshot, entry, carry.hasWork);
  return { ...carry, to, place: to === 'TODO' ? 0 : othersIn(snapshot, to, carry.key).length };
}

/** The board as it would stand: all columns in their order, without filter. The columns of the work stand first. */
export function carryLines(snapshot: Snapshot, carry: Carry): readonly BoardLine[] {
  const carried = carriedIn(snapshot, carry);
  return [...COLUMNS.slice(1), 'TODO' as const].flatMap((column): BoardLine[] => {
    const others = othersIn(snapshot, column, carry.key);
    const all = column === carry.to && carried !== undefined ? others.toSpliced(carry.place, 0, carried) : others;
    return all.map((entry) => ({ entry, group: column }));
  });
}

/** What the board is asked for. null: it stands there already, or it has gone. */
export function moveOf(snapshot: Snapshot, carry: Carry): BoardRequest | null {
  const entry = carriedIn(snapshot, carry);
  if (entry === undefined || (carry.to === entry.column && carry.place === placeNow(snapshot, entry))) return null;
  const others = othersIn(snapshot, carry.to, carry.key);
  const was = entry.was === undefined ? {} : { was: entry.was };
  const request = { command: 'move', taskId: entry.id, to: carry.to, ...was } as const;
  if (carry.place >= others.length) return { ...request, position: 'bottom' };
  // A note has no id to be named by: the next entry that has one.
  const next = others.slice(carry.place).find(({ id }) => id !== null);
  if (carry.place === 0) return { ...request, position: 'top' };
  return next === undefined || next.id === null ? { ...request, position: 'bottom' } : { ...request, before: next.id };
}

/** The command that does the same, to copy. */
export function moveCommand({ taskId, to, before, position }: BoardRequest): string {
  const where = before === undefined ? `--${position ?? 'bottom'}` : `--before ${before}`;
  return `kanban move ${taskId} ${to} ${where}`;
}
