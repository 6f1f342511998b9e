import { effect } from '@preact/signals';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../src/board/entry.ts';
import { COLUMNS } from '../../../src/board/entry.ts';
import type { Snapshot, SnapshotEntry } from '../../../src/contract/snapshot.ts';
import { patchBetween } from '../../../src/contract/snapshot-change.ts';
import { BoardStore } from '../../../src/web/page/store/board-store.ts';
import { entryOf } from './a-snapshot-entry.ts';

const snapshotOf = (entries: readonly SnapshotEntry[]): Snapshot =>
  ({ version: 2, at: 1, entries }) as unknown as Snapshot;

function storeOf(...entries: SnapshotEntry[]): BoardStore {
  const store = new BoardStore();
  store.apply(patchBetween(null, snapshotOf(entries))!, { isWhole: true, now: 0 });
  return store;
}

const shownIn = (store: BoardStore, column: Column): (string | null)[] =>
  store.columns[column].value.entries.map(({ entry }) => entry.value.id);

describe('the board in the page', () => {
  it('wakes the row of a changed entry, and no list', () => {
    const store = storeOf(entryOf('T-1'), entryOf('T-2'));
    let lists = 0;
    effect(() => {
      void store.columns.TODO.value;
      lists += 1;
    });
    store.apply({ entries: { 'T-2': entryOf('T-2', { title: 'Another title' }) } }, { isWhole: false, now: 1 });
    expect(lists).toBe(1);
    expect(store.byId('T-2')?.entry.value.title).toBe('Another title');
  });

  it('puts first what needs the user, and parked entries into groups', () => {
    const store = storeOf(
      entryOf('T-1'),
      entryOf('T-2', { state: 'needs-person' }),
      entryOf('T-3', { state: 'parked', parked: 'Later' }),
    );
    expect(shownIn(store, 'TODO')).toEqual(['T-2', 'T-1']);
    expect(store.needing.value.map(({ name }) => name)).toEqual(['T-2']);
    expect(store.columns.TODO.value).toMatchObject({ all: 2, parked: [{ name: 'Later', entries: [{ name: 'T-3' }] }] });
  });

  it('filters what comes and what changes, too', () => {
    const store = storeOf(entryOf('T-1', { title: 'login' }), entryOf('T-2'));
    store.filter('login');
    expect(shownIn(store, 'TODO')).toEqual(['T-1']);
    store.apply({ entries: { 'T-2': entryOf('T-2', { title: 'login again' }) } }, { isWhole: false, now: 1 });
    expect(shownIn(store, 'TODO')).toEqual(['T-1', 'T-2']);
    expect(store.count.value).toEqual({ all: 2, fit: 2 });
    store.filter('');
    store.apply({ gone: ['T-1'] }, { isWhole: false, now: 1 });
    expect(shownIn(store, 'TODO')).toEqual(['T-2']);
  });

  it('remembers which entry moved, and forgets all that a whole patch lacks', () => {
    const store = storeOf(entryOf('T-1'), entryOf('T-2'));
    store.apply({ entries: { 'T-1': entryOf('T-1', { column: 'REVIEW' }) } }, { isWhole: false, now: 7 });
    expect(store.arrived.get('T-1')).toBe(7);
    store.apply(patchBetween(null, snapshotOf([entryOf('T-9')]))!, { isWhole: true, now: 8 });
    expect(store.entries.map(({ id }) => id)).toEqual(['T-9']);
  });

  it('shows after any patches what the snapshot has', () => {
    const entries = fc.uniqueArray(
      fc.record({
        n: fc.integer({ min: 1, max: 8 }),
        column: fc.constantFrom(...COLUMNS),
        title: fc.constantFrom('a', 'b'),
      }),
      { selector: ({ n }) => n },
    );
    fc.assert(
      fc.property(fc.array(entries, { minLength: 1, maxLength: 6 }), (boards) => {
        const snapshots = boards.map((board) =>
          snapshotOf(board.map(({ n, column, title }) => entryOf(`T-${n}`, { column, title }))),
        );
        const store = new BoardStore();
        let before: Snapshot | null = null;
        for (const after of snapshots) {
          const patch = patchBetween(before, after);
          if (patch !== null) store.apply(patch, { isWhole: before === null, now: 1 });
          before = after;
          for (const column of COLUMNS)
            expect(shownIn(store, column)).toEqual(
              after.entries.filter((entry) => entry.column === column).map(({ id }) => id),
            );
        }
      }),
    );
  });
});
