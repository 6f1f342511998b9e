import { numberEntries } from '../../board/edit/number-entries.ts';
import type { Trailer } from '../../pipeline/action.ts';
import { plainMessage } from '../../landing/commit-message.ts';
import { reply } from './answer-request.ts';
import { DONE, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** New entries in TODO, in one commit; what a run proposes is parked. */
export async function addEntry(action: ActionOf<'add-entry'>, deps: PerformDeps): Promise<Performed> {
  const { settings } = deps.observation.workflow;
  const { proposedBy, keys } = action;
  const { text, entries } = numberEntries(action.text, {
    ids: settings.ids,
    used: deps.observation.world.usedIds,
    keys,
  });
  const named = entries.map(({ id }) => id).join(', ');
  const trailers =
    proposedBy === undefined
      ? []
      : entries.map(({ id }): Trailer => ({ name: 'Kanban-Proposed', value: `${id} ${proposedBy.run}` }));
  const subject =
    proposedBy === undefined ? messages.subjects.added(named) : messages.subjects.proposed(named, proposedBy.run);
  const message = plainMessage(subject, '', trailers, action.request);
  const under = proposedBy === undefined ? {} : { under: `Proposed (${proposedBy.taskId})` };
  const written = await deps.writer.change(
    [{ type: 'add', column: 'TODO', position: action.position ?? 'bottom', text, ...under }],
    message,
  );
  const failed = unwritten(written, deps, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  for (const { id, title } of entries) deps.emit({ type: 'entry-added', id, title, commit: written.sha });
  const [first] = entries;
  reply(deps.mailbox, action.request, {
    ok: true,
    message: proposedBy === undefined ? messages.added(entries) : messages.proposed(entries),
    ...(first === undefined ? {} : { id: first.id, ids: entries.map(({ id }) => id) }),
    commit: written.sha,
  });
  // The next number is only known once this one is on the board.
  return { kind: 'stale' };
}
