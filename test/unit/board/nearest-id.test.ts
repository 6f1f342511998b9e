import { describe, expect, it } from 'vitest';
import { nearestId } from '../../../src/board/nearest.ts';

describe('the id that was probably meant', () => {
  const ids = ['T-1', 'T-6', 'T-16', 'HYD-7'];
  it.each([
    ['T16', 'T-16'],
    ['t_16', 'T-16'],
    ['16', 'T-16'],
    ['#16', 'T-16'],
    ['T-016', 'T-16'],
    ['7', 'HYD-7'],
    ['hyd7', 'HYD-7'],
    ['T-17', 'T-1'],
    ['99', null],
    ['T-99', null],
    ['HDY-7', 'HYD-7'],
    ['login', null],
  ])('%s is %s', (typed, id) => {
    expect(nearestId(typed, ids)).toBe(id);
  });
});
