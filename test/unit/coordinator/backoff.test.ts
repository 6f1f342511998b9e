import { describe, expect, it } from 'vitest';
import { PushStanding } from '../../../src/coordinator/remote/push-backoff.ts';
import { Trouble } from '../../../src/coordinator/remote/backoff.ts';

describe('Trouble', () => {
  it('waits 5 s, then twice as long each time, up to 5 min, until it went well', () => {
    const trouble = new Trouble();
    const waits: number[] = [];
    let now = 0;
    for (let times = 0; times < 9; times += 1) {
      trouble.heard('no', now);
      const from = now;
      while (trouble.holds(now)) now += 1_000;
      waits.push((now - from) / 1_000);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    trouble.heard(null, now);
    expect([trouble.words, trouble.holds(now)]).toEqual([null, false]);
    trouble.heard('no', now);
    expect([trouble.holds(now + 4_999), trouble.holds(now + 5_000)]).toEqual([true, false]);
  });

  it('keeps its reason, but not its wait, when a person asks for another try', () => {
    const trouble = new Trouble();
    trouble.heard('no', 0);
    trouble.tryAgain();
    expect([trouble.words, trouble.holds(1)]).toEqual(['no', false]);
  });

  it('is held up by no clock that was set back', () => {
    const trouble = new Trouble();
    trouble.heard('no', 10_000_000);
    expect(trouble.holds(1_000)).toBe(false);
  });
});

describe('PushStanding', () => {
  it('counts a rejection as a refusal only when the remote has not moved for three of them', () => {
    const pushes = new PushStanding();
    const rejected = { kind: 'rejected', words: 'moved' } as const;
    for (const tip of ['a', 'a', 'b', 'b']) {
      pushes.heard(rejected, tip, 0);
      expect(pushes.declined(tip, 0)).toBe(null);
    }
    pushes.heard(rejected, 'b', 0);
    expect(pushes.declined('b', 0)).toBe('moved');
    expect(pushes.away(0)).toBe(null);
    expect(pushes.declined('c', 0)).toBe(null);
  });
});
