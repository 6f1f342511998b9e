import type { Reason } from '../../contract/reason.ts';
import { reasonText } from '../../report/reason.ts';
import type { Role } from '../../workflow/roles.ts';
import type { Action } from '../action.ts';
import { capReached, runsUsedUp } from '../caps.ts';
import { agentHold, restartOf } from '../agent-backoff.ts';
import { plainMove, withFindings } from '../plain-move.ts';
import { oneLine } from '../one-line.ts';
import { unrecordedUsage } from '../results/apply-result.ts';
import { acted, noted, waitsFor, type EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';
import { agentOf } from './todo.ts';

/** A run of this role is wanted; says why not where it can't be. The pool decides later whether there is a place. */
export function wantRun(world: World, facts: EntryFacts, role: Role, purpose: 'work' | 'mend'): EntryDecision {
  const id = facts.entry.id ?? '';
  const restart = restartOf(world, id);
  if (restart.kind === 'used-up') return acted(facts, escalate(world, facts, restart.reason), restart.reason);
  if (restart.kind === 'wait') return noted(facts, 'waits', restart.reason, { until: restart.until });
  const agent = agentFor(world, facts, role, purpose);
  const usedUp = runsUsedUp(world, id);
  if (usedUp !== null) return acted(facts, escalate(world, facts, usedUp), usedUp);
  const cap = capReached(world, id, agent);
  if (cap?.kind === 'entry') return acted(facts, escalate(world, facts, cap.reason), cap.reason);
  if (cap !== null) return noted(facts, 'held', cap.reason, { until: cap.until });
  const waits = waitsFor(facts, agentHold(world, agent));
  if (waits !== null) return waits;
  const mustDiffer = role === 'task' && purpose === 'work' ? (world.history.rejected.get(id) ?? null) : null;
  return {
    ...noted(facts, 'ready', { code: 'no-free-place' }),
    wants: { type: 'start-run', id, role, purpose, agent, mustDiffer },
  };
}

/**
 * Nobody's failure, but the user must look. `attempts` goes, so that the user who frees the entry gives it a fresh budget.
 * What was used up to here is recorded, so that it isn't counted against what comes after.
 */
function escalate(world: World, facts: EntryFacts, reason: Reason): Action {
  const why = reasonText(reason);
  const change = {
    addTags: ['ESCALATED'],
    removeTags: ['RETRY'],
    setFields: { attempts: null, feedback: withFindings(facts.entry, why) },
  } as const;
  const trailers = unrecordedUsage(world, facts.entry.id ?? '');
  return plainMove(facts, { change, why: oneLine(why), report: why, trailers, needsPerson: true });
}

/** Who plays the role: the entry's `agent` for the task role, `reviewer.agent` and `tester.agent` for the others. */
export function agentFor(world: World, facts: EntryFacts, role: Role, purpose: 'work' | 'mend'): string {
  if (role === 'task') {
    const fixer = world.settings.roles.tester.fix;
    if (purpose === 'mend' && fixer !== 'task') return fieldAgent(facts, fixer) ?? roleAgent(world, fixer);
    return agentOf(world, facts);
  }
  return fieldAgent(facts, role) ?? world.settings.roles[role].agent;
}

const fieldAgent = (facts: EntryFacts, role: string): string | undefined =>
  facts.entry.fields.find(({ key }) => key === `${role}.agent`)?.value;

const roleAgent = (world: World, role: string): string =>
  role === 'reviewer' || role === 'tester' ? world.settings.roles[role].agent : world.settings.roles.task.agent;
