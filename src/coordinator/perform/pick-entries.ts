import type { BoardEdit } from '../../board/edit/edit.ts';
import { picksMessage } from '../../landing/commit-message.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';

/** One commit: entries move from TODO to IN_PROGRESS. */
export async function pickEntries(action: ActionOf<'pick-entries'>, deps: PerformDeps): Promise<Performed> {
  const edits = action.picks.map(({ key, id }): BoardEdit => ({
    type: 'move',
    key,
    from: 'TODO',
    to: 'IN_PROGRESS',
    position: 'bottom',
    change: key === id ? {} : { id },
  }));
  const ids = action.picks.map(({ id }) => id);
  const written = await deps.writer.change(edits, picksMessage(deps.observation.workflow.settings, ids));
  const failed = unwritten(written, deps, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  for (const { key, id } of action.picks) {
    deps.emit({
      type: 'entry-moved',
      id,
      title: factsOf(deps, key)?.entry.title ?? '',
      from: 'TODO',
      to: 'IN_PROGRESS',
      why: 'picked',
      commit: written.sha,
    });
  }
  return DONE;
}
