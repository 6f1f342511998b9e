import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/contract/reason.ts';
import { allWaysOut, waysOut } from '../../../src/report/ways/ways-out.ts';
import { entry } from './board.ts';

const worktree = '.worktrees/T-1';
const REST = ['kanban rescope T-1 --why "…"', 'kanban deprioritize T-1 --why "…"', 'kanban abandon T-1 --why "…"'];

describe('what the user can do about an entry', () => {
  it.each([
    [
      'escalated, with a worktree',
      { tags: ['ESCALATED'], worktree },
      ['kanban retry T-1', `fix ${worktree}, then kanban retry T-1 --fixed`],
      REST,
    ],
    ['escalated, without a worktree', { tags: ['ESCALATED'] }, ['kanban retry T-1'], REST],
    ['waiting for approval', { tags: ['APPROVE'] }, ['kanban approve T-1'], REST],
    ['paused', { tags: ['PAUSED'] }, ['kanban resume T-1'], REST],
  ] as const)('%s: first what is likeliest, and for kanban show all ways', (_, fields, first, rest) => {
    const one = entry({ id: 'T-1', ...fields });
    expect(waysOut(one)).toEqual(['kanban show T-1', ...first]);
    expect(allWaysOut(one)).toEqual([...first, ...rest]);
  });

  it('an entry in work can be stopped; one in TODO has nothing to stop or to rescope', () => {
    expect(allWaysOut(entry({ id: 'T-1', column: 'REVIEW' }))).toEqual(['kanban stop T-1', ...REST]);
    expect(allWaysOut(entry({ id: 'T-1', column: 'TODO' }))).toEqual(REST.slice(1));
    expect(waysOut(entry({ id: 'T-1' }))).toEqual(['kanban show T-1']);
  });

  it('one whose agent is on hold: first what lifts that', () => {
    const held = (reason: Reason): readonly string[] => allWaysOut(entry({ id: 'T-1', column: 'REVIEW', reason }));
    expect(held({ code: 'provider', text: '429' })[0]).toBe('kanban resume');
    expect(held({ code: 'agent-not-started', agent: 'claude', text: 'no login' })[0]).toBe('kanban resume');
    expect(held({ code: 'no-free-place' })[0]).toBe('kanban stop T-1');
    expect(allWaysOut(entry({ id: 'T-1', column: 'TODO', reason: { code: 'provider', text: '' } }))).toEqual([
      'kanban resume',
      ...REST.slice(1),
    ]);
  });

  it('one without a number can be named in no command', () => {
    const one = entry({ id: null, key: 'TODO?x', tags: ['ESCALATED'] });
    expect([waysOut(one), allWaysOut(one)]).toEqual([[], []]);
  });
});
