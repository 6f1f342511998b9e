import { expect, it } from 'vitest';
import { visibleText } from '../../../src/hidden-characters.ts';
import { unfinishedAtEnd, visibleOutput } from '../../../src/web/visible-text.ts';

it('what is invisible, or turns the reading direction, is shown by its number', () => {
  expect(visibleText('a\u200Bb\u202Ec\u{E0041}\u0000\uFEFF')).toBe('a<U+200B>b<U+202E>c<U+E0041><U+0000><U+FEFF>');
  expect(visibleText('tab\tline\n👩\u200D💻 é')).toBe('tab\tline\n👩\u200D💻 é');
});

it('colours of output are left out, and every other escape sequence is text', () => {
  expect(visibleOutput('\u001B[1;31mred\u001B[0m \u001B[2J\u001B]0;title\u0007\r\nnext\u009B31m')).toBe(
    'red ␛[2J␛]0;title␇\nnext<U+009B>31m',
  );
  expect(visibleOutput('10 %\r20 %\r\r\n')).toBe('10 %␍20 %\n');
});

it('what may be the beginning of an escape sequence is known at the end', () => {
  expect(['x', 'x\u001B', 'x\u001B[', 'x\u001B[1;3', 'x\u001B[31m', 'x\r', 'x\u001B]'].map(unfinishedAtEnd)).toEqual([
    ...[0, 1, 2, 5, 0, 1, 0],
  ]);
});
