import { awaitedBy, nextId } from '../../board/next-id.ts';
import * as messages from '../messages.ts';
import { cleanFor, plainMove } from '../plain-move.ts';
import { agentHold } from '../agent-backoff.ts';
import { acted, noted, waitsFor, type EntryDecision } from '../entry-decision.ts';
import type { EntryFacts, World } from '../world.ts';

/** An entry in TODO: made clean if it came back, else picked when it is settled, approved and what it depends on has landed. */
export function todo(world: World, facts: EntryFacts): EntryDecision {
  const { entry } = facts;
  if (entry.tags.includes('RETRY') || entry.tags.includes('ESCALATED') || hasVerdicts(facts))
    return acted(facts, plainMove(facts, { change: cleanFor(entry), why: messages.BACK_IN_TODO }), {
      code: 'returned-to-todo',
    });
  if (entry.id !== null && facts.branch?.worktree === 'there')
    return acted(facts, { type: 'remove-worktree', id: entry.id }, { code: 'returned-to-todo' });
  if (entry.tags.includes('PAUSED')) return noted(facts, 'needs-person', { code: 'paused', result: false });
  if (facts.settlesAt > world.now)
    return noted(facts, 'being-edited', { code: 'being-edited' }, { until: facts.settlesAt });
  const missing = entry.depends.filter((id) => isUnmet(world, id));
  if (missing.length > 0) return noted(facts, 'waits', { code: 'waits-for-entries', ids: missing }, { on: missing });
  return approved(world, facts);
}

/** A dependency is met only when the entry it names has landed: off the board, and a landing reachable from base. */
const isUnmet = (world: World, id: string): boolean =>
  !world.history.landed.has(id) || world.entries.some(({ entry }) => entry.id === id);

function approved(world: World, facts: EntryFacts): EntryDecision {
  const { entry } = facts;
  if (entry.tags.includes('APPROVE')) return noted(facts, 'needs-person', { code: 'waits-for-approval' });
  const wants = (entry.approve ?? world.settings.approve) === 'start';
  if (wants && entry.id === null) {
    const id = nextId(world.settings.ids[0] ?? 'T', world.usedIds, awaitedBy(world.entries.map((one) => one.entry)));
    return acted(facts, { type: 'number-entry', key: entry.key, column: 'TODO', id }, { code: 'numbering' });
  }
  if (wants && !world.history.approvals.has(`${entry.id} start`))
    return acted(
      facts,
      plainMove(facts, {
        change: { addTags: ['APPROVE'] },
        why: messages.APPROVAL_TO_START,
        trailers: [{ name: 'Kanban-Approval', value: `${entry.id} start` }],
        needsPerson: true,
      }),
      { code: 'asking-for-approval' },
    );
  const hold = agentHold(world, agentOf(world, facts));
  return waitsFor(facts, hold) ?? { ...noted(facts, 'ready', { code: 'ready' }), picks: true };
}

/** The agent that plays the task role for this entry. */
export const agentOf = (world: World, facts: EntryFacts): string =>
  facts.entry.fields.find(({ key }) => key === 'agent')?.value ?? world.settings.roles.task.agent;

const hasVerdicts = ({ entry }: EntryFacts): boolean =>
  entry.reviewed !== null || entry.tested !== null || Object.keys(entry.attempts).length > 0;
