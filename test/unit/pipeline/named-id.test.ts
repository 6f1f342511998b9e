import { expect, it } from 'vitest';
import { withId } from '../../../src/pipeline/named-id.ts';
import { unknownAmong } from '../../../src/report/look-problems.ts';

it('an id is found in any case of its letters; a note has none', () => {
  const entries = [{ id: null }, { id: 'T-1' }, { id: 'T-12' }];
  expect(withId(entries, 't-12')).toBe(entries[2]);
  expect(withId(entries, 'T-2')).toBeUndefined();
});

it('an id that is not on the board is answered with the nearest one', () => {
  expect(unknownAmong('t-13', ['T-40', 'T-12'])).toMatchObject({ code: 'unknown-id', fix: 'kanban show T-12' });
  expect(unknownAmong('X-900', [])).toMatchObject({ fix: 'kanban status --details lists what is on the board' });
});
