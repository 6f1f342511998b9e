import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/workflow/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['300ms', 300],
    ['5s', 5_000],
    ['15m', 900_000],
    ['15 min', 900_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
    ['0', 0],
  ])('%s', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', '5x', '-5s', 'soon', '5s later', '1h30', '10y', '25d', 's', '5s,3s', 'NaNs'])('not %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
