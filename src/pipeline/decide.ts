import { nextId } from '../board/next-id.ts';
import type { Reason } from '../contract/reason.ts';
import { reasonText } from '../report/reason.ts';
import type { Action, Decision, Note } from './action.ts';
import { capReached } from './caps.ts';
import { RULES } from './columns/index.ts';
import { mayLand } from './columns/testing.ts';
import { postponedBy, reasonOf, type FailedAction } from './failures.ts';
import { isOn } from './agent-backoff.ts';
import * as messages from './messages.ts';
import { RESET_PROGRESS, plainMove } from './plain-move.ts';
import { readResult } from './results/read-result.ts';
import { retireOrphans } from './orphans.ts';
import { grant } from './pool.ts';
import { actionOfRequest } from './requests.ts';
import { evidence, undoing } from './results/outside-commits.ts';
import { applyResult } from './results/apply-result.ts';
import { acted, notBefore, noted, type EntryDecision } from './entry-decision.ts';
import { columnOfRun, type EntryFacts, type RunFacts, type World } from './world.ts';

/**
 * The pure core: all that is to be done now, in the order in which it is to be done: take in what runs reported,
 * supervise, land, start runs (nearest to CHANGELOG first), pick. The same World gives the same Decision.
 */
export function decide(world: World): Decision {
  const requested = actionsOfRequests(world);
  const { turns, used } = numbered(
    world,
    world.entries.map((facts) =>
      requested.touched.has(facts.entry.key)
        ? requestedTurn(facts, requested.postponed.get(facts.entry.key))
        : notBefore(world, facts, decideEntry(world, facts)),
    ),
  );
  const stopped = world.stops.length > 0;
  const orphans = retireOrphans(world);
  const notes = stopped ? held(world, turns) : turns.map(({ note }) => note);
  const off = [...orphanRuns(world), ...orphans.actions].map((action) => ({
    action,
    failed: postponedBy(world.failures, action, world.now),
  }));
  const free = off.flatMap(({ action, failed }) => (failed === null ? [action] : []));
  const actions: Action[] = [
    ...free.filter(({ type }) => type !== 'retire-branch'),
    ...requested.actions,
    ...turns.flatMap(({ action }) => (action === null ? [] : [action])),
    ...free.filter(({ type }) => type === 'retire-branch'),
    ...(stopped ? [] : grant(world, turns, used)),
  ];
  const postponed = [
    ...requested.failed,
    ...turns.flatMap(({ postponed: failed }) => (failed === undefined ? [] : [failed])),
    ...off.flatMap(({ failed }) => (failed === null ? [] : [failed])),
  ];
  const times = [
    ...notes.map(({ until }) => until ?? 0),
    ...orphans.times,
    ...postponed.map(({ until }) => until),
  ].filter((at) => at > world.now);
  return { actions, notes, postponed, wakeAt: times.length === 0 ? null : Math.min(...times) };
}

/** A command comes first; one that could not be carried out is tried again. */
const requestedTurn = (facts: EntryFacts, failed: FailedAction | undefined): EntryDecision =>
  failed === undefined
    ? noted(facts, 'waits', { code: 'command-pending' })
    : noted(facts, 'held', reasonOf(failed), { until: failed.until });

/** Commands, oldest first, at most one for an entry in a tick: the next one is to see what this one did. */
function actionsOfRequests(world: World): {
  readonly actions: readonly Action[];
  readonly touched: ReadonlySet<string>;
  /** By the key of the entry that the command is about. */
  readonly postponed: ReadonlyMap<string, FailedAction>;
  readonly failed: readonly FailedAction[];
} {
  const touched = new Set<string>();
  const actions: Action[] = [];
  const postponed = new Map<string, FailedAction>();
  const all: FailedAction[] = [];
  for (const request of world.requests) {
    const { actions: asked, touches } = actionOfRequest(world, request);
    if (touches !== null && touched.has(touches)) continue;
    if (touches !== null) touched.add(touches);
    // What belongs together is done together: none of it before all of it is due.
    const failed = asked.map((action) => postponedBy(world.failures, action, world.now)).find((one) => one !== null);
    if (failed === undefined || failed === null) actions.push(...asked);
    else {
      all.push(failed);
      if (touches !== null) postponed.set(touches, failed);
    }
  }
  return { actions, touched, postponed, failed: all };
}

/** Numbers given in one tick must differ from each other. */
function numbered(
  world: World,
  turns: readonly EntryDecision[],
): { readonly turns: readonly EntryDecision[]; readonly used: ReadonlySet<string> } {
  const used = new Set(world.usedIds);
  const given = turns.map((turn): EntryDecision => {
    if (turn.action?.type !== 'number-entry') return turn;
    const id = nextId(world.settings.ids[0] ?? 'T', used);
    used.add(id);
    return { ...turn, action: { ...turn.action, id } };
  });
  return { turns: given, used };
}

