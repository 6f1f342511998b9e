import { expect, it } from 'vitest';
import type { SnapshotRun } from '../../../src/contract/snapshot.ts';
import { movesFor, type Movable } from '../../../src/report/ways/moves.ts';

const entry: Movable = { id: 'T-1', column: 'IN_PROGRESS', tags: [], parked: null, run: null };
const run = { id: 'T-1-1' } as SnapshotRun;
const to = (one: Partial<Movable>, hasWork: boolean | null = true): string[] =>
  movesFor({ ...entry, ...one }, hasWork).map((move) => move.to);
const words = (one: Partial<Movable>, column: string): string =>
  movesFor({ ...entry, ...one }, true).find((move) => move.to === column)?.words ?? '';

it('offers every column, its own for another place', () => {
  expect(to({})).toEqual(['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING']);
  expect(words({ column: 'TODO' }, 'TODO')).toBe('another place in TODO: what stands higher is started first');
});

it('offers no review and no tests of a branch without commits, but where that is not known', () => {
  expect(to({}, false)).toEqual(['TODO', 'IN_PROGRESS']);
  expect(to({}, null)).toContain('TESTING');
  // It stands there already: it can change its place.
  expect(to({ column: 'REVIEW' }, false)).toEqual(['TODO', 'IN_PROGRESS', 'REVIEW']);
});

it('moves nothing that has no id: a note, or an entry without a number', () => {
  expect(to({ id: null })).toEqual([]);
});

it('says what the move means, and what happens to a run first', () => {
  expect(words({}, 'TESTING')).toMatch(/^this counts as your review: /);
  expect(words({ run }, 'REVIEW')).toBe(
    'stops its run and commits that work; then starts a reviewer on what its branch has now',
  );
  expect(words({ tags: ['PAUSED'] }, 'TODO')).toMatch(/; it is paused, so nothing starts until it is resumed$/);
});

it('takes a parked entry out of where it is parked', () => {
  expect(words({ column: 'TODO', parked: 'Later' }, 'TODO')).toBe('out of “Later”: it can be picked');
  expect(words({ column: 'REVIEW', parked: 'Later' }, 'REVIEW')).toBe(
    'out of “Later”: it is worked on again in REVIEW',
  );
});
