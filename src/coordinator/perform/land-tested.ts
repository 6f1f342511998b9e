import { landNow } from './land.ts';
import { stepOf } from '../../pipeline/handover/step.ts';
import { moveEntry } from './move-entry.ts';
import { DONE, factsOf, markRecorded, type ActionOf, type Performed, type PerformDeps } from './performed.ts';

/** The tester's result and the landing in one commit. If it can't land now, the move is made, and the landing follows from the board. */
export async function landTested(
  { candidate, result }: ActionOf<'land-tested'>,
  deps: PerformDeps,
): Promise<Performed> {
  const facts = factsOf(deps, candidate.key);
  if (facts === undefined) return moveEntry(result, deps);
  const { trailers, consumesRun, why } = result;
  const step = stepOf(candidate.id, { sha: '', trailers, report: result.report || why });
  const landed = await landNow(candidate, facts, deps, { trailers, step });
  if (landed.kind !== 'done') return moveEntry(result, deps);
  if (consumesRun !== null) markRecorded(consumesRun, landed.sha, why, deps);
  return DONE;
}
