import { plainMove } from '../plain-move.ts';
import * as messages from '../messages.ts';
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
        why: messages.TO_BE_REVIEWED,
      }),
      { code: 'clearing-verdicts' },
    );
  if (branch === null || branch.tip === branch.start)
    return noted(facts, 'held', {
      code: 'nothing-to-judge',
      stage: 'review',
      branch: entry.id ?? '',
      exists: branch !== null,
    });
  return wantRun(world, facts, 'reviewer', 'work');
}
