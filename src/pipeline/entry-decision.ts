import { unreachable } from '../unreachable.ts';
import type { Reason } from '../contract/reason.ts';
import type { Action, Candidate, Note } from './action.ts';
import { pickOf, postponedBy, postponedOf, reasonOf, type FailedAction } from './failures.ts';
import type { AgentHold } from './agent-backoff.ts';
import type { EntryFacts, World } from './world.ts';

/** What is to be done about one entry in this tick: at most one act, and the reason. */
export interface EntryDecision {
  readonly action: Action | null;
  readonly note: Note;
  /** A run that wants a place in the pool; granted in order, nearest to CHANGELOG first. */
  readonly wants: Extract<Action, { type: 'start-run' }> | null;
  /** Is tested and may land. */
  readonly lands: Candidate | null;
  /** Wants to be picked. */
  readonly picks: boolean;
  /** Why its action, or its pick, is left out of this tick. */
  readonly postponed?: FailedAction;
}

type State = Note['state'];

export const noted = (
  facts: EntryFacts,
  state: State,
  reason: Reason,
  more: { on?: readonly string[]; until?: number } = {},
): EntryDecision => ({
  action: null,
  note: { key: facts.entry.key, id: facts.entry.id, state, reason, ...more },
  wants: null,
  lands: null,
  picks: false,
});

export const acted = (facts: EntryFacts, action: Action, reason: Reason): EntryDecision => ({
  ...noted(facts, 'running', reason),
  action,
});

/** What failed when it was tried last is left out until it is due again; the note says why. */
export function notBefore({ failures, now }: World, facts: EntryFacts, turn: EntryDecision): EntryDecision {
  const failed =
    (turn.action === null ? null : postponedBy(failures, turn.action, now)) ??
    (turn.picks ? postponedOf(failures, pickOf(facts.entry.key, facts.entry.id), now) : null);
  if (failed === null) return turn;
  return { ...noted(facts, 'held', reasonOf(failed), { until: failed.until }), postponed: failed };
}

/** What an agent's hold means for an entry that wants it; null = the agent is free. */
export function waitsFor(facts: EntryFacts, hold: AgentHold): EntryDecision | null {
  switch (hold.kind) {
    case 'free':
      return null;
    case 'missing':
      return noted(facts, 'held', hold.reason);
    case 'launch':
      return noted(facts, 'held', hold.reason, { until: hold.until });
    case 'provider':
      return noted(facts, 'waits-for-provider', hold.reason, { until: hold.until });
    case 'probing':
      return noted(facts, 'waits-for-provider', hold.reason);
    default:
      return unreachable(hold);
  }
}
