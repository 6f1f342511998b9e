import { isSameNumber, nearestId } from '../board/nearest.ts';
import type { World } from './world.ts';

/** What a typed task id names. */
export type NamedId =
  | { readonly kind: 'board'; readonly id: string }
  | { readonly kind: 'landed'; readonly id: string }
  | { readonly kind: 'abandoned'; readonly id: string }
  /** `near`: the id that was probably meant; null = none is near. */
  | { readonly kind: 'unknown'; readonly near: string | null };

/** What a typed id names, on the board or in history. Its case does not matter. */
export function namedId(
  { entries, history }: Pick<World, 'entries'> & { readonly history: Pick<World['history'], 'landed' | 'abandoned'> },
  typed: string,
): NamedId {
  const onBoard = entries.flatMap(({ entry }) => entry.id ?? []);
  const find = (ids: Iterable<string>): string | undefined => [...ids].find((id) => isSameId(id, typed));
  const board = find(onBoard);
  if (board !== undefined) return { kind: 'board', id: board };
  const landed = find(history.landed.keys());
  if (landed !== undefined) return { kind: 'landed', id: landed };
  const abandoned = find(history.abandoned);
  if (abandoned !== undefined) return { kind: 'abandoned', id: abandoned };
  const gone = (): string[] => [...history.landed.keys(), ...history.abandoned].filter((id) => isSameNumber(id, typed));
  return { kind: 'unknown', near: nearestId(typed, onBoard) ?? nearestId(typed, gone()) };
}

/** The one of that id, in any case of its letters, or of that number if only one has it. */
export function withId<T extends { readonly id: string | null }>(entries: readonly T[], typed: string): T | undefined {
  const same = entries.find(({ id }) => id !== null && isSameId(id, typed));
  if (same !== undefined) return same;
  const numbered = entries.filter(({ id }) => id !== null && isSameNumber(id, typed));
  return new Set(numbered.map(({ id }) => id)).size === 1 ? numbered[0] : undefined;
}

/** In any case of its letters, or by its number alone. */
export const isNamedBy = (id: string, typed: string): boolean => isSameId(id, typed) || isSameNumber(id, typed);

export const isSameId = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
