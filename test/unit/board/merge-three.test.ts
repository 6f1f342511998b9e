import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeThree } from '../../../src/board/merge/merge-three.ts';

const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });
const letters = (word: string): string[] => word.split('');
const same = (word: string): string => word;

describe('mergeThree', () => {
  it('parts what all have from what one or both changed', () => {
    expect(
      mergeThree(letters('abcd'), letters('aXcd'), letters('abcdY'), same).map(({ by, ours, theirs }) => [
        by,
        ours.join(''),
        theirs.join(''),
      ]),
    ).toEqual([
      ['same', 'a', 'a'],
      ['ours', 'X', 'b'],
      ['same', 'c', 'c'],
      ['same', 'd', 'd'],
      ['theirs', '', 'Y'],
    ]);
    expect(mergeThree(letters('ab'), letters('aX'), letters('aY'), same).at(-1)).toMatchObject({ by: 'both' });
  });

  it('loses no item of any side, in order; a side that changed nothing has no say', () => {
    fc.assert(
      fc.property(words, words, words, (base, ours, theirs) => {
        const chunks = mergeThree(base, ours, theirs, same);
        expect(chunks.flatMap((chunk) => chunk.base)).toEqual(base);
        expect(chunks.flatMap((chunk) => chunk.ours)).toEqual(ours);
        expect(chunks.flatMap((chunk) => chunk.theirs)).toEqual(theirs);
        const take = (side: readonly string[], other: readonly string[]) =>
          mergeThree(base, side, other, same).flatMap((chunk) => (chunk.by === 'theirs' ? chunk.theirs : chunk.ours));
        expect(take(base, theirs)).toEqual(theirs);
        expect(take(ours, base)).toEqual(ours);
        expect(take(ours, ours)).toEqual(ours);
      }),
    );
  });
});
