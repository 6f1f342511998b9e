import { expect, it } from 'vitest';
import { isNamedBy, namedId, withId } from '../../../src/pipeline/named-id.ts';
import { unknownAmong } from '../../../src/report/look-problems.ts';

it('an id is found in any case of its letters; a note has none', () => {
  const entries = [{ id: null }, { id: 'T-1' }, { id: 'T-12' }];
  expect(withId(entries, 't-12')).toBe(entries[2]);
  expect(withId(entries, 'T-2')).toBeUndefined();
  expect(withId(entries, '12')).toBe(entries[2]);
  expect(withId([...entries, { id: 'HYD-12' }], '12')).toBeUndefined();
  expect(withId(entries, '2')).toBeUndefined();
});

it('a run is that of an entry by its id in any case, or by its number', () => {
  expect(['t-12', '12', '2', 'T-1'].map((typed) => isNamedBy('T-12', typed))).toEqual([true, true, false, false]);
});

it('a number alone names no entry, and what has landed under it is the nearest', () => {
  const history = { landed: new Map([['T-13', 'abc']]), abandoned: new Set(['T-14']) };
  expect(namedId({ entries: [], history }, '13')).toEqual({ kind: 'unknown', near: 'T-13' });
  expect(namedId({ entries: [], history }, '14')).toEqual({ kind: 'unknown', near: 'T-14' });
  expect(namedId({ entries: [], history }, '3')).toEqual({ kind: 'unknown', near: null });
});

it('an id that is not on the board is answered with the nearest one', () => {
  expect(unknownAmong('t-13', ['T-40', 'T-12'])).toMatchObject({ code: 'unknown-id', fix: 'kanban show T-12' });
  expect(unknownAmong('X-900', [])).toMatchObject({ fix: 'kanban status --details lists what is on the board' });
});
