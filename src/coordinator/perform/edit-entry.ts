import { plainMessage } from '../../landing/commit-message.ts';
import { entryHash } from './entry-hash.ts';
import { reply } from './answer-request.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** The user's own text of an entry, unless the entry has another one than it was made from. */
export async function editEntry(action: ActionOf<'edit-entry'>, deps: PerformDeps): Promise<Performed> {
  const { id, key, column, text, request, trailers } = action;
  const entry = factsOf(deps, key)?.entry;
  if (entry === undefined) return { kind: 'stale' };
  if (entryHash(entry.source) !== action.was) {
    reply(deps.mailbox, request, { ok: false, message: messages.changedMeanwhile(id), text: entry.source });
    return DONE;
  }
  const message = plainMessage(messages.subjects.edited(id), '', trailers, request);
  const written = await deps.writer.change([{ type: 'replace', key, column, text, was: entry.source }], message);
  const failed = unwritten(written, deps, request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({ type: 'entry-changed', id, title: entry.title, column, why: messages.EDITED, commit: written.sha });
  reply(deps.mailbox, request, { ok: true, message: messages.edited(id), commit: written.sha });
  return DONE;
}
