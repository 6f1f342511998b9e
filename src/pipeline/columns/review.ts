import { plainMove } from '../plain-move.ts';
import { acted, noted, type EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';
import { wantRun } from './stage.ts';

/** An entry in REVIEW: a reviewer judges the branch's tip. */
export function review(world: World, facts: EntryFacts): EntryDecision {
  const { entry, branch } = facts;
  if (entry.reviewed !== null || entry.tested !== null)
    return acted(
      facts,
      plainMove(facts, {
        change: { setFields: { reviewed: null, tested: null } },
        why: 'to be reviewed: its verdicts no longer hold',
      }),
      'to be reviewed',
    );
  if (branch === null || branch.tip === branch.start)
    return noted(
      facts,
      'held',
      `there is nothing to review: branch ${entry.id} ${branch === null ? 'does not exist' : 'has no commit'}; move the entry to TODO`,
    );
  return wantRun(world, facts, 'reviewer', 'work');
}
