import { describe, expect, it } from 'vitest';
import { PushBackoff } from '../../../src/coordinator/remote/push-backoff.ts';
import { Backoff, WAITS } from '../../../src/pipeline/backoff.ts';

describe('Backoff', () => {
  it('waits 5 s, then twice as long each time, up to 5 min, until it went well', () => {
    const backoff = new Backoff(WAITS.remote);
    const waits: number[] = [];
    let now = 0;
    for (let times = 0; times < 9; times += 1) {
      backoff.record('no', now);
      const from = now;
      while (backoff.isWaiting(now)) now += 1_000;
      waits.push((now - from) / 1_000);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    backoff.record(null, now);
    expect([backoff.reason, backoff.isWaiting(now)]).toEqual([null, false]);
    backoff.record('no', now);
    expect([backoff.isWaiting(now + 4_999), backoff.isWaiting(now + 5_000)]).toEqual([true, false]);
  });

  it('keeps its reason, but not its wait, when the user asks for another try', () => {
    const backoff = new Backoff(WAITS.remote);
    backoff.record('no', 0);
    backoff.tryAgain();
    expect([backoff.reason, backoff.isWaiting(1)]).toEqual(['no', false]);
  });

  it('is held up by no clock that was set back', () => {
    const backoff = new Backoff(WAITS.remote);
    backoff.record('no', 10_000_000);
    expect(backoff.isWaiting(1_000)).toBe(false);
  });
});

describe('PushBackoff', () => {
  it('counts a rejection as a refusal only when the remote has not moved for three of them', () => {
    const pushes = new PushBackoff();
    const rejected = { kind: 'rejected', message: 'moved' } as const;
    for (const tip of ['a', 'a', 'b', 'b']) {
      pushes.record(rejected, tip, 0);
      expect(pushes.declined(tip, 0)).toBe(null);
    }
    pushes.record(rejected, 'b', 0);
    expect(pushes.declined('b', 0)).toBe('moved');
    expect(pushes.away(0)).toBe(null);
    expect(pushes.declined('c', 0)).toBe(null);
  });
});
