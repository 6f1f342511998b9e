import { cleanAfresh, plainMove } from '../plain-move.ts';
import type { Reason } from '../../contract/reason.ts';
import { reasonText } from '../../report/reason.ts';
import { isShell } from '../is-shell.ts';
import * as messages from '../messages.ts';
import { acted, noted, type EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';
import { agentFor, wantRun } from './stage.ts';

/** An entry in TESTING: vouched for by a reviewer or the user, then tested, fixed once if need be, then landed. */
export function testing(world: World, facts: EntryFacts): EntryDecision {
  const { entry, branch } = facts;
  const id = entry.id ?? '';
  if (facts.testedInBase)
    return acted(
      facts,
      plainMove(facts, {
        to: 'TODO',
        position: 'top',
        change: cleanAfresh(entry, ''),
        why: messages.LANDING_REVERTED,
      }),
      { code: 'landing-reverted' },
    );
  if (branch === null || branch.tip === branch.start)
    return noted(facts, 'held', { code: 'nothing-to-judge', stage: 'test', branch: id, exists: branch !== null });
  if (entry.tested !== null && !world.history.tested.has(`${id} ${entry.tested}`))
    return strike(facts, { code: 'tested-unknown' });
  if (entry.reviewed !== null && !world.history.reviewed.has(`${id} ${entry.reviewed}`)) return unreviewed(facts);
  if (entry.reviewed === null) return vouched(facts, branch.tip);
  if (entry.tested === null) return test(world, facts);
  if (entry.tested !== branch.tip) return strike(facts, { code: 'branch-moved' });
  if (isUnheard(world, facts)) return strike(facts, { code: 'message-waits' });
  return ready(world, facts, branch.tip);
}

const strike = (facts: EntryFacts, reason: Reason): EntryDecision =>
  acted(facts, plainMove(facts, { change: { setFields: { tested: null } }, why: reasonText(reason) }), reason);

/** A forged `reviewed` is struck; left in TESTING without one, the entry would count as moved there, and so reviewed, by hand. */
function unreviewed(facts: EntryFacts): EntryDecision {
  const reason = { code: 'reviewed-unknown' } as const;
  return acted(
    facts,
    plainMove(facts, {
      to: 'REVIEW',
      change: { setFields: { reviewed: null, tested: null } },
      why: reasonText(reason),
    }),
    reason,
  );
}

/** Only the user puts an entry here without `reviewed`: the move is the review. */
function vouched(facts: EntryFacts, tip: string): EntryDecision {
  const reason = { code: 'moved-to-testing' } as const;
  const trailers = [
    { name: 'Kanban-Reviewed', value: `${facts.entry.id} ${tip}` },
    { name: 'Kanban-Verdict', value: `${facts.entry.id} reviewer by-hand` },
  ] as const;
  const change = { setFields: { reviewed: tip, tested: null } };
  return acted(facts, plainMove(facts, { change, why: reasonText(reason), trailers }), reason);
}

/** A failure that waits to be fixed has `[RETRY]` and its notes; a tester that edits code fixes it itself. */
function test(world: World, facts: EntryFacts): EntryDecision {
  const { entry } = facts;
  const toFix = entry.tags.includes('RETRY') && entry.feedback !== null;
  const fixes = world.fixes.has(agentFor(world, facts, 'tester', 'work'));
  return toFix && !fixes ? wantRun(world, facts, 'task', 'mend') : wantRun(world, facts, 'tester', 'work');
}

/** Would this tip, tested, land now: vouched for, approved if need be, checked out in its worktree, with no hold on landings? */
export function mayLand(world: World, facts: EntryFacts, tip: string): boolean {
  const { entry, branch } = facts;
  if (entry.tags.some((tag) => tag === 'APPROVE' || tag === 'PAUSED' || tag === 'ESCALATED')) return false;
  const vouchedFor = entry.reviewed !== null && world.history.reviewed.has(`${entry.id} ${entry.reviewed}`);
  return (
    vouchedFor &&
    branch?.tip === tip &&
    !facts.testedInBase &&
    !needsApproval(world, facts, tip) &&
    !isUnheard(world, facts) &&
    whyHeld(world, facts) === null
  );
}

/** Somebody had something to say, and no run is left that would hear it. */
const isUnheard = (world: World, facts: EntryFacts): boolean =>
  (world.messages.get(facts.entry.id ?? '') ?? 0) > 0 && !isShell(world, agentFor(world, facts, 'tester', 'work'));

const needsApproval = (world: World, { entry }: EntryFacts, tip: string): boolean =>
  (entry.approve ?? world.settings.approve) === 'land' && !world.history.approvals.has(`${entry.id} land ${tip}`);

function whyHeld(world: World, { entry, branch }: EntryFacts): Reason | null {
  if (branch?.worktree === 'there' && !branch.attached) return { code: 'worktree-elsewhere', id: entry.id ?? '' };
  return world.landingsHeld === null ? outsideWork(world) : { code: 'landings-held', text: world.landingsHeld };
}

/** While commits that an agent made where it had no business are neither undone nor looked at, nothing is built on them. */
function outsideWork({ entries, runs, history, undone }: World): Reason | null {
  const untaken = runs.find(({ ended }) => ended?.outsideCommits.some(({ sha }) => !undone.has(sha)));
  const reported = entries.find(
    ({ entry }) =>
      entry.tags.includes('ESCALATED') &&
      (history.outsideCommits.get(entry.id ?? '') ?? []).some((sha) => !undone.has(sha)),
  );
  const id = untaken?.taskId ?? reported?.entry.id;
  return id === undefined || id === null ? null : { code: 'outside-commit', id };
}

function ready(world: World, facts: EntryFacts, tip: string): EntryDecision {
  const { entry } = facts;
  if (needsApproval(world, facts, tip)) {
    const trailers = [{ name: 'Kanban-Approval', value: `${entry.id} land ${tip}` }] as const;
    return acted(
      facts,
      plainMove(facts, {
        change: { addTags: ['APPROVE'] },
        why: messages.APPROVAL_TO_LAND,
        trailers,
        needsPerson: true,
      }),
      { code: 'asking-for-approval' },
    );
  }
  const held = whyHeld(world, facts);
  if (held !== null) return noted(facts, 'held', held);
  const { landing } = facts;
  const until = landing?.until ?? null;
  const reason: Reason = landing ? { code: 'merge-queue', text: landing.why } : { code: 'lands' };
  return {
    ...noted(facts, landing?.state ?? 'lands', reason, until === null ? {} : { until }),
    lands: { key: entry.key, id: entry.id ?? '', tip },
  };
}
