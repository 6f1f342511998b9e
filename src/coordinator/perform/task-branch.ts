import type { Observation } from '../observe/observation.ts';
import { DONE, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** The entry stands in TODO again: its worktree goes, its branch stays. */
export function removeWorktree({ id }: ActionOf<'remove-worktree'>, { branches, observation }: PerformDeps): Performed {
  if (branches.isBusy(id)) return { kind: 'later', why: messages.worktreeBusy(id) };
  branches.clear(id, observation.workflow.settings);
  return DONE;
}

/** The branch of an entry that left the board, or that is to begin afresh, goes. */
export function retireBranch(
  { id, how }: ActionOf<'retire-branch'>,
  { branches, observation }: PerformDeps,
): Performed {
  if (branches.isBusy(id)) return { kind: 'later', why: messages.branchBusy(id) };
  const { settings } = observation.workflow;
  if (how === 'landed' || how === 'empty') branches.drop(id, settings, branchOf(observation, id));
  else branches.keep(id, settings, how === 'afresh' ? '-rescoped' : '');
  return DONE;
}

/** The entry came back to the board: so does its newest branch. */
export async function restoreBranch(action: ActionOf<'restore-branch'>, deps: PerformDeps): Promise<Performed> {
  const { settings } = deps.observation.workflow;
  const why = await deps.branches.restore(action.id, action, settings, deps.writer.base);
  if (why === null) return { kind: 'stale' };
  return { kind: 'failed', why: messages.branchNotRestored(action.ref, why) };
}

/** A branch of ours, whether its entry is on the board or not. */
const branchOf = ({ world }: Observation, id: string): { readonly tip: string; readonly start: string } | null =>
  world.orphans.find((orphan) => orphan.id === id) ??
  world.entries.find(({ entry }) => entry.id === id)?.branch ??
  null;
