import { plainMove } from '../plain-move.ts';
import * as messages from '../messages.ts';
import { acted, type EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';
import { wantRun } from './stage.ts';

/** An entry in IN_PROGRESS: a task agent works on its branch. */
export function inProgress(world: World, facts: EntryFacts): EntryDecision {
  const { entry } = facts;
  if (entry.reviewed !== null || entry.tested !== null)
    return acted(
      facts,
      plainMove(facts, {
        change: { setFields: { reviewed: null, tested: null } },
        why: messages.IN_WORK_AGAIN,
      }),
      { code: 'clearing-verdicts' },
    );
  return wantRun(world, facts, 'task', 'work');
}
