import { beforeEach, describe, expect, it } from 'vitest';
import { FailureRegister } from '../../../src/coordinator/perform/failure-register.ts';
import { waitAfter, WAITS } from '../../../src/pipeline/backoff.ts';
import { identitiesOf } from '../../../src/pipeline/failures.ts';

const MOVE = { key: 'move T-1', id: 'T-1', what: 'move of T-1' };

let said: string[] = [];
let register: FailureRegister;
beforeEach(() => {
  said = [];
  register = new FailureRegister((what, why) => said.push(`${what}: ${why ?? '-'}`));
});

/** A tick in which it is due, and fails if it may be tried. @returns whether it was tried */
function tick(now: number, why = 'no'): boolean {
  const may = register.mayTry(MOVE, now);
  if (may) register.failed(MOVE, { why }, now);
  register.follow(now);
  return may;
}

describe('the register of actions that fail (I10)', () => {
  it('waits 0.25 s, then twice as long each time, up to a minute', () => {
    const tried: number[] = [];
    for (let now = 0; now < 3_600_000; now += 250) if (tick(now)) tried.push(now / 1000);
    expect(tried.slice(0, 10)).toEqual([0, 0.25, 0.75, 1.75, 3.75, 7.75, 15.75, 31.75, 63.75, 123.75]);
    expect(tried.length).toBeLessThan(70);
    expect(said).toEqual(['move of T-1: no']);
  });

  it('reports each reason once, without what differs from try to try, and that it is over', () => {
    for (let now = 0; now < 600_000; now += 1_000)
      tick(now, now % 2_000 === 0 ? `a lock ${now}` : `no space: ${now}abcdef1`);
    expect(said).toHaveLength(2);
    register.done(MOVE);
    expect(said.slice(2)).toEqual(['move of T-1: -']);
    expect(register.due).toEqual([]);
  });

  it('reports nothing that is over at once, and at once what time does not help', () => {
    tick(0);
    register.done(MOVE);
    register.failed(MOVE, { why: 'for ever', lasting: true, fix: 'rm it' }, 10);
    register.mayTry(MOVE, 10);
    register.follow(10);
    expect(said).toEqual(['move of T-1: for ever. Fix: rm it']);
  });

  it('keeps wait and reasons of what is not due for a moment', () => {
    for (let now = 0; now < 60_000; now += 250) tick(now);
    register.follow(60_000);
    expect([register.due, said]).toEqual([[], ['move of T-1: no', 'move of T-1: -']]);
    for (let now = 60_250; now < 120_000; now += 250) tick(now);
    expect(said).toHaveLength(2);
    expect(register.all.get(MOVE.key)?.times).toBe(9);
  });

  it('does not wait for what was not tried, and keeps the reason of what was', () => {
    register.failed(MOVE, { why: 'edited', untried: true }, 0);
    expect(register.mayTry(MOVE, 0)).toBe(true);
    register.failed(MOVE, { why: 'no' }, 0);
    register.failed(MOVE, { why: 'edited', untried: true }, 5_000);
    expect(register.all.get(MOVE.key)).toMatchObject({ why: 'no', times: 1, until: 5_000 });
  });

  it('takes for a failure what is done again and again without effect', () => {
    for (let times = 0; times < 10; times += 1) {
      expect(register.mayTry(MOVE, 0)).toBe(true);
      register.hadNoEffect(MOVE, 'base', 0);
      register.follow(0);
    }
    register.mayTry(MOVE, 0);
    register.hadNoEffect(MOVE, 'moved', 0);
    expect(register.mayTry(MOVE, 0)).toBe(true);
    for (let times = 0; times < 10; times += 1) register.hadNoEffect(MOVE, 'moved', 0);
    expect(register.mayTry(MOVE, 0)).toBe(false);
  });

  it('I10: what is done again and again without effect is tried less and less often, and reported once', () => {
    const tried: number[] = [];
    for (let now = 0; now < 600_000; now += 250) {
      if (register.mayTry(MOVE, now)) {
        tried.push(now);
        register.wasDone(MOVE, 'base', now);
      }
      register.follow(now);
    }
    expect(tried.length).toBeLessThan(30);
    expect(said).toHaveLength(1);
    expect(register.all.get(MOVE.key)?.since).toBeLessThan(10_000);
    register.mayTry(MOVE, 700_000);
    register.wasDone(MOVE, 'moved', 700_000);
    expect([register.due, said.length]).toEqual([[], 2]);
  });

  it('I10: the same move of one entry, with another run and another base each time, is held after ten in a minute', () => {
    const tried: number[] = [];
    for (let now = 0; now < 600_000; now += 500) {
      const move = { ...MOVE, key: `move T-1 run-${now}`, kind: 'moves T-1' };
      if (register.mayTry(move, now)) {
        tried.push(now);
        register.wasDone(move, `base ${now}`, now);
      }
      register.follow(now);
    }
    expect(tried.length).toBeLessThan(30);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('10 times within a minute');
    // Long after the last one it counts as new.
    const later = { ...MOVE, key: 'move T-1 later', kind: 'moves T-1' };
    register.mayTry(later, 900_000);
    register.wasDone(later, 'base', 900_000);
    expect(register.all.size).toBe(0);
  });

  it('I10: ten moves of one entry in more than a minute, and many of different entries, are no failure', () => {
    for (let now = 0; now < 600_000; now += 7_000) register.wasDone({ ...MOVE, kind: 'moves T-1' }, `${now}`, now);
    for (let n = 0; n < 50; n += 1)
      register.wasDone({ key: `move T-${n}`, id: `T-${n}`, what: '', kind: `moves T-${n}` }, `${n}`, 700_000);
    expect(register.all.size).toBe(0);
  });

  it('is over when what was repeated without effect is not repeated any more', () => {
    for (let times = 0; times < 12; times += 1) register.hadNoEffect(MOVE, 'base', 0);
    register.mayTry(MOVE, 0);
    register.follow(0);
    register.recordDone(MOVE);
    expect(register.due).toEqual([]);
  });

  it('is tried at once when the user asks for it, and is held up by no clock that was set back', () => {
    for (let now = 0; now < 60_000; now += 250) tick(now);
    expect(register.mayTry(MOVE, 60_000)).toBe(false);
    register.follow(60_000);
    expect(register.tryAgain(60_000)).toBe(true);
    expect(register.mayTry(MOVE, 60_000)).toBe(true);
    register.failed(MOVE, { why: 'no' }, 10_000_000);
    expect(register.mayTry(MOVE, 1_000)).toBe(true);
  });
});