/** What to do about one entry, before the pool has its say. */
function decideEntry(world: World, facts: EntryFacts): EntryDecision {
  const { entry, branch } = facts;
  const runs = world.runs.filter((run) => entry.id !== null && run.taskId === entry.id);
  const elsewhere = runs.find((run) => hasLeft(world, run));
  if (elsewhere !== undefined) return leave(world, facts, elsewhere);
  const here = runs.filter((run) => columnOfRun(run) === entry.column);
  const live = here.find(isOn);
  if (live !== undefined) return supervise(world, facts, live);
  if (entry.parked) return noted(facts, 'parked', { code: 'parked' });
  if (facts.problems.length > 0) return noted(facts, 'held', { code: 'problem', text: facts.problems[0] ?? '' });
  const run = here[0];
  if (!run?.ended) return atRest(world, facts);
  // Merged by its own agent is not merged by hand.
  if (branch?.inBase && run.ended.strays.length === 0)
    return acted(facts, { type: 'put-aside', run: run.id, why: messages.MERGED_BY_HAND }, { code: 'closing-merged' });
  if (entry.tags.includes('PAUSED')) return noted(facts, 'needs-person', { code: 'paused', result: true });
  const judgement = readResult(run, run.ended, entry, world.settings);
  return acted(facts, landingToo(world, facts, applyResult({ run, ended: run.ended, judgement, entry, world })), {
    code: 'run-ended',
  });
}

/** A passed test whose tip may land as things stand: both in one commit, where performing finds that it can be done. */
function landingToo(world: World, facts: EntryFacts, action: Action): Action {
  if (action.type !== 'move-entry' || action.to !== 'TESTING' || world.stops.length > 0 || world.mode === 'stop')
    return action;
  const { push, merge_queue: queue } = world.settings;
  // A batch, a check and a push each take longer than this tick.
  if (queue.mode === 'batch' || queue.check !== '' || push) return action;
  if (world.only !== null && !world.only.has(action.id)) return action;
  const tip = action.change.setFields?.tested;
  return tip && mayLand(world, facts, tip) ? { ...action, lands: tip } : action;
}

/** Its entry stands in no copy in the column in which the run's result counts (two copies: held until one is gone). */
const hasLeft = (world: World, run: RunFacts): boolean =>
  !world.entries.some(({ entry }) => entry.id === run.taskId && entry.column === columnOfRun(run));

/** The user moved the entry: its run is stopped first, and what it says no longer counts. */
function leave(world: World, facts: EntryFacts, run: RunFacts): EntryDecision {
  const { entry } = facts;
  const why = messages.entryMoved(entry.column);
  const reason = { code: 'entry-moved', to: entry.column } as const;
  if (run.ended !== null) {
    // Nothing else may start in that worktree while some of it is alive; in TODO nothing starts anyway.
    const { result, strays } = run.ended;
    if ((result.survivors.length > 0 || strays.length > 0) && entry.column !== 'TODO' && facts.problems.length === 0)
      return acted(
        facts,
        applyResult({
          run,
          ended: run.ended,
          judgement: readResult(run, run.ended, entry, world.settings),
          entry,
          world,
        }),
        reason,
      );
    return acted(facts, { type: 'put-aside', run: run.id, why: `${why}${withStrays(run)}` }, reason);
  }
  if (run.state === 'foreign') return noted(facts, 'held', foreign(run));
  if (run.stopping) return noted(facts, 'waits', { code: 'run-stopping' });
  return acted(facts, { type: 'stop-run', run: run.id, detail: why }, reason);
}

/** What nobody would hear of otherwise. */
function withStrays({ ended }: RunFacts): string {
  if (ended === null || ended.strays.length === 0) return '';
  return `; ${messages.committedOutside(evidence(ended.strays, 3), undoing(ended.strays))}`;
}

const foreign = (run: RunFacts): Reason => ({ code: 'foreign-run', run: run.id });

function supervise(world: World, facts: EntryFacts, run: RunFacts): EntryDecision {
  if (run.state === 'foreign') return noted(facts, 'held', foreign(run));
  if (run.stopping) return noted(facts, 'running', { code: 'run-stopping' });
  const detail = whyStopped(world, facts, run);
  if (detail !== null) return acted(facts, { type: 'stop-run', run: run.id, detail }, { code: 'run-stopping' });
  return noted(facts, 'running', { code: 'run-active', role: run.role });
}

