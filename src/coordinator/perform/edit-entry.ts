import { plainMessage } from '../../landing/commit-message.ts';
import { entryHash } from '../../system/entry-hash.ts';
import { changedMeanwhile } from '../../pipeline/messages.ts';
import { reply } from './answer-request.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

const ENTRY_CHANGED = 'entry-changed';

/** The user's own text of an entry, unless the entry has another one than it was made from. */
export async function editEntry(action: ActionOf<'edit-entry'>, deps: PerformDeps): Promise<Performed> {
  const { id, key, column, text, request, trailers } = action;
  const entry = factsOf(deps, key)?.entry;
  if (entry === undefined) return { kind: 'stale' };
  if (action.was !== null && entryHash(entry.source) !== action.was) {
    reply(deps.mailbox, request, { ok: false, message: changedMeanwhile(id), text: entry.source });
    return DONE;
  }
  const message = plainMessage(
    action.why === undefined ? messages.subjects.edited(id) : messages.subjects.changed(id, action.why),
    '',
    trailers,
    request,
  );
  const written = await deps.writer.change([{ type: 'replace', key, column, text, was: entry.source }], message);
  // Saved in this very moment: the next look has the text that the answer shows, or that is ticked.
  if (written.kind === 'refused' && written.problem.code === ENTRY_CHANGED) return { kind: 'stale' };
  const failed = unwritten(written, deps, request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({
    type: 'entry-changed',
    id,
    title: entry.title,
    column,
    why: action.why ?? messages.EDITED,
    commit: written.sha,
  });
  reply(deps.mailbox, request, {
    ok: true,
    message: action.why === undefined ? messages.edited(id) : `${id}: ${action.why}`,
    commit: written.sha,
  });
  return DONE;
}
