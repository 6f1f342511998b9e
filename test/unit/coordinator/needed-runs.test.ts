import { describe, expect, it } from 'vitest';
import { idsWithNeededRuns } from '../../../src/coordinator/observe/needed-runs.ts';
import type { Observation } from '../../../src/coordinator/observe/observation.ts';

interface Seen {
  readonly onBoard?: readonly (string | null)[];
  readonly refs?: readonly string[];
  readonly unsure?: readonly string[];
  readonly inMotion?: boolean;
  readonly unreadable?: readonly string[];
  readonly missing?: readonly string[];
}

/** The ids whose runs are kept after a look that found this. */
function needed({ onBoard = [], refs = [], unsure = [], inMotion = false, unreadable = [], missing = [] }: Seen) {
  const seen = {
    board: { unreadable, missing },
    git: { refs: new Map(refs.map((name) => [name, 'f'.repeat(40)])) },
    inMotion,
    world: { entries: onBoard.map((id) => ({ entry: { id } })), unsure: new Set(unsure) },
  };
  const ids = idsWithNeededRuns(seen as unknown as Observation);
  return ids === null ? null : [...ids].toSorted();
}

describe('the ids whose run folders stay', () => {
  it('are those of every entry on the board; one without an id has none', () => {
    expect(needed({ onBoard: ['T-1', null, 'T-2'] })).toEqual(['T-1', 'T-2']);
  });

  it('are those of entries that have begun and left the board, and of no other ref', () => {
    const refs = ['refs/kanban/start/T-7', 'refs/kanban/start/team/T-8', 'refs/heads/T-9', 'refs/kanban/other/T-9'];
    expect(needed({ onBoard: ['T-1'], refs })).toEqual(['T-1', 'T-7', 'team/T-8']);
  });

  it('are those of entries of which it is not clear whether they are on the board', () => {
    expect(needed({ unsure: ['T-5'] })).toEqual(['T-5']);
  });

  it.each([
    ['git changes its files', { inMotion: true }],
    ['a column is unreadable', { unreadable: ['REVIEW'] }],
    ['a column is missing', { missing: ['TODO'] }],
  ])('are unknown while %s', (_, seen) => {
    expect(needed({ onBoard: ['T-1'], ...seen })).toBeNull();
  });

  it('are none on an empty board without branches', () => {
    expect(needed({})).toEqual([]);
  });
});
