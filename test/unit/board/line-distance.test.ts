import { describe, expect, it } from 'vitest';
import { textDistance } from '../../../src/board/saves/line-distance.ts';

describe('textDistance', () => {
  it('is exact below the limit, also of long texts, where each line that differs weighs twice what it costs', () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n} `.padEnd(50, 'x'));
    const more = lines.flatMap((line, n) => (n % 200 === 100 ? [line, '+'] : [line]));
    const [a, b] = [lines.join('\n'), more.join('\n')];
    expect(textDistance(a, b)).toBe(10);
    expect(textDistance(a, b, 11)).toBe(10);
    expect(textDistance(a, b, 10)).toBeGreaterThanOrEqual(10);
    expect(textDistance(a, b, 3)).toBeGreaterThanOrEqual(3);
  });
});
