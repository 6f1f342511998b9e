import { plainMessage } from '../../landing/commit-message.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** An entry outside TODO gets its id. */
export async function numberEntry(action: ActionOf<'number-entry'>, deps: PerformDeps): Promise<Performed> {
  const message = plainMessage(messages.subjects.numbered(action.id), '', []);
  const written = await deps.writer.change(
    [{ type: 'change', key: action.key, column: action.column, change: { id: action.id } }],
    message,
  );
  const failed = unwritten(written, deps, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({
    type: 'entry-numbered',
    id: action.id,
    title: factsOf(deps, action.key)?.entry.title ?? '',
    column: action.column,
    commit: written.sha,
  });
  return DONE;
}
