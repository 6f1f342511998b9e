import { entriesIn } from '../board/edit/number-entries.ts';
import { columnNamed, type Entry } from '../board/entry.ts';
import { unreachable } from '../unreachable.ts';
import type { Action, EntryChange, Trailer } from './action.ts';
import { askedBy } from './asked-by.ts';
import { isOn } from './agent-backoff.ts';
import * as messages from './messages.ts';
import { namedId, type NamedId } from './named-id.ts';
import { cleanAfresh, cleanWith, plainMove } from './plain-move.ts';
import type { Request, RunOrigin } from '../contract/request.ts';
import { isFirst, moveAsked } from './move-asked.ts';
import { commentAsked, editAsked, tickAsked } from './text-asked.ts';
import { undoAsked } from './undo-asked.ts';
import type { EntryFacts, World } from './world.ts';

/** What one command asks for, as an action; null = it waits (its run is being stopped). */
export function actionOfRequest(
  world: World,
  typed: Request,
): { readonly actions: readonly Action[]; readonly touches: string | null } {
  const named = typed.taskId === null ? null : namedId(world, typed.taskId);
  const request = named === null || named.kind === 'unknown' ? typed : { ...typed, taskId: named.id };
  if (world.history.requests.has(request.id)) return answer(request, true, 'done');
  if (request.origin !== undefined) return fromRun(world, request, request.origin);
  const { command } = request;
  if (command === 'add') return { actions: [addAsked(request)], touches: null };
  if (command === 'undo') return { actions: [undoAsked(world, request)], touches: request.taskId };
  const facts = world.entries.find(({ entry }) => entry.id === request.taskId);
  if (facts === undefined) return answer(request, false, notOnBoard(request.taskId ?? '', named));
  return isOutdated(world, facts, request)
    ? changedMeanwhile(request, facts.entry)
    : ofEntry(world, facts, request, command);
}

function ofEntry(
  world: World,
  facts: EntryFacts,
  request: Request,
  command: OfEntry,
): ReturnType<typeof actionOfRequest> {
  const actions = branchMoved(facts, request) ?? act(world, facts, request, command);
  // What is refused stops no run.
  if (actions.every(isRefusal)) return { actions, touches: facts.entry.key };
  const live = world.runs.filter((run) => run.taskId === request.taskId && isOn(run));
  const foreign = live.find(({ state }) => state === 'foreign');
  if (mustStopFirst(request, facts.entry) && foreign !== undefined)
    return answer(request, false, messages.foreignRun(foreign.id));
  if (mustStopFirst(request, facts.entry) && live.length > 0) {
    const stops = live
      .filter(({ stopping }) => !stopping)
      .map((run): Action => ({ type: 'stop-run', run: run.id, detail: `kanban ${request.command}` }));
    return { actions: stops, touches: facts.entry.key };
  }
  return { actions, touches: facts.entry.key };
}

/** The user has seen another text. `edit` is compared where it is performed. */
const isOutdated = ({ hashes }: World, { entry }: EntryFacts, { command, was }: Request): boolean =>
  was !== undefined && command !== 'edit' && hashes?.get(entry.key) !== was;

const changedMeanwhile = (request: Request, { id, source }: Entry): ReturnType<typeof actionOfRequest> => {
  const reply = { ok: false, message: messages.changedMeanwhile(id ?? ''), text: source };
  return { actions: [{ type: 'answer-request', request: request.id, reply }], touches: null };
};

/** The user has seen another commit of its branch. @returns null: it is the same, or was not named */
function branchMoved({ branch }: EntryFacts, request: Request): readonly Action[] | null {
  const tip = branch?.tip ?? null;
  if (request.tip === undefined || request.tip === tip) return null;
  return answer(request, false, messages.branchMoved(request.taskId ?? '', tip)).actions;
}

const isRefusal = (action: Action): boolean => action.type === 'answer-request' && !action.reply.ok;

const addAsked = ({ id, text = '', keys, position }: Request): Extract<Action, { type: 'add-entry' }> => ({
  type: 'add-entry',
  text,
  request: id,
  ...(keys === undefined ? {} : { keys }),
  ...(position === undefined ? {} : { position }),
});

