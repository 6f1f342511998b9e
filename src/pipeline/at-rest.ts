import { nextId } from '../board/next-id.ts';
import type { Action } from './action.ts';
import { RULES } from './columns/index.ts';
import { acted, noted, type EntryDecision } from './entry-decision.ts';
import * as messages from './messages.ts';
import { RESET_PROGRESS, plainMove } from './plain-move.ts';
import type { EntryFacts, World } from './world.ts';

/** No run counts: fix what a hand edit left, wait for the user, or continue by the column's rule. */
export function atRest(world: World, facts: EntryFacts): EntryDecision {
  return afterHandEdit(world, facts) ?? waitsForUser(world, facts) ?? RULES[facts.entry.column](world, facts);
}

/** What edits and git commands of the user left: an entry without a number, a branch that is missing, landed or merged. */
function afterHandEdit(world: World, facts: EntryFacts): EntryDecision | null {
  const {
    entry: { id, key, column },
    branch,
  } = facts;
  if (id === null) return column === 'TODO' ? null : number(world, facts);
  if (branch === null) {
    if (facts.kept === null || facts.testedInBase) return null;
    return acted(facts, { type: 'restore-branch', id, ...facts.kept }, { code: 'restoring-branch' });
  }
  // Its landing was reverted, or its text saved again, before the branch was removed: nobody has merged anything.
  if (world.history.landedTips.get(id) === branch.tip)
    return acted(facts, { type: 'retire-branch', id, how: 'landed' }, { code: 'removing-landed-branch' });
  if (!branch.inBase || hasStrayed(world, facts)) return null;
  const action: Action = { type: 'close-merged', key, id, from: column, tip: branch.tip };
  return acted(facts, action, { code: 'closing-merged' });
}

function number(world: World, facts: EntryFacts): EntryDecision {
  const { key, column } = facts.entry;
  const id = nextId(world.settings.ids[0] ?? 'T', world.usedIds);
  return acted(facts, { type: 'number-entry', key, column, id }, { code: 'numbering' });
}

/** Outside TODO a tag holds the entry until the user removes it, or frees the entry by moving it. */
function waitsForUser(world: World, facts: EntryFacts): EntryDecision | null {
  const { column, tags, feedback } = facts.entry;
  if (column === 'TODO') return null;
  if (isFreed(world, facts)) return free(facts);
  if (tags.includes('ESCALATED')) return noted(facts, 'needs-person', { code: 'escalated', feedback });
  if (tags.includes('PAUSED')) return noted(facts, 'needs-person', { code: 'paused', result: false });
  return tags.includes('APPROVE') ? noted(facts, 'needs-person', { code: 'waits-for-approval' }) : null;
}

/** Escalated for what its agent committed outside its branch: until the user frees it, nothing follows from that. */
const hasStrayed = ({ history }: World, { entry }: EntryFacts): boolean =>
  entry.tags.includes('ESCALATED') && history.outsideCommits.has(entry.id ?? '');

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
