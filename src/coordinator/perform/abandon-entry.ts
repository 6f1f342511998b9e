import { insertChangelogLine } from '../../landing/changelog/changelog.ts';
import { plainMessage } from '../../landing/commit-message.ts';
import { reply } from './answer-request.ts';
import { changelogFile } from './close-merged.ts';
import { DONE, factsOf, unwritten, type ActionOf, type Performed, type PerformDeps } from './performed.ts';
import type { BranchFacts } from '../../pipeline/world.ts';
import { abandonedRef } from './branches.ts';
import * as messages from './messages.ts';

/** The entry leaves the board for good; its branch is kept. */
export async function abandonEntry(action: ActionOf<'abandon-entry'>, deps: PerformDeps): Promise<Performed> {
  const { settings } = deps.observation.workflow;
  const title = factsOf(deps, action.key)?.entry.title ?? '';
  const line = `- Abandoned ${action.id}: ${title}${action.why === '' ? '' : ` — ${action.why}`}`;
  const message = plainMessage(
    action.deleted === true ? messages.subjects.deleted(action.id) : `kanban: ${action.id} abandoned`,
    action.why,
    [{ name: 'Kanban-Move', value: `${action.id} ${action.from} -> ABANDONED` }, ...(action.trailers ?? [])],
    action.request,
  );
  const changelog = action.deleted === true ? null : settings.changelog;
  const extra = changelogFile(changelog, (text) => insertChangelogLine(text, { section: 'Removed', line }));
  const written = await deps.writer.change([{ type: 'remove', key: action.key, column: action.from }], message, extra);
  const failed = unwritten(written, deps, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  deps.emit({ type: 'entry-abandoned', id: action.id, title, why: action.why, commit: written.sha });
  const branch = factsOf(deps, action.key)?.branch ?? null;
  if (branch !== null) deps.branches.keep(action.id, settings, '');
  reply(deps.mailbox, action.request, {
    ok: true,
    message: abandonedText(action.id, deps, branch),
    commit: written.sha,
  });
  return DONE;
}

function abandonedText(id: string, { observation }: PerformDeps, branch: BranchFacts | null): string {
  if (branch === null) return messages.abandonedWithoutBranch(id);
  if (branch.tip === branch.start) return messages.abandonedEmptyBranch(id);
  return messages.abandoned(id, abandonedRef(observation.git.refs.keys(), id));
}
