import type { Action } from '../../pipeline/action.ts';
import { unreachable } from '../../unreachable.ts';
import { abandonEntry } from './abandon-entry.ts';
import { addEntry } from './add-entry.ts';
import { reply } from './answer-request.ts';
import { closeMerged } from './close-merged.ts';
import { editEntry } from './edit-entry.ts';
import { landTested } from './land-tested.ts';
import { moveEntry } from './move-entry.ts';
import { numberEntry } from './number-entry.ts';
import { DONE, type Performed, type PerformDeps } from './performed.ts';
import { pickEntries } from './pick-entries.ts';
import { discardResult, startRun, stopRun } from './run-orders.ts';
import { removeWorktree, restoreBranch, retireBranch } from './task-branch.ts';
import { undoEntry } from './undo-entry.ts';
import * as messages from './messages.ts';

/** Performs one action. A board change is one commit; a run is prepared beside the tick. */
export async function perform(action: Action, deps: PerformDeps): Promise<Performed> {
  switch (action.type) {
    case 'move-entry':
      return moveEntry(action, deps);
    case 'pick-entries':
      return pickEntries(action, deps);
    case 'number-entry':
      return numberEntry(action, deps);
    case 'add-entry':
      return addEntry(action, deps);
    case 'edit-entry':
      return editEntry(action, deps);
    case 'abandon-entry':
      return abandonEntry(action, deps);
    case 'close-merged':
      return closeMerged(action, deps);
    case 'land-tested':
      return landTested(action, deps);
    case 'land-entries':
      // The merge queue outlives a tick: the coordinator hands them over itself.
      return { kind: 'later', why: messages.ONLY_COORDINATOR_LANDS };
    case 'undo-entry':
      return undoEntry(action, deps);
    case 'start-run':
      return startRun(action, deps);
    case 'stop-run':
      return stopRun(action, deps);
    case 'put-aside':
      return discardResult(action, deps);
    case 'restore-branch':
      return restoreBranch(action, deps);
    case 'remove-worktree':
      return removeWorktree(action, deps);
    case 'retire-branch':
      return retireBranch(action, deps);
    case 'answer-request':
      reply(deps.mailbox, action.request, action.reply);
      return DONE;
    default:
      return unreachable(action);
  }
}
