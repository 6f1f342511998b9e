import { awaitedBy, nextId } from '../board/next-id.ts';
import type { Reason } from '../contract/reason.ts';
import type { Action, Decision, Note } from './action.ts';
import { mayLand } from './columns/testing.ts';
import { postponedBy, reasonOf, type FailedAction } from './failures.ts';
import { isOn } from './agent-backoff.ts';
import * as messages from './messages.ts';
import { readResult } from './results/read-result.ts';
import { retireOrphans } from './orphans.ts';
import { grant, type Granted } from './pool.ts';
import { atRest } from './at-rest.ts';
import { leave, orphanRuns, supervise } from './supervise.ts';
import { actionOfRequest } from './requests.ts';
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
  const granted = stopped ? null : grant(world, turns, used);
  const notes = granted === null ? held(world, turns) : turns.map((turn) => noteOf(turn, granted));
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
    ...(granted?.actions ?? []),
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

/** A wanted run, pick or landing goes on, or waits for what the pool says. */
function noteOf({ note }: EntryDecision, { reasons }: Granted): Note {
  const reason = reasons.get(note.key);
  return reason === undefined ? note : { ...note, reason };
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
  const awaited = awaitedBy(world.entries.map(({ entry }) => entry));
  const given = turns.map((turn): EntryDecision => {
    if (turn.action?.type !== 'number-entry') return turn;
    const id = nextId(world.settings.ids[0] ?? 'T', used, awaited);
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
  if (branch?.inBase && run.ended.outsideCommits.length === 0)
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
  if (!tip || !mayLand(world, facts, tip)) return action;
  return { type: 'land-tested', candidate: { key: action.key, id: action.id, tip }, result: action };
}

/** Its entry stands in no copy in the column in which the run's result counts (two copies: held until one is gone). */
const hasLeft = (world: World, run: RunFacts): boolean =>
  !world.entries.some(({ entry }) => entry.id === run.taskId && entry.column === columnOfRun(run));

/** Preflight stops picks, starts and landings; what is on continues. */
function held(world: World, turns: readonly EntryDecision[]): Note[] {
  const reason: Reason = { code: 'preflight', text: world.stops[0] ?? '' };
  return turns.map(({ note, wants, lands, picks }): Note =>
    wants !== null || lands !== null || picks ? { ...note, state: 'held', reason } : note,
  );
}
