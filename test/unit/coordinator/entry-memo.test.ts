import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMNS } from '../../../src/board/entry.ts';
import { createSectionMemo, parseBoard } from '../../../src/board/parse.ts';
import { snapshotOf, type SnapshotInputs } from '../../../src/coordinator/publish/build-snapshot.ts';
import { EntryMemo } from '../../../src/coordinator/publish/entry-memo.ts';
import { decide } from '../../../src/pipeline/decide.ts';
import { runs } from '../../rig/runs.ts';
import { facts, world } from '../pipeline/build-world.ts';
import { queue } from '../report/board.ts';

interface Written {
  readonly id: number;
  readonly title: string;
  readonly needs: number;
  readonly parked: boolean;
  readonly messages: number;
}

const options = { ids: ['T'], boardPath: 'board', memo: createSectionMemo() };

function sourceOf(entries: readonly Written[]): SnapshotInputs {
  const text = (parked: boolean): string =>
    entries
      .filter((entry) => entry.parked === parked)
      .map(({ id, title, needs }) => `## T-${id}: ${title}\n\n- depends: T-${needs}\n\n`)
      .join('');
  const TODO = `# TODO\n\n${text(false)}# Later\n\n${text(true)}`;
  const { columns } = parseBoard({ TODO, IN_PROGRESS: null, REVIEW: null, TESTING: null }, options);
  const found = COLUMNS.flatMap((column) => columns[column].entries);
  const now = world(
    found.map((entry) => facts(entry)),
    { messages: new Map(entries.map(({ id, messages }) => [`T-${id}`, messages])) },
  );
  return {
    ...{ world: now, decision: decide(now), base: { name: 'main', sha: '0', checkout: null } },
    ...{ coordinator: null, warnings: [], activity: new Map(), worktrees: new Map(), queue: queue() },
  };
}

const boards = fc.array(
  fc.array(
    fc.record({
      ...{
        id: fc.integer({ min: 1, max: 5 }),
        title: fc.constantFrom('a', 'b'),
        needs: fc.integer({ min: 1, max: 6 }),
      },
      ...{ parked: fc.boolean(), messages: fc.integer({ min: 0, max: 1 }) },
    }),
    { maxLength: 6 },
  ),
  { minLength: 2, maxLength: 6 },
);

describe('the memo of the entries', () => {
  it('gives the snapshot that there is without it, and the same objects where nothing has changed', () => {
    fc.assert(
      fc.property(boards, (states) => {
        const memo = new EntryMemo();
        for (const state of states) {
          const shown = snapshotOf(sourceOf(state), memo);
          expect(shown).toEqual(snapshotOf(sourceOf(state)));
          expect(snapshotOf(sourceOf(state), memo).entries).toBe(shown.entries);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  it('makes one entry anew where one title has changed', () => {
    const memo = new EntryMemo();
    const list = [1, 2, 3].map((id) => ({ id, title: 'a', needs: 6, parked: false, messages: 0 }));
    const before = snapshotOf(sourceOf(list), memo).entries;
    const after = snapshotOf(sourceOf(list.with(0, { ...list[0]!, title: 'longer' })), memo).entries;
    expect(after.map((entry, index) => entry === before[index])).toEqual([false, true, true]);
  });
});
