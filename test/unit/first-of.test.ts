import { expect, it } from 'vitest';
import { firstOf } from '../../src/first-of.ts';

it('names the first of a list, and counts the others', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect([firstOf([]), firstOf(names.slice(1)), firstOf(names), firstOf(names, 2)]).toEqual([
    '',
    'b, c, d, e, f',
    'a, b, c, d, e and 1 more',
    'a, b and 4 more',
  ]);
});
