import { describe, expect, it } from 'vitest';
import { SavePauses } from '../../../src/coordinator/observe/board/save-pauses.ts';

describe('a file that the user saves', () => {
  it('is written once it has been still', () => {
    const pauses = new SavePauses();
    expect(pauses.until('TODO', 1_000, 1_100, 300)).toBe(1_300);
    expect(pauses.until('TODO', 1_000, 1_300, 300)).toBe(1_300);
  });

  it('again and again is written in a short pause after 10 s, and not before', () => {
    const pauses = new SavePauses();
    const waits = Array.from({ length: 100 }, (_, n) => pauses.until('TODO', n * 200, n * 200 + 100, 300) - n * 200);
    expect(waits.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 300));
    expect(waits.slice(52)).toEqual(Array.from({ length: 48 }, () => 60));
    pauses.over('TODO');
    expect(pauses.until('TODO', 20_000, 20_100, 300)).toBe(20_300);
  });
});