/** A run may add entries, up to `plan.max`; all else is the user's to ask. */
function fromRun(world: World, request: Request, origin: RunOrigin): ReturnType<typeof actionOfRequest> {
  if (request.command !== 'add') return answer(request, false, messages.refusedFromRun(request.command, origin.run));
  const { ids, plan } = world.settings;
  const { position: _, ...asked } = request;
  const before = world.history.proposed.get(origin.run) ?? 0;
  const count = Math.max(1, entriesIn(request.text ?? '', ids).length);
  if (before + count > plan.max)
    return answer(request, false, messages.tooManyProposed(origin.run, { before, count, max: plan.max }));
  return { actions: [{ ...addAsked(asked), proposedBy: origin }], touches: null };
}

function notOnBoard(id: string, named: NamedId | null): string {
  if (named?.kind === 'landed') return messages.hasLanded(id);
  if (named?.kind === 'abandoned') return messages.wasAbandoned(id);
  return messages.notOnBoard(id, named?.kind === 'unknown' ? named.near : null);
}

const answer = (request: Request, ok: boolean, message: string): { actions: Action[]; touches: null } => ({
  actions: [{ type: 'answer-request', request: request.id, reply: { ok, message } }],
  touches: null,
});

/** `stop` without `--now` lets the run end; its result waits. A new text is for the next run, as by hand. */
function mustStopFirst({ command, now, to }: Request, { column }: Entry): boolean {
  if (command === 'stop') return now === true;
  if (command === 'move') return columnNamed(to ?? '') !== column;
  return !['approve', 'add', 'resume', 'edit', 'tick', 'comment', 'prioritize'].includes(command);
}

/** The commands that are about an entry on the board. */
type OfEntry = Exclude<Request['command'], 'add' | 'undo'>;

function act(world: World, facts: EntryFacts, request: Request, command: OfEntry): Action[] {
  const { entry } = facts;
  const id = entry.id ?? '';
  const asked = { request: request.id, report: request.why, trailers: askedBy(request, id) };
  const gone = {
    ...({ type: 'abandon-entry', key: entry.key, id, from: entry.column } as const),
    ...{ why: request.why, request: request.id },
  };
  switch (command) {
    case 'approve':
      if (!entry.tags.includes('APPROVE')) return answer(request, false, messages.notWaitingForApproval(id)).actions;
      return [plainMove(facts, { ...asked, change: { removeTags: ['APPROVE'] }, why: messages.APPROVED })];
    case 'stop':
    case 'pause':
    case 'resume':
      return [...pauseAsked(world, facts, request, command)];
    case 'retry':
      return retry(world, facts, request);
    case 'rescope':
      return [
        ...(facts.branch === null ? [] : [{ type: 'retire-branch', id, how: 'afresh' } as const]),
        plainMove(facts, {
          ...asked,
          to: 'TODO',
          position: 'top',
          change: cleanAfresh(entry, request.why),
          why: messages.RESCOPED,
        }),
      ];
    case 'deprioritize':
      return [
        plainMove(facts, {
          ...asked,
          to: 'TODO',
          position: 'bottom',
          change: withPause(cleanWith(entry, request.why), request),
          why: request.resume === true ? messages.DEPRIORITISED : messages.deprioritisedPaused(id),
        }),
      ];
    case 'move':
      return [...moveAsked(world, facts, request)];
    case 'prioritize':
      if (entry.parked) return answer(request, false, messages.parked(id)).actions;
      if (isFirst(world, entry)) return answer(request, true, messages.isFirstAlready(id)).actions;
      return [plainMove(facts, { ...asked, position: 'top', reorders: true, change: {}, why: messages.PRIORITIZED })];
    case 'edit':
      return [editAsked(entry, request)];
    case 'tick':
      return [tickAsked(facts, request)];
    case 'comment':
      return [commentAsked(facts, request)];
    case 'rm':
      return [{ ...gone, why: request.why || messages.DELETED, deleted: true, trailers: asked.trailers }];
    case 'abandon':
      return [gone];
    default:
      return unreachable(command);
  }
}

