import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { BoardEdit } from '../../board/edit/edit.ts';
import { checkoutState } from '../../git/checkout.ts';
import { git } from '../../git/git.ts';
import { stepOf } from '../../pipeline/handover/step.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import { waysOut } from '../../report/ways/ways-out.ts';
import { moveMessage } from '../../landing/commit-message.ts';
import { inspectPlace } from '../../worktrees/worktree-place.ts';
import { workState } from '../../worktrees/rescue.ts';
import { branchName, worktreePath } from '../observe/names.ts';
import * as messages from './messages.ts';
import { reply } from './answer-request.ts';
import {
  DONE,
  factsOf,
  markRecorded,
  unwritten,
  type ActionOf,
  type Performed,
  type PerformDeps,
} from './performed.ts';

/** One commit: an entry changes its column, tags or fields. */
export async function moveEntry(action: ActionOf<'move-entry'>, deps: PerformDeps): Promise<Performed> {
  const { writer, observation } = deps;
  const uncommitted = action.needsCommitted === true ? await uncommittedWork(action.id, deps) : null;
  if (uncommitted !== null && action.request !== null) {
    reply(deps.mailbox, action.request, { ok: false, message: uncommitted });
    return DONE;
  }
  const message = moveMessage(observation.workflow.settings, action);
  const written = await writer.change([editOf(action)], message);
  const failed = unwritten(written, deps, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  if (action.consumesRun !== null) markRecorded(action.consumesRun, written.sha, action.why, deps);
  remember(action, written.sha, deps);
  reportMove(action, written.sha, deps);
  if (action.request !== null)
    reply(deps.mailbox, action.request, { ok: true, message: `${action.id}: ${action.why}`, commit: written.sha });
  return DONE;
}

/** What is not committed in the entry's worktree, and how it is; null: nothing. */
async function uncommittedWork(id: string, { observer, observation }: PerformDeps): Promise<string | null> {
  const { settings } = observation.workflow;
  const path = worktreePath(observer.repo, settings, id);
  const place = inspectPlace(observer.repo, path, id);
  if (place.kind !== 'registered' || !place.folder || !place.linked) return null;
  const branchRef = `refs/heads/${branchName(settings, id)}`;
  const shown = relative(observer.repo.root, path) || path;
  const { operation } = checkoutState(place.gitDir);
  if (operation !== null) return messages.fixInOperation(id, shown, operation, await conflictsIn(path));
  const { changes } = await workState({ repo: observer.repo, path, gitDir: place.gitDir, branchRef });
  if (changes.length === 0) return null;
  return messages.fixNotCommitted(
    id,
    shown,
    changes.map((change) => change.path),
  );
}

/** Files that a merge or the like has left in conflict. */
async function conflictsIn(path: string): Promise<readonly string[]> {
  const { stdout } = await git(['diff', '--name-only', '-z', '--diff-filter=U'], { cwd: path });
  return stdout.split('\0').filter((file) => file !== '');
}

/** What it recorded is quoted to the next stages, whole. */
function remember({ id, trailers, report, why }: ActionOf<'move-entry'>, sha: string, { observer }: PerformDeps): void {
  const isToTodo = trailers.some(({ name, value }) => name === 'Kanban-Move' && value.endsWith(' -> TODO'));
  if (!isToTodo && !trailers.some(({ name }) => name === 'Kanban-Verdict' || name === 'Kanban-By')) return;
  observer.runReports.add(id, stepOf(id, { sha, trailers, report: report || why }));
}

/** `from === to`, at the bottom: the entry stays where it is. */
const editOf = ({ key, from, to, position, before, reorders, change }: ActionOf<'move-entry'>): BoardEdit =>
  from === to && position === 'bottom' && reorders !== true
    ? { type: 'change', key, column: from, change }
    : { type: 'move', key, from, to, position, before, change };

function reportMove(action: ActionOf<'move-entry'>, commit: string, deps: PerformDeps): void {
  const facts = factsOf(deps, action.key);
  const title = facts?.entry.title ?? '';
  // The reason follows in the event that calls the user.
  const why = action.change.addTags?.includes('ESCALATED') ? 'escalated' : action.why;
  deps.emit(
    action.from === action.to
      ? { type: 'entry-changed', id: action.id, title, column: action.to, why, commit }
      : { type: 'entry-moved', id: action.id, title, from: action.from, to: action.to, why, commit },
  );
  reportPause(action, deps);
  if (action.needsPerson && facts !== undefined)
    deps.emit({
      type: 'person-needed',
      id: action.id,
      title,
      column: action.to,
      why: action.why,
      ways: waysAfter(action, facts, deps),
    });
}

function reportPause({ id, change, why, report }: ActionOf<'move-entry'>, { emit }: PerformDeps): void {
  if (change.addTags?.includes('PAUSED') === true) emit({ type: 'paused', id, why: report || why });
  if (change.removeTags?.includes('PAUSED') === true) emit({ type: 'resumed', id, why: report });
}

function waysAfter(
  action: ActionOf<'move-entry'>,
  facts: EntryFacts,
  { observer, observation }: PerformDeps,
): readonly string[] {
  const path = worktreePath(observer.repo, observation.workflow.settings, action.id);
  const tags = [...facts.entry.tags, ...(action.change.addTags ?? [])];
  return waysOut({
    id: action.id,
    tags,
    column: action.to,
    state: 'needs-person',
    worktree: existsSync(path) ? relative(observer.repo.root, path) : null,
  });
}
