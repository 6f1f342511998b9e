import type { Action } from './action.ts';
import type { OrphanBranch, World } from './world.ts';

/** How long an entry may be missing (cut and paste takes a minute) before its branch is put away. */
export const VANISHED_FOR = 10 * 60_000;

/** Branches of ours without an entry: landed or empty ones go, others are kept under `refs/kanban/abandoned/`. */
export function retireOrphans(world: World): {
  readonly actions: readonly Action[];
  readonly times: readonly number[];
} {
  const waiting = world.orphans.filter(
    ({ id }) => !world.unsure.has(id) && !world.runs.some((run) => run.taskId === id),
  );
  return {
    actions: waiting
      .filter((orphan) => isDue(world, orphan))
      .map(({ id, ...orphan }) => ({ type: 'retire-branch', id, how: howOf(orphan) })),
    times: waiting.map((orphan) => goesAt(world, orphan)),
  };
}

const howOf = ({ inBase, hasCommits }: Pick<OrphanBranch, 'inBase' | 'hasCommits'>): 'landed' | 'abandoned' | 'empty' =>
  inBase ? 'landed' : hasCommits ? 'abandoned' : 'empty';

/** What stops everything (an unreadable board, say) also makes a missing entry doubtful; a landed branch is not. */
function isDue(world: World, orphan: OrphanBranch): boolean {
  if (orphan.inBase) return true;
  if (world.stops.length > 0) return false;
  return world.mode !== 'run' || goesAt(world, orphan) <= world.now;
}

const goesAt = (world: World, { id, missedSince, inBase }: OrphanBranch): number =>
  missedSince === null || inBase || world.history.abandoned.has(id) ? 0 : missedSince + VANISHED_FOR;
