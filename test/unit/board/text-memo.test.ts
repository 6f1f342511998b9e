import { expect, it } from 'vitest';
import { TextMemo } from '../../../src/board/saves/text-memo.ts';

it('remembers what was asked for last, up to so many characters', () => {
  const asked: string[] = [];
  const memo = new TextMemo((text) => asked.push(text[0] ?? ''));
  const [a, b, c] = ['a'.repeat(8_000_000), 'b'.repeat(8_000_000), 'c'.repeat(8_000_000)];
  expect([a, b, a, c, a, b].map((text) => memo.of(text))).toEqual([1, 2, 1, 3, 1, 4]);
  expect(asked.join('')).toBe('abcb');
});

it('remembers one text that is larger than all of that', () => {
  const memo = new TextMemo((text) => ({ size: text.length }));
  const text = 'a'.repeat(30_000_000);
  expect(memo.of(text)).toBe(memo.of(text));
});