/** `stop`, `pause` and `resume` of one entry. */
function pauseAsked(
  world: World,
  facts: EntryFacts,
  request: Request,
  command: 'stop' | 'pause' | 'resume',
): readonly Action[] {
  const { entry } = facts;
  const id = entry.id ?? '';
  const asked = { request: request.id, report: request.why, trailers: askedBy(request, id) };
  const isPaused = entry.tags.includes('PAUSED');
  if (command === 'resume') {
    if (!isPaused) return answer(request, false, messages.notPaused(id)).actions;
    return [plainMove(facts, { ...asked, change: { removeTags: ['PAUSED'] }, why: messages.CONTINUES })];
  }
  const stops = command === 'stop';
  if (isPaused)
    return pausedAlready(facts, request, stops ? `${id}: ${stopped(world, id)}` : messages.pausedAlready(id));
  const why = stops ? stopped(world, id) : messages.paused(id);
  return [plainMove(facts, { ...asked, change: { addTags: ['PAUSED'] }, why })];
}

/** Otherwise it would be picked again at once where TODO has nothing else. */
const withPause = (change: EntryChange, { resume }: Request): EntryChange =>
  resume === true ? change : { ...change, addTags: ['PAUSED'] };

/** A new reason is recorded. */
function pausedAlready(facts: EntryFacts, request: Request, message: string): Action[] {
  if (request.why.trim() === '') return answer(request, true, message).actions;
  const asked = { request: request.id, report: request.why, trailers: askedBy(request, facts.entry.id ?? '') };
  return [plainMove(facts, { ...asked, change: {}, why: messages.PAUSE_REASON_CHANGED })];
}

/** A run that was let finish is named, with the command that ends it. */
const stopped = (world: World, id: string): string =>
  world.runs.some((run) => run.taskId === id && isOn(run)) ? messages.stopsAfterRun(id) : messages.stopped(id);

/** A reviewer has sent this very commit back, or has passed it before it failed. What a task agent or a fixer left is not known. */
const isJudged = ({ history }: World, id: string, tip: string): boolean =>
  history.rejected.get(id) === tip || history.reviewed.has(`${id} ${tip}`);

/** Another try with a fresh budget; `--fixed`: the user's commit is the fix, so the next stage judges it. */
function retry(world: World, facts: EntryFacts, request: Request): Action[] {
  const { entry, branch } = facts;
  const id = entry.id ?? '';
  if (!entry.tags.includes('ESCALATED')) return answer(request, false, messages.notEscalated(id)).actions;
  const fresh = {
    removeTags: ['ESCALATED', 'RETRY'],
    setFields: { attempts: null, ...(request.fixed ? { feedback: null } : {}) },
  } as const;
  const asked = { request: request.id, report: request.why, change: fresh, trailers: askedBy(request, id) };
  if (!request.fixed) return [plainMove(facts, { ...asked, why: messages.TRIED_AGAIN })];
  const committed = { ...asked, needsCommitted: true } as const;
  if (branch === null || branch.tip === branch.start) return answer(request, false, messages.nothingFixed(id)).actions;
  if (isJudged(world, id, branch.tip)) return answer(request, false, messages.nothingNew(id, branch.tip)).actions;
  if (entry.column === 'IN_PROGRESS')
    return [plainMove(facts, { ...committed, to: 'REVIEW', why: messages.FIXED_BY_HAND.review })];
  const usedUp = (stage: 'tester' | 'landing'): boolean => (entry.attempts[stage] ?? 0) > world.settings.retries;
  const tests = entry.column === 'TESTING' || usedUp('tester') || usedUp('landing');
  if (!tests) return [plainMove(facts, { ...committed, why: messages.FIXED_BY_HAND.again })];
  const trailers: Trailer[] = [...asked.trailers, { name: 'Kanban-Reviewed', value: `${id} ${branch.tip}` }];
  const change = { ...fresh, setFields: { ...fresh.setFields, reviewed: branch.tip, tested: null } };
  return [plainMove(facts, { ...committed, to: 'TESTING', change, why: messages.FIXED_BY_HAND.test, trailers })];
}
