import { expect, it } from 'vitest';
import type { Observation } from '../../../src/coordinator/observe/observation.ts';
import { outcomeOf } from '../../../src/coordinator/exit-outcome.ts';
import type { Reason } from '../../../src/contract/reason.ts';
import { RESUME_AGENTS } from '../../../src/report/reason.ts';

const observation = {
  world: { entries: [], only: null, stops: [], paused: null },
  board: { unreadable: [], board: { problems: [] } },
  git: { open: null },
} as unknown as Observation;

/** What `--until-done` prints of an entry that is left with this reason. */
function linesOf(reason: Reason): readonly string[] {
  const note = { key: 'T-1', id: 'T-1', state: 'held', reason } as const;
  return outcomeOf(observation, { actions: [], notes: [note], postponed: [], wakeAt: null }, [], null).lines;
}

it('says a long reason three times, and then where it stands', () => {
  const noteOf = (id: string | null, key: string, name: string) =>
    ({
      key,
      id,
      state: 'held',
      reason: {
        code: 'problem',
        text: `${name} is for the agent shell, which runs the first sh block, and there is none`,
      },
    }) as const;
  const titled = {
    ...observation,
    world: { ...observation.world, entries: [{ entry: { key: 'TODO?1', title: 'Two' } }] },
  };
  const numbered = ['T-3', 'T-4', 'T-5'].map((id) => noteOf(id, id, id));
  const notes = [noteOf('T-1', 'T-1', 'T-1'), noteOf(null, 'TODO?1', '"Two"'), ...numbered];
  const decision = { actions: [], notes, postponed: [], wakeAt: null };
  expect(outcomeOf(titled as unknown as Observation, decision, [], null).lines).toEqual([
    'T-1: T-1 is for the agent shell, which runs the first sh block, and there is none',
    'Two: "Two" is for the agent shell, which runs the first sh block, and there is none',
    'T-3: T-3 is for the agent shell, which runs the first sh block, and there is none',
    'T-4: as T-1',
    'T-5: as T-1',
  ]);
});

it('says that kanban resume lifts the hold of an agent, where one is on hold', () => {
  expect(linesOf({ code: 'provider', text: 'rate-limited' })).toEqual(['T-1: rate-limited', RESUME_AGENTS]);
  expect(linesOf({ code: 'agent-not-started', agent: 'claude', text: 'exit 1' })).toEqual([
    'T-1: claude could not start: exit 1',
    RESUME_AGENTS,
  ]);
  expect(linesOf({ code: 'column-full', column: 'REVIEW' })).toEqual([
    'T-1: waits for a place in REVIEW (`wip.review`)',
  ]);
});
