import type { Column } from '../../board/entry.ts';
import type { EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';
import { inProgress } from './in-progress.ts';
import { review } from './review.ts';
import { testing } from './testing.ts';
import { todo } from './todo.ts';

/** The pipeline, in the order of the work: todo → in-progress → review → testing (→ changelog, by landing). */
export const RULES: Readonly<Record<Column, (world: World, facts: EntryFacts) => EntryDecision>> = {
  TODO: todo,
  IN_PROGRESS: inProgress,
  REVIEW: review,
  TESTING: testing,
};