describe('identities', () => {
  it('share a kind where only run or tip differ, but for what a command asks for', () => {
    const move = (takes: string | null, request: string | null): (string | undefined)[] =>
      identitiesOf({
        type: 'move-entry',
        key: 'T-1',
        id: 'T-1',
        from: 'REVIEW',
        to: 'IN_PROGRESS',
        position: 'top',
        change: {},
        report: '',
        why: '',
        trailers: [],
        needsPerson: false,
        consumesRun: takes,
        request,
      }).map(({ kind }) => kind);
    expect(move('a', null)).toEqual(move('b', null));
    expect(move('a', null)).toEqual(['moves T-1 REVIEW IN_PROGRESS']);
    expect(move(null, 'r')).toEqual([undefined]);
    const aside = (run: string): (string | undefined)[] =>
      identitiesOf({ type: 'put-aside', run, why: '' }).map(({ kind }) => kind);
    expect(aside('T-1-3-task-0123abcd')).toEqual(aside('T-1-4-task-9123abcd'));
    expect(aside('T-1-3-task-0123abcd')).not.toEqual(aside('T-2-3-task-0123abcd'));
  });

  it('are the same from tick to tick, and one for each entry that is picked', () => {
    const picks = [
      { key: 'T-1', id: 'T-1' },
      { key: 'TODO?2', id: 'T-7' },
    ];
    expect(identitiesOf({ type: 'pick-entries', picks }).map(({ key }) => key)).toEqual(['pick T-1', 'pick TODO?2']);
    expect(identitiesOf({ type: 'remove-worktree', id: 'T-1' })).toEqual(
      identitiesOf({ type: 'retire-branch', id: 'T-1', how: 'landed' }),
    );
    expect(identitiesOf({ type: 'land-entries', entries: [] })).toEqual([]);
  });
});

describe('waits', () => {
  it('are doubled, or multiplied, up to the longest', () => {
    expect([1, 2, 3, 4].map((times) => waitAfter(times, WAITS.launch))).toEqual([2_000, 10_000, 50_000, 250_000]);
    expect([0, 1, 2, 99].map((times) => waitAfter(times, WAITS.base))).toEqual([300_000, 300_000, 600_000, 3_600_000]);
    expect(waitAfter(5_000, WAITS.local)).toBe(60_000);
  });
});
