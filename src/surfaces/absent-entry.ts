import { readSnapshot } from '../coordinator/inspect/read-snapshot.ts';
import { missingBase } from '../coordinator/observe/missing-base.ts';
import { withId } from '../pipeline/named-id.ts';
import { ok, type Problem } from '../problem.ts';
import { abandonedId, landedId, unknownAmong } from '../report/look-problems.ts';
import { idsOf } from './entries-on-board.ts';
import { readLog } from './read-log.ts';
import { withBoard } from './with-board.ts';

/**
 * Why an id names no entry that a command could be about: it has landed, was abandoned, or is not known.
 * @returns null: it is on the board
 */
export async function absentEntry(cwd: string, typed: string): Promise<readonly Problem[] | null> {
  const snapshot = await readSnapshot(cwd);
  if (!snapshot.ok) return snapshot.error;
  const { entries } = snapshot.value;
  if (withId(entries, typed) !== undefined) return null;
  const read = await withBoard(cwd, async ({ repo, view, settings }) => {
    if (view.base === null) return ok([missingBase(repo, settings.base)]);
    const moves = await readLog(repo, view.base, { id: typed, limit: null, since: null });
    const last = moves.find(({ to, deleted }) => to !== null || deleted !== null);
    if (last?.to === 'CHANGELOG') return ok([landedId(last.id)]);
    if (last !== undefined) return ok([abandonedId(last.id)]);
    return ok([unknownAmong(typed, idsOf(entries))]);
  });
  return read.ok ? read.value : read.error;
}
