import { expect, it } from 'vitest';
import { idsInText, nextId } from '../../../src/board/next-id.ts';

const next = (text: string): string => nextId('T', idsInText({}, text, ['T']));

it('I1: an id anywhere in the raw text is not given again: in a fence, a comment, a quote, prose', () => {
  expect(next('# TODO\n\n```\nnever closed\n\n## T-12: Swallowed\n')).toBe('T-13');
  expect(next('# TODO\n\n<!-- ## T-7: Set aside -->\n')).toBe('T-8');
  expect(next('# TODO\n\n> ## T-3: Quoted\n\nafter T-20 has landed\n')).toBe('T-21');
});

it('what an entry depends on, and numbers that are too long, do not count', () => {
  expect(next('## T-1: One\n\n- depends: T-9\n')).toBe('T-2');
  expect(next('## T-99999999999999999999999: x\n\n## T-4: y\n')).toBe('T-5');
});

it('an id that an entry waits for is given to nothing else', () => {
  expect(nextId('T', ['T-31'], new Set(['T-30', 'T-32', 'T-33']))).toBe('T-34');
});
