import { START_REFS } from './names.ts';
import type { Observation } from './observation.ts';

/**
 * Ids whose run folders stay: of every entry on the board, and of those that have a branch, since their work may not have
 * landed. @returns null: the board can't be read as a whole, so nothing tells
 */
export function idsWithNeededRuns({ board, git, inMotion, world }: Observation): ReadonlySet<string> | null {
  if (inMotion || board.unreadable.length > 0 || board.missing.length > 0) return null;
  const onBoard = world.entries.flatMap(({ entry }) => entry.id ?? []);
  const started = [...git.refs.keys()].flatMap((name) =>
    name.startsWith(START_REFS) ? [name.slice(START_REFS.length)] : [],
  );
  return new Set([...onBoard, ...started, ...world.unsure]);
}
