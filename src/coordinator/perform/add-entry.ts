import { nextId } from '../../board/next-id.ts';
import type { Trailer } from '../../pipeline/action.ts';
import { plainMessage } from '../../landing/commit-message.ts';
import { reply } from './answer-request.ts';
import { DONE, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import * as messages from './messages.ts';

/** A new entry in TODO; one that a run proposes is parked. */
export async function addEntry(action: ActionOf<'add-entry'>, deps: PerformDeps): Promise<Performed> {
  const { settings } = deps.observation.workflow;
  const text = action.text.replace(
    /^(##\s+(?:\[[A-Z]+\]\s+)*)\S+-\?:/m,
    (_, hashes: string) => `${hashes}${nextId(settings.ids[0] ?? 'T', deps.observation.world.usedIds)}:`,
  );
  const { heading, id } = titled(text);
  const { proposedBy } = action;
  const trailers: Trailer[] =
    proposedBy === undefined ? [] : [{ name: 'Kanban-Proposed', value: `${id} ${proposedBy.run}` }];
  const subject =
    proposedBy === undefined ? messages.subjects.added(id) : messages.subjects.proposed(id, proposedBy.run);
  const message = plainMessage(subject, '', trailers, action.request);
  const under = proposedBy === undefined ? {} : { under: `Proposed (${proposedBy.taskId})` };
  const written = await deps.writer.change(
    [{ type: 'add', column: 'TODO', position: action.position ?? 'bottom', text, ...under }],
    message,
  );
  const failed = unwritten(written, deps, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({ type: 'entry-added', id, title: heading, commit: written.sha });
  reply(deps.mailbox, action.request, {
    ok: true,
    message: proposedBy === undefined ? messages.added(id, heading) : messages.proposed(id, heading),
    id,
    commit: written.sha,
  });
  // The next number is only known once this one is on the board.
  return { kind: 'stale' };
}

function titled(text: string): { heading: string; id: string } {
  const [, id = 'T-?', heading = ''] = /^##\s+(?:\[[A-Z]+\]\s+)*(\S+-(?:\d+|\?)):\s*(.*)$/m.exec(text) ?? [];
  return { heading, id };
}
