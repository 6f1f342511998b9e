import type { Reason } from '../contract/reason.ts';
import { reasonText } from '../report/reason.ts';
import type { Action } from './action.ts';
import { capReached } from './caps.ts';
import { acted, noted, type EntryDecision } from './entry-decision.ts';
import * as messages from './messages.ts';
import { applyResult } from './results/apply-result.ts';
import { evidence, undoing } from './results/outside-commits.ts';
import { readResult } from './results/read-result.ts';
import type { EntryFacts, RunFacts, World } from './world.ts';

/** The user moved the entry: its run is stopped first, and what it says no longer counts. */
export function leave(world: World, facts: EntryFacts, run: RunFacts): EntryDecision {
  const { entry } = facts;
  const why = messages.entryMoved(entry.column);
  const reason = { code: 'entry-moved', to: entry.column } as const;
  if (run.ended !== null) {
    // Nothing else may start in that worktree while some of it is alive; in TODO nothing starts anyway.
    const { result, outsideCommits } = run.ended;
    if (
      (result.survivors.length > 0 || outsideCommits.length > 0) &&
      entry.column !== 'TODO' &&
      facts.problems.length === 0
    )
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
  if (run.stopping) return noted(facts, 'waits', ending(run));
  return acted(facts, { type: 'stop-run', run: run.id, detail: why }, reason);
}

/** What nobody would hear of otherwise. */
function withStrays({ ended }: RunFacts): string {
  if (ended === null || ended.outsideCommits.length === 0) return '';
  return `; ${messages.committedOutside(evidence(ended.outsideCommits, 3), undoing(ended.outsideCommits))}`;
}

const foreign = (run: RunFacts): Reason => ({ code: 'foreign-run', run: run.id });

const ending = ({ lost }: RunFacts): Reason => ({ code: lost ? 'run-lost' : 'run-stopping' });

export function supervise(world: World, facts: EntryFacts, run: RunFacts): EntryDecision {
  if (run.state === 'foreign') return noted(facts, 'held', foreign(run));
  if (run.stopping) return noted(facts, 'running', ending(run));
  const detail = whyStopped(world, facts, run);
  if (detail !== null) return acted(facts, { type: 'stop-run', run: run.id, detail }, { code: 'run-stopping' });
  return noted(facts, 'running', { code: 'run-active', role: run.role });
}

/** Why a run is to end before its time; null = it continues. */
function whyStopped(world: World, facts: EntryFacts, run: RunFacts): string | null {
  if (world.mode === 'stop') return world.stoppedBy ?? 'kanban stop';
  if (world.paused !== null) return 'kanban pause';
  if (facts.branch?.inBase) return messages.MERGED_BY_HAND;
  const cap = capReached(world, run.taskId, run.agent);
  if (cap !== null && run.state === 'alive') return reasonText(cap.reason);
  if ((world.messages.get(run.taskId) ?? 0) === 0 || run.state !== 'alive') return null;
  if (run.inject === 'resume') return messages.MESSAGE_RESUMES;
  return run.inject === 'restart' ? messages.MESSAGE_RESTARTS : null;
}

/** Runs whose entry is not on the board: stopped, then discarded. */
export function orphanRuns(world: World): Action[] {
  const known = new Set(world.entries.map(({ entry }) => entry.id));
  const missed = new Set(world.orphans.filter(({ missedSince }) => missedSince !== null).map(({ id }) => id));
  return world.runs.flatMap((run): Action[] => {
    if (known.has(run.taskId) || world.unsure.has(run.taskId)) return [];
    const why = missed.has(run.taskId) ? messages.ENTRY_REMOVED : messages.ENTRY_MISSING;
    if (run.state === 'ended') return [{ type: 'put-aside', run: run.id, why: `${why}${withStrays(run)}` }];
    return run.stopping || run.state === 'foreign' ? [] : [{ type: 'stop-run', run: run.id, detail: why }];
  });
}