/** Why a run is to end before its time; null = it continues. */
function whyStopped(world: World, facts: EntryFacts, run: RunFacts): string | null {
  if (world.mode === 'stop') return 'kanban stop';
  if (world.paused !== null) return 'kanban pause';
  if (facts.branch?.inBase) return messages.MERGED_BY_HAND;
  const cap = capReached(world, run.taskId, run.agent);
  if (cap !== null && run.state === 'alive') return reasonText(cap.reason);
  if ((world.messages.get(run.taskId) ?? 0) === 0 || run.state !== 'alive') return null;
  if (run.inject === 'resume') return messages.MESSAGE_RESUMES;
  return run.inject === 'restart' ? messages.MESSAGE_RESTARTS : null;
}

/** No run has a say: set right what the user's hand left, wait for the user, or continue by the column's rule. */
function atRest(world: World, facts: EntryFacts): EntryDecision {
  const { entry, branch } = facts;
  if (entry.id === null && entry.column !== 'TODO') {
    const id = nextId(world.settings.ids[0] ?? 'T', world.usedIds);
    return acted(facts, { type: 'number-entry', key: entry.key, column: entry.column, id }, { code: 'numbering' });
  }
  if (branch === null && facts.kept !== null && entry.id !== null && !facts.testedInBase)
    return acted(facts, { type: 'restore-branch', id: entry.id, ...facts.kept }, { code: 'restoring-branch' });
  // Its landing was reverted, or its text saved again, before the branch was cleared away: nobody has merged anything.
  if (branch !== null && entry.id !== null && world.history.landedTips.get(entry.id) === branch.tip)
    return acted(facts, { type: 'retire-branch', id: entry.id, how: 'landed' }, { code: 'removing-landed-branch' });
  if (branch?.inBase && entry.id !== null && !hasStrayed(world, facts)) {
    const action: Action = { type: 'close-merged', key: entry.key, id: entry.id, from: entry.column, tip: branch.tip };
    return acted(facts, action, { code: 'closing-merged' });
  }
  if (entry.column !== 'TODO') {
    if (isFreed(world, facts)) return free(facts);
    if (entry.tags.includes('ESCALATED'))
      return noted(facts, 'needs-person', { code: 'escalated', feedback: entry.feedback });
    if (entry.tags.includes('PAUSED')) return noted(facts, 'needs-person', { code: 'paused', result: false });
    if (entry.tags.includes('APPROVE')) return noted(facts, 'needs-person', { code: 'waits-for-approval' });
  }
  return RULES[entry.column](world, facts);
}

/** Escalated for what its agent committed outside its branch: until the user frees it, nothing follows from that. */
const hasStrayed = ({ history }: World, { entry }: EntryFacts): boolean =>
  entry.tags.includes('ESCALATED') && history.strays.has(entry.id ?? '');

/** The user moved it since it was escalated, or took the tag off: a used-up count without `[ESCALATED]` means nothing else. */
function isFreed(world: World, { entry }: EntryFacts): boolean {
  if (entry.tags.includes('ESCALATED')) return entry.id !== null && world.history.movedSinceEscalated.has(entry.id);
  return Object.values(entry.attempts).some((count) => count > world.settings.retries);
}

/** A fresh budget. In TESTING the move was the review, so `reviewed` stays. */
function free(facts: EntryFacts): EntryDecision {
  const change =
    facts.entry.column === 'TESTING'
      ? { ...RESET_PROGRESS, setFields: { attempts: null, tested: null } }
      : RESET_PROGRESS;
  return acted(
    facts,
    plainMove(facts, {
      change,
      why: messages.FREED,
      trailers: [{ name: 'Kanban-Freed', value: `${facts.entry.id} by hand` }],
    }),
    { code: 'freed' },
  );
}

/** Runs whose entry is not on the board: stopped, then discarded. */
function orphanRuns(world: World): Action[] {
  const known = new Set(world.entries.map(({ entry }) => entry.id));
  const missed = new Set(world.orphans.filter(({ missedSince }) => missedSince !== null).map(({ id }) => id));
  return world.runs.flatMap((run): Action[] => {
    if (known.has(run.taskId) || world.unsure.has(run.taskId)) return [];
    const why = missed.has(run.taskId) ? messages.ENTRY_REMOVED : messages.ENTRY_MISSING;
    if (run.state === 'ended') return [{ type: 'put-aside', run: run.id, why: `${why}${withStrays(run)}` }];
    return run.stopping || run.state === 'foreign' ? [] : [{ type: 'stop-run', run: run.id, detail: why }];
  });
}

/** Preflight stops picks, starts and landings; what is on continues. */
function held(world: World, turns: readonly EntryDecision[]): Note[] {
  const reason: Reason = { code: 'preflight', text: world.stops[0] ?? '' };
  return turns.map(({ note, wants, lands, picks }): Note =>
    wants !== null || lands !== null || picks ? { ...note, state: 'held', reason } : note,
  );
}
