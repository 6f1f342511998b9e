import { cleanFor, plainMove } from '../plain-move.ts';
import { isShell } from '../is-shell.ts';
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
        change: cleanFor(entry),
        why: 'its landing was reverted: begins afresh from base',
      }),
      'its landing was reverted',
    );
  if (branch === null || branch.tip === branch.start)
    return noted(
      facts,
      'held',
      `there is nothing to test: branch ${id} ${branch === null ? 'does not exist' : 'has no commit'}; move the entry to TODO`,
    );
  if (entry.tested !== null && !world.history.tested.has(`${id} ${entry.tested}`))
    return strike(facts, 'no tester passed the commit that `tested` names');
  if (entry.reviewed !== null && !world.history.reviewed.has(`${id} ${entry.reviewed}`)) return unreviewed(facts);
  if (entry.reviewed === null) return vouched(facts, branch.tip);
  if (entry.tested === null) return test(world, facts);
  if (entry.tested !== branch.tip) return strike(facts, 'the branch has moved since it was tested');
  if (isUnheard(world, facts))
    return strike(facts, 'a message came when it was tested: tested again with that in front');
  return ready(world, facts, branch.tip);
}

const strike = (facts: EntryFacts, why: string): EntryDecision =>
  acted(facts, plainMove(facts, { change: { setFields: { tested: null } }, why }), why);

/** A forged `reviewed` is struck; left in TESTING without one, the entry would count as moved there, and so reviewed, by hand. */
function unreviewed(facts: EntryFacts): EntryDecision {
  const why = 'no reviewer passed the commit that `reviewed` names: to be reviewed';
  return acted(
    facts,
    plainMove(facts, { to: 'REVIEW', change: { setFields: { reviewed: null, tested: null } }, why }),
    why,
  );
}

/** Only the user puts an entry here without `reviewed`: the move is the review. */
function vouched(facts: EntryFacts, tip: string): EntryDecision {
  const why = 'moved here by hand: that is the review';
  const trailers = [
    { name: 'Kanban-Reviewed', value: `${facts.entry.id} ${tip}` },
    { name: 'Kanban-Verdict', value: `${facts.entry.id} reviewer by-hand` },
  ] as const;
  return acted(facts, plainMove(facts, { change: { setFields: { reviewed: tip, tested: null } }, why, trailers }), why);
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

function whyHeld(world: World, { entry, branch }: EntryFacts): string | null {
  if (branch?.worktree === 'there' && !branch.attached)
    return `the worktree of ${entry.id} has something else checked out than branch ${entry.id}`;
  return world.landingsHeld ?? outsideWork(world);
}

/** While commits that an agent made where it had no business are neither undone nor looked at, nothing is built on them. */
function outsideWork({ entries, runs, history, undone }: World): string | null {
  const untaken = runs.find(({ ended }) => ended?.strays.some(({ sha }) => !undone.has(sha)));
  const told = entries.find(
    ({ entry }) =>
      entry.tags.includes('ESCALATED') && (history.strays.get(entry.id ?? '') ?? []).some((sha) => !undone.has(sha)),
  );
  const id = untaken?.taskId ?? told?.entry.id;
  return id === undefined ? null : `the agent of ${id} committed outside its branch: kanban show ${id}`;
}

function ready(world: World, facts: EntryFacts, tip: string): EntryDecision {
  const { entry } = facts;
  if (needsApproval(world, facts, tip)) {
    const trailers = [{ name: 'Kanban-Approval', value: `${entry.id} land ${tip}` }] as const;
    return acted(
      facts,
      plainMove(facts, {
        change: { addTags: ['APPROVE'] },
        why: 'tested; waits for approval to land',
        trailers,
        needsPerson: true,
      }),
      'waits for approval',
    );
  }
  const why = whyHeld(world, facts);
  if (why !== null) return noted(facts, 'held', why);
  const { state, why: said, until } = facts.landing ?? { state: 'lands', why: 'lands', until: null };
  const more = until === null ? {} : { until };
  return { ...noted(facts, state, said, more), lands: { key: entry.key, id: entry.id ?? '', tip } };
}
