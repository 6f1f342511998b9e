import { markTaken, requestStop, runsFolder, type RunRecord } from '../../runs/run-store.ts';
import { answer, settleRequest } from '../../runs/mailbox.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import { insertChangelogLine } from '../../landing/changelog/changelog.ts';
import type { Action, Trailer } from '../../pipeline/action.ts';
import type { Reply } from '../../contract/request.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import { nextId } from '../../board/next-id.ts';
import { waysOut } from '../../report/ways-out.ts';
import { unreachable } from '../../unreachable.ts';
import type { BoardEdit } from '../../board/edit/edit.ts';
import type { BoardWriter, ExtraFile, Written } from './board-writer.ts';
import type { Branches } from './branches.ts';
import { moveMessage, picksMessage, plainMessage } from '../commit-message.ts';
import { changelogLine, landTested } from './land.ts';
import { worktreePath, type Observation, type Observer } from '../observe/observer.ts';
import type { RunStarter } from '../launch/run-launcher.ts';
import { undo } from './undo-entry.ts';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * `done`: it changed something. `later`: it was not tried, because somebody is at work there for a moment. `failed`: it
 * can't be done as things are. `stale`: the world has changed; look again.
 */
export type Performed =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string; readonly fix?: string; readonly lasting?: boolean }
  | { readonly kind: 'stale'; readonly edited?: string | undefined };

export interface PerformParts {
  readonly observer: Observer;
  readonly observation: Observation;
  readonly writer: BoardWriter;
  readonly starter: RunStarter | null;
  readonly branches: Branches;
  /** Where commands wait for answers. */
  readonly mailbox: string;
  readonly emit: (event: KanbanEvent) => void;
}

const DONE: Performed = { kind: 'done' };

/** Does one action. A board change is one commit; a run is prepared beside the tick. */
export async function perform(action: Action, parts: PerformParts): Promise<Performed> {
  switch (action.type) {
    case 'move-entry':
      return moveEntry(action, parts);
    case 'pick-entries':
      return pickEntries(action, parts);
    case 'number-entry':
      return numberEntry(action, parts);
    case 'add-entry':
      return addEntry(action, parts);
    case 'abandon-entry':
      return abandonEntry(action, parts);
    case 'close-merged':
      return closeMerged(action, parts);
    case 'land-entries':
      // The merge queue's, which outlives a tick: the coordinator hands them over itself.
      return { kind: 'later', why: 'only a coordinator lands' };
    case 'undo-entry':
      return undoEntry(action, parts);
    case 'start-run':
      if (parts.branches.isBusy(action.id))
        return { kind: 'later', why: `the worktree of ${action.id} is being removed` };
      parts.starter?.start(action, parts.observation, parts.writer.base);
      return DONE;
    case 'stop-run':
      return stopRun(action, parts);
    case 'put-aside':
      return putAside(action.run, action.why, parts);
    case 'restore-branch':
      return restoreBranch(action, parts);
    case 'remove-worktree':
      if (parts.branches.isBusy(action.id)) return { kind: 'later', why: 'it is being removed' };
      parts.branches.clear(action.id, parts.observation.workflow.settings);
      return DONE;
    case 'retire-branch':
      return retireBranch(action, parts);
    case 'answer-request':
      reply(parts, action.request, action.reply);
      return DONE;
    default:
      return unreachable(action);
  }
}

type Of<T extends Action['type']> = Extract<Action, { type: T }>;

