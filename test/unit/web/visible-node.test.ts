import { expect, it } from 'vitest';
import { showHidden } from '../../../src/web/page/parts/visible-node.ts';

const shown = (type: unknown, props: unknown): unknown => {
  const node = { type, props };
  showHidden(node);
  return node.props;
};

it('attributes that are shown have hidden characters by their numbers', () => {
  expect(shown('b', { title: 'a\u202Eb', 'aria-label': '\u2066', 'data-name': 'x\u200B' })).toEqual({
    ...{ title: 'a<U+202E>b', 'aria-label': '<U+2066>', 'data-name': 'x\u200B' },
  });
});

it('so has text; what a field holds stays, and what is given to a component', () => {
  expect(shown(null, 'a\u001B\u0007\r')).toBe('a<U+001B><U+0007><U+000D>');
  expect(shown('input', { value: 'a\u202Eb' })).toEqual({ value: 'a\u202Eb' });
  expect(shown(() => null, { title: 'a\u202Eb' })).toEqual({ title: 'a\u202Eb' });
});
