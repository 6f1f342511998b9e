import { describe, expect, it } from 'vitest';
import { displayWidth, fold } from '../../../src/report/width.ts';

describe('fold', () => {
  it('leaves a line that fits, and folds between words under the first', () => {
    expect(fold('11:49:25  short', 20, 10)).toEqual(['11:49:25  short']);
    expect(fold('11:49:25  T-1 landed: a title that continues', 30, 10)).toEqual([
      '11:49:25  T-1 landed: a title',
      '          that continues',
    ]);
  });

  it('keeps the inset of a drawn problem, and commands whole', () => {
    expect(fold('            fix: write one of them', 28, 10)).toEqual([
      '            fix: write one',
      '            of them',
    ]);
    expect(fold('          kanban show T-9 · kanban retry T-9 · fix it', 30, 10)).toEqual([
      '          kanban show T-9',
      '          kanban retry T-9',
      '          fix it',
    ]);
  });

  it('counts wide letters by the columns that they take', () => {
    for (const row of fold(`11:49:25  ${'漢字 '.repeat(20).trim()}`, 30, 10))
      expect(displayWidth(row)).toBeLessThanOrEqual(30);
  });
});
