import { nearestOf } from '../../board/nearest.ts';
import { readSnapshot } from '../../coordinator/publish/read-snapshot.ts';
import { isSameId } from '../../pipeline/named-id.ts';
import type { Problem } from '../../problem.ts';
import { abandonedId, baseMissing, landedId, unknownId } from '../../report/look-problems.ts';
import { withBoard } from '../program/open-board.ts';
import { ok } from '../../problem.ts';
import { readLog } from './read-log.ts';

/**
 * Why an id names no entry that a command could be about: it has landed, was abandoned, or is not known.
 * @returns null: it is on the board
 */
export async function absentEntry(cwd: string, typed: string): Promise<readonly Problem[] | null> {
  const snapshot = await readSnapshot(cwd);
  if (!snapshot.ok) return snapshot.error;
  const ids = snapshot.value.entries.flatMap(({ id }) => id ?? []);
  if (ids.some((id) => isSameId(id, typed))) return null;
  const read = await withBoard(cwd, async ({ repo, view, settings }) => {
    if (view.base === null) return ok([baseMissing(settings.base)]);
    const moves = await readLog(repo, view.base, { id: typed, limit: null, since: null });
    const last = moves.find(({ to }) => to !== null);
    if (last?.to === 'CHANGELOG') return ok([landedId(last.id)]);
    if (last !== undefined) return ok([abandonedId(last.id)]);
    return ok([unknownId(typed, nearestOf(typed.toUpperCase(), ids))]);
  });
  return read.ok ? read.value : read.error;
}
