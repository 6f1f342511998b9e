import { describe, expect, it } from 'vitest';
import { filterEntries, isFiltered, type EntryFilter } from '../../../src/report/filter-entries.ts';
import { renderStatus } from '../../../src/report/status.ts';
import { clock, entry, NOW, run, snapshot } from './board.ts';

const board = snapshot({
  entries: [
    entry({ id: 'T-1', column: 'TODO', state: 'ready' }),
    entry({ id: 'T-2', column: 'TODO', state: 'ready', agent: 'codex' }),
    entry({ id: 'T-3', column: 'REVIEW', state: 'running', run: run({ taskId: 'T-3', agent: 'codex' }) }),
    entry({ id: 'T-4', column: 'TESTING', state: 'needs-person', tags: ['ESCALATED'], agent: 'codex' }),
  ],
  orphanRuns: [run({ taskId: 'T-9', agent: 'codex' })],
});
const NONE: EntryFilter = { columns: [], states: [], tags: [], agents: [] };
const agentOf = (column: string): string => (column === 'TODO' || column === 'IN_PROGRESS' ? 'claude' : 'shell');
const ids = (filter: Partial<EntryFilter>): (string | null)[] => {
  const { entries, orphanRuns } = filterEntries(board, { ...NONE, ...filter }, agentOf);
  return [...entries.map(({ id }) => id), ...orphanRuns.map(({ taskId }) => taskId)];
};

describe('filters of status', () => {
  it('choose by column, state, tag and agent; lists are alternatives, options add up', () => {
    expect(ids({})).toEqual(['T-1', 'T-2', 'T-3', 'T-4', 'T-9']);
    expect(isFiltered(NONE)).toBe(false);
    expect(ids({ columns: ['TODO', 'TESTING'] })).toEqual(['T-1', 'T-2', 'T-4']);
    expect(ids({ columns: ['TODO', 'TESTING'], states: ['needs-person'] })).toEqual(['T-4']);
    expect(ids({ tags: ['ESCALATED', 'PAUSED'] })).toEqual(['T-4']);
    // The field is about the task role; the run that is on counts first.
    expect(ids({ agents: ['codex'] })).toEqual(['T-2', 'T-3', 'T-9']);
    expect(ids({ agents: ['claude'] })).toEqual(['T-1']);
    expect(ids({ agents: ['shell'] })).toEqual(['T-4']);
  });

  it('leave the head of status as it is, and list TODO line by line', () => {
    const shown = (filter: Partial<EntryFilter>): string =>
      renderStatus(filterEntries(board, { ...NONE, ...filter }, agentOf), {
        now: NOW,
        width: null,
        colour: false,
        details: false,
        clock,
        whole: board,
      });
    expect(shown({ columns: ['TODO'] })).toMatch(/ 2 of 6 runs [^]*TODO +T-1 [^]*TODO +T-2 /);
    expect(shown({ states: ['parked'] })).toContain('(no entry is like that)\n');
  });
});
