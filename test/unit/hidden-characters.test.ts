import { expect, it } from 'vitest';
import { visibleText } from '../../src/hidden-characters.ts';
import { hasHidden, plainLine, plainText } from '../../src/plain-text.ts';

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const HIDDEN = [
  ...[range(0x00, 0x08), range(0x0b, 0x1f), range(0x7f, 0x9f), range(0x200b, 0x200f), range(0x202a, 0x202e)],
  ...[range(0x2060, 0x206f), range(0xfe00, 0xfe0f), range(0xfff9, 0xfffb), range(0xe0000, 0xe007f)],
  ...[range(0xe0100, 0xe01ef), [0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x180e, 0x2028, 0x2029, 0x2800, 0x3164]],
  [0xfeff, 0xffa0, 0xd800],
].flat();

it.each(HIDDEN)('a reader learns of character %i, and no terminal gets it', (code) => {
  const text = `a${String.fromCodePoint(code)}b`;
  expect(visibleText(text)).toBe(`a<U+${code.toString(16).toUpperCase().padStart(4, '0')}>b`);
  expect(visibleText(plainText(text))).toBe(plainText(text));
  expect(plainLine(text)).toMatch(/^a ?b?$/);
});

it.each([
  '👩\u200D💻',
  '❤\uFE0F',
  '❤\uFE0F\u200D🔥',
  '1\uFE0F\u20E3',
  '👩🏽\u200D🔬',
  'می\u200Cخواهم',
  'क्\u200Dष',
  'é 漢字 한글',
])('what a person types stays: %s', (text) => {
  expect(visibleText(text)).toBe(text);
  expect(plainText(text)).toBe(text);
  expect(hasHidden(text)).toBe(false);
});
