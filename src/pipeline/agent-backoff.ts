import type { Reason } from '../contract/reason.ts';
import type { Cause } from '../contract/result.ts';
import { waitAfter, WAITS } from './backoff.ts';
import { oneLine } from './one-line.ts';
import type { PastRun, RunFacts, World } from './world.ts';

const HOUR = 3_600_000;
/** Runs that are lost after a quarter of an hour each never make four in an hour; an unbroken series of this many hours' worth ends too (I10). */
const MOST_HOURS = 3;
const MOST_STATED = 32 * 24 * HOUR;

/** May an agent be given a new run, and if not, until when and why? */
export type AgentHold =
  | { readonly kind: 'free' }
  | { readonly kind: 'provider'; readonly until: number; readonly reason: Reason }
  /** It needs a login, or two entries met the same launch failure: the user has something to fix; tried again from time to time. */
  | { readonly kind: 'launch'; readonly until: number; readonly reason: Reason }
  | { readonly kind: 'probing'; readonly reason: Reason }
  | { readonly kind: 'missing'; readonly reason: Reason };

/** Causes that say nothing about the entry: no failure is counted. */
export const isUncounted = (cause: Cause): cause is 'provider' | 'not-started' | 'stopped' | 'lost' =>
  cause === 'provider' || cause === 'not-started' || cause === 'stopped' || cause === 'lost';

/** Causes that may hold the agent, not only the entry. */
export const holdsAgent = (cause: Cause): boolean => cause === 'provider' || cause === 'not-started';

/**
 * Holds of one agent, derived from its past runs: provider trouble holds it until the stated time, else 30 s doubling to
 * 10 min, then one run goes first. A missing login, and a launch failure that two entries share, hold it in the same way.
 */
export function agentHold(world: World, agent: string): AgentHold {
  const missing = world.agentsHeld.get(agent);
  if (missing !== undefined) return { kind: 'missing', reason: { code: 'agent-unavailable', text: missing } };
  const trouble = troubleOf(world, agent);
  const last = trouble.at(-1);
  if (last === undefined) return { kind: 'free' };
  const until = isOfFormer(world, last) ? last.endedAt : endOf(last, trouble.length);
  if (until > world.now) {
    if (last.cause === 'not-started')
      return { kind: 'launch', until, reason: { code: 'agent-not-started', agent, text: firstLine(last.detail) } };
    return { kind: 'provider', until, reason: { code: 'provider', text: oneLine(last.detail) } };
  }
  const probing = world.runs.some((run) => run.agent === agent && isOn(run));
  return probing ? { kind: 'probing', reason: { code: 'agent-probing', agent } } : { kind: 'free' };
}

/** A launch that failed before the user started this coordinator: one run shows whether the cause is gone. Providers' times stay. */
const isOfFormer = ({ begunAt = 0 }: World, { cause, endedAt }: PastRun): boolean =>
  cause === 'not-started' && endedAt < begunAt;

/** Trouble is over by the clock but no run has proved it yet: one goes first. */
export const isRecovering = (world: World, agent: string): boolean =>
  troubleOf(world, agent).length > 0 && agentHold(world, agent).kind === 'free';

export const isOn = (run: RunFacts): boolean => run.state !== 'ended';

/** A stated time that had passed when it was stated says nothing: without a wait, the agent would be started over and over. */
function endOf(last: PastRun, times: number): number {
  const stated = last.providerUntil;
  // No limit of a provider lasts longer than a month; what names a later time is no time.
  return stated !== null && stated > last.endedAt && stated - last.endedAt < MOST_STATED
    ? stated
    : last.endedAt + waitAfter(times, WAITS.provider);
}

const troubleOf = (world: World, agent: string): PastRun[] =>
  failureStreak(world.past.filter((run) => run.agent === agent && run.endedAt > world.resumedAt));

/** The same launch failure met by two entries last; else the latest unbroken series of provider trouble. */
function failureStreak(past: readonly PastRun[]): PastRun[] {
  const telling = past.filter(({ cause }) => cause !== 'stopped' && cause !== 'lost');
  const last = telling.at(-1);
  const launches = telling.slice(telling.findLastIndex((run) => !sameFailure(run, last)) + 1);
  if (last?.login === true || new Set(launches.map(({ taskId }) => taskId)).size > 1) return launches;
  // One entry's launch failure proves nothing about the provider.
  const answered = telling.filter(({ cause }) => cause !== 'not-started');
  return answered.slice(answered.findLastIndex(({ cause }) => cause !== 'provider') + 1);
}

const sameFailure = (a: PastRun, b: PastRun | undefined): boolean =>
  b !== undefined && b.cause === 'not-started' && digest(a.detail) === digest(b.detail);

/** A hook's last lines follow the line that tells why it failed. */
const firstLine = (detail: string): string => oneLine(detail.split('\n')[0] ?? '');

/** The message without numbers and paths, so that the same trouble reads the same. */
const digest = (text: string): string => text.replaceAll(/\S*\/\S*|\d+/g, '#').slice(0, 200);

/** After `not-started` and `lost` the same stage starts again: 2 s, 10 s, 50 s apart. */
export type Restart =
  | { readonly kind: 'now' }
  | { readonly kind: 'wait'; readonly until: number; readonly reason: Reason }
  | { readonly kind: 'used-up'; readonly reason: Reason };

/** May the entry's stage be started again after launches that failed or runs that were lost? */
export function restartOf(world: World, id: string): Restart {
  const since = world.history.escalated.get(id) ?? 0;
  const failures = world.past.filter(
    (run) =>
      run.taskId === id &&
      isRestart(run.cause) &&
      run.endedAt > since &&
      !endedWellSince(world.past, run) &&
      !isShared(world.past, run),
  );
  const last = failures.at(-1);
  if (last === undefined) return { kind: 'now' };
  const cause = last.cause === 'lost' ? 'lost' : 'not-started';
  const reason: Reason = { code: 'run-restarts', cause, text: firstLine(last.detail) };
  const { restarts_per_hour: most } = world.settings;
  const recent = failures.filter(({ endedAt }) => endedAt > world.now - HOUR).length;
  if (recent > most || failures.length > MOST_HOURS * most) return { kind: 'used-up', reason };
  const until = last.endedAt + waitAfter(recent, WAITS.launch);
  if (last.endedAt <= world.resumedAt || isOfFormer(world, last)) return { kind: 'now' };
  return until > world.now ? { kind: 'wait', until, reason } : { kind: 'now' };
}

/**
 * Met by two entries, with nothing else from that agent in between: it is the agent that can't start, not the entry, and
 * `agentHold` sees to the waiting.
 */
function isShared(past: readonly PastRun[], failure: PastRun): boolean {
  if (failure.cause !== 'not-started') return false;
  if (failure.login) return true;
  const runs = past.filter(({ agent, cause }) => agent === failure.agent && cause !== 'stopped' && cause !== 'lost');
  const at = runs.indexOf(failure);
  const differs = (run: PastRun): boolean => !sameFailure(run, failure);
  const first = runs.slice(0, at).findLastIndex(differs) + 1;
  const end = runs.slice(at).findIndex(differs);
  const series = runs.slice(first, end < 0 ? undefined : at + end);
  return series.some(({ taskId }) => taskId !== failure.taskId);
}

const isRestart = (cause: Cause): boolean => cause === 'not-started' || cause === 'lost';

/** A run of the same entry that did start clears earlier launch failures. */
const endedWellSince = (past: readonly PastRun[], failure: PastRun): boolean =>
  past.some((run) => run.taskId === failure.taskId && run.endedAt > failure.endedAt && !isUncounted(run.cause));