async function moveEntry(action: Of<'move-entry'>, parts: PerformParts): Promise<Performed> {
  if (action.lands !== undefined && (await landToo(action, action.lands, parts))) return DONE;
  const { writer, observation } = parts;
  const same = action.from === action.to && action.position === 'bottom';
  const edit: BoardEdit = same
    ? { type: 'change', key: action.key, column: action.from, change: action.change }
    : {
        type: 'move',
        key: action.key,
        from: action.from,
        to: action.to,
        position: action.position,
        change: action.change,
      };
  const written = await writer.change([edit], moveMessage(observation.workflow.settings, action));
  const failed = notDone(written, parts, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  if (action.takes !== null) taken(action.takes, written.sha, action.why, parts);
  const verdict = verdictOf(action);
  if (verdict !== undefined)
    parts.observer.lives.add(action.id, {
      sha: written.sha,
      subject: '',
      verdict,
      report: action.report || action.why,
    });
  const facts = factsOf(parts, action.key);
  const title = facts?.entry.title ?? '';
  // The reason follows in the line that says that a person is needed.
  const why = action.change.addTags?.includes('ESCALATED') ? 'escalated' : action.why;
  parts.emit(
    action.from === action.to
      ? { type: 'entry-changed', id: action.id, title, column: action.to, why, commit: written.sha }
      : { type: 'entry-moved', id: action.id, title, from: action.from, to: action.to, why, commit: written.sha },
  );
  if (action.needsPerson && facts !== undefined)
    parts.emit({
      type: 'person-needed',
      id: action.id,
      title,
      column: action.to,
      why: action.why,
      ways: waysAfter(action, facts, parts),
    });
  if (action.request !== null) reply(parts, action.request, { ok: true, message: `${action.id}: ${action.why}` });
  return DONE;
}

/** The tester's result and the landing in one commit. Where it can't be landed now, the move is made, and the landing waits by itself. */
async function landToo(action: Of<'move-entry'>, tip: string, parts: PerformParts): Promise<boolean> {
  const facts = factsOf(parts, action.key);
  if (facts === undefined) return false;
  const verdict = verdictOf(action) ?? '';
  const step = { sha: '', subject: '', verdict, report: action.report || action.why };
  const { trailers } = action;
  const landed = await landTested({ key: action.key, id: action.id, tip }, facts, parts, { trailers, step });
  if (landed.kind !== 'done') return false;
  if (action.takes !== null) taken(action.takes, landed.sha, action.why, parts);
  return true;
}

const verdictOf = ({ id, trailers }: Of<'move-entry'>): string | undefined =>
  trailers.find(({ name }) => name === 'Kanban-Verdict')?.value.slice(id.length + 1);

function waysAfter(
  action: Of<'move-entry'>,
  facts: EntryFacts,
  { observer, observation }: PerformParts,
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

async function pickEntries(action: Of<'pick-entries'>, parts: PerformParts): Promise<Performed> {
  const edits = action.picks.map(({ key, id }): BoardEdit => ({
    type: 'move',
    key,
    from: 'TODO',
    to: 'IN_PROGRESS',
    position: 'bottom',
    change: key === id ? {} : { id },
  }));
  const ids = action.picks.map(({ id }) => id);
  const written = await parts.writer.change(edits, picksMessage(parts.observation.workflow.settings, ids));
  const failed = notDone(written, parts, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  for (const { key, id } of action.picks) {
    if (!factsOf(parts, key)?.branch) parts.observer.lives.add(id, 'first');
    parts.emit({
      type: 'entry-moved',
      id,
      title: factsOf(parts, key)?.entry.title ?? '',
      from: 'TODO',
      to: 'IN_PROGRESS',
      why: 'picked',
      commit: written.sha,
    });
  }
  return DONE;
}

async function numberEntry(action: Of<'number-entry'>, parts: PerformParts): Promise<Performed> {
  const message = plainMessage(`kanban: ${action.id} gets its number`, '', []);
  const written = await parts.writer.change(
    [{ type: 'change', key: action.key, column: action.column, change: { id: action.id } }],
    message,
  );
  const failed = notDone(written, parts, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  parts.emit({
    type: 'entry-numbered',
    id: action.id,
    title: factsOf(parts, action.key)?.entry.title ?? '',
    column: action.column,
    commit: written.sha,
  });
  return DONE;
}

async function addEntry(action: Of<'add-entry'>, parts: PerformParts): Promise<Performed> {
  const { settings } = parts.observation.workflow;
  const text = action.text.replace(
    /^(##\s+)\S+-\?:/m,
    (_, hashes: string) => `${hashes}${nextId(settings.ids[0] ?? 'T', parts.observation.world.usedIds)}:`,
  );
  const { heading, id } = titled(text);
  const { proposedBy } = action;
  const trailers: Trailer[] =
    proposedBy === undefined ? [] : [{ name: 'Kanban-Proposed', value: `${id} ${proposedBy.run}` }];
  const subject = proposedBy === undefined ? `kanban: ${id} added` : `kanban: ${id} proposed by ${proposedBy.run}`;
  const message = plainMessage(subject, '', trailers, action.request);
  const under = proposedBy === undefined ? {} : { under: `Proposed (${proposedBy.taskId})` };
  const written = await parts.writer.change(
    [{ type: 'add', column: 'TODO', position: 'bottom', text, ...under }],
    message,
  );
  const failed = notDone(written, parts, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  parts.emit({ type: 'entry-added', id, title: heading, commit: written.sha });
  reply(parts, action.request, {
    ok: true,
    message:
      proposedBy === undefined
        ? `${id} stands in TODO: ${heading}`
        : `${id} is proposed (parked in TODO; the user decides): ${heading}`,
  });
  // The next number is only known once this one is on the board.
  return { kind: 'stale' };
}

function titled(text: string): { heading: string; id: string } {
  const [, id = 'T-?', heading = ''] = /^##\s+(\S+-(?:\d+|\?)):\s*(.*)$/m.exec(text) ?? [];
  return { heading, id };
}

async function abandonEntry(action: Of<'abandon-entry'>, parts: PerformParts): Promise<Performed> {
  const { settings } = parts.observation.workflow;
  const title = factsOf(parts, action.key)?.entry.title ?? '';
  const line = `- Abandoned ${action.id}: ${title}${action.why === '' ? '' : ` — ${action.why}`}`;
  const message = plainMessage(
    `kanban: ${action.id} abandoned`,
    action.why,
    [{ name: 'Kanban-Move', value: `${action.id} ${action.from} -> ABANDONED` }],
    action.request,
  );
  const extra = changelogFile(settings.changelog, (text) => insertChangelogLine(text, { section: 'Removed', line }));
  const written = await parts.writer.change([{ type: 'remove', key: action.key, column: action.from }], message, extra);
  const failed = notDone(written, parts, action.request);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  parts.emit({ type: 'entry-abandoned', id: action.id, title, why: action.why, commit: written.sha });
  if (factsOf(parts, action.key)?.branch) parts.branches.keep(action.id, settings, '');
  reply(parts, action.request, {
    ok: true,
    message: `${action.id} is off the board; its branch is kept under refs/kanban/abandoned/${action.id}/`,
  });
  return DONE;
}

async function closeMerged(action: Of<'close-merged'>, parts: PerformParts): Promise<Performed> {
  const facts = factsOf(parts, action.key);
  if (facts === undefined) return { kind: 'stale' };
  const { settings } = parts.observation.workflow;
  const { section, line } = changelogLine(facts.entry, action.id);
  const trailers = [
    { name: 'Kanban-Move', value: `${action.id} ${action.from} -> CHANGELOG` },
    { name: 'Kanban-Verdict', value: `${action.id} landing by-hand` },
  ] as const;
  const extra = changelogFile(settings.changelog, (text) => insertChangelogLine(text, { section, line }));
  const message = plainMessage(`kanban: ${action.id} ${action.from} → CHANGELOG (merged by hand)`, '', trailers);
  const written = await parts.writer.change([{ type: 'remove', key: action.key, column: action.from }], message, extra);
  const failed = notDone(written, parts, null);
  if (failed !== null || written.kind !== 'done') return failed ?? DONE;
  parts.emit({
    type: 'entry-landed',
    id: action.id,
    title: facts.entry.title,
    commit: written.sha,
    line,
    byHand: true,
  });
  parts.branches.drop(action.id, settings, facts.branch);
  return DONE;
}

const changelogFile = (path: string | null, change: ExtraFile['change']): ExtraFile[] =>
  path === null ? [] : [{ path, change }];

async function undoEntry(action: Of<'undo-entry'>, parts: PerformParts): Promise<Performed> {
  const undone = await undo(action, parts);
  switch (undone.kind) {
    case 'done': {
      const { id, why, landing } = action;
      parts.emit({ type: 'entry-undone', id, title: undone.title, why, landing, commit: undone.sha });
      reply(parts, action.request, { ok: true, message: undone.message });
      return DONE;
    }
    case 'refused':
      reply(parts, action.request, { ok: false, message: undone.message });
      return DONE;
    case 'later':
    case 'failed':
    case 'stale':
      return undone;
    default:
      return unreachable(undone);
  }
}

function stopRun({ run, detail }: Of<'stop-run'>, parts: PerformParts): Performed {
  const record = recordOf(parts, run);
  if (record === undefined) return { kind: 'later', why: 'the run is being prepared' };
  requestStop(record.folder, { cause: 'stopped', detail, at: Date.now() });
  parts.emit({ type: 'run-stopped', id: record.brief.taskId, run, why: detail });
  return DONE;
}

function putAside(run: string, why: string, parts: PerformParts): Performed {
  const record = recordOf(parts, run);
  if (record === undefined) return { kind: 'stale' };
  markTaken(record.folder, { at: Date.now(), commit: null, why });
  parts.emit({ type: 'run-put-aside', id: record.brief.taskId, run, why });
  return DONE;
}

function retireBranch({ id, how }: Of<'retire-branch'>, { branches, observation }: PerformParts): Performed {
  if (branches.isBusy(id)) return { kind: 'later', why: `branch ${id} is being removed` };
  const { settings } = observation.workflow;
  if (how === 'landed' || how === 'empty') branches.drop(id, settings, branchOf(observation, id));
  else branches.keep(id, settings, how === 'afresh' ? '-rescoped' : '');
  return DONE;
}

async function restoreBranch(action: Of<'restore-branch'>, parts: PerformParts): Promise<Performed> {
  const { settings } = parts.observation.workflow;
  const why = await parts.branches.restore(action.id, action, settings, parts.writer.base);
  if (why === null) return { kind: 'stale' };
  return { kind: 'failed', why: `its branch can't be put back from ${action.ref}: ${why}` };
}

/** A branch of ours, whether its entry is on the board or not. */
const branchOf = ({ world }: Observation, id: string): { readonly tip: string; readonly start: string } | null =>
  world.orphans.find((orphan) => orphan.id === id) ??
  world.entries.find(({ entry }) => entry.id === id)?.branch ??
  null;

/** What did not come about, for the loop; null = it did. A refused edit of a command is answered: it is not tried again. */
function notDone(written: Written, parts: PerformParts, request: string | null): Performed | null {
  switch (written.kind) {
    case 'done':
      return null;
    case 'later':
    case 'failed':
    case 'stale':
      return written;
    case 'refused': {
      const { message, fix } = written.problem;
      if (request === null)
        return { kind: 'failed', why: message, lasting: true, ...(fix === undefined ? {} : { fix }) };
      parts.emit({ type: 'problem-found', problem: written.problem });
      reply(parts, request, { ok: false, message });
      return DONE;
    }
    default:
      return unreachable(written);
  }
}

function taken(run: string, commit: string, why: string, parts: PerformParts): void {
  const record = recordOf(parts, run);
  if (record !== undefined) markTaken(record.folder, { at: Date.now(), commit, why });
}

function reply({ mailbox }: PerformParts, request: string, said: Reply): void {
  answer(mailbox, request, said);
  settleRequest(mailbox, request);
}

const recordOf = ({ observation }: PerformParts, run: string): RunRecord | undefined =>
  observation.runs.find(({ runId }) => runId === run);

const factsOf = ({ observation }: PerformParts, key: string): EntryFacts | undefined =>
  observation.world.entries.find(({ entry }) => entry.key === key);

/** `.kanban/mailbox` of a checkout. */
export const mailboxOf = (root: string): string => join(runsFolder(root), '..', 'mailbox');
