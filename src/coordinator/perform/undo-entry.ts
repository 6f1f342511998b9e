import { unreachable } from '../../unreachable.ts';
import { reply } from './answer-request.ts';
import { DONE, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import { undo } from './undo-landing.ts';

/** A landing is taken back, and the command that asked for it is answered. */
export async function undoEntry(action: ActionOf<'undo-entry'>, deps: PerformDeps): Promise<Performed> {
  const undone = await undo(action, deps);
  switch (undone.kind) {
    case 'done': {
      const { id, why, landing } = action;
      deps.emit({ type: 'entry-undone', id, title: undone.title, why, landing, commit: undone.sha });
      reply(deps.mailbox, action.request, { ok: true, message: undone.message, commit: undone.sha });
      return DONE;
    }
    case 'refused':
      reply(deps.mailbox, action.request, { ok: false, message: undone.message });
      return DONE;
    case 'later':
    case 'failed':
    case 'stale':
      return undone;
    default:
      return unreachable(undone);
  }
}
