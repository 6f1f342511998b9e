import { describe, expect, it } from 'vitest';
import { Batch, type Suspect } from '../../../src/coordinator/merge-queue/batch.ts';
import type { Candidate } from '../../../src/pipeline/action.ts';

const task = (n: number, tip = `tip${n}`): Candidate => ({ key: `T-${n}`, id: `T-${n}`, tip });
const four = [1, 2, 3, 4].map((n) => task(n));
const gone = (...ids: number[]) => ids.map((n) => ({ id: `T-${n}`, sha: `sha${n}` }));
const idsOf = (some: readonly Candidate[]): string[] => some.map(({ id }) => id);
const aside = (member: Candidate): Suspect => ({
  member,
  under: 'under',
  red: 'red',
  key: 'key',
  aloneKey: null,
  rest: 'T-2 T-3 T-4',
  restIsGreen: false,
  held: [],
});

function begun(): Batch {
  const batch = new Batch();
  batch.begin([], four);
  batch.follow({ commit: 'base', key: 'k0' });
  return batch;
}

describe('what is green in its place (I5)', () => {
  it('is as many from the first on as are settled', () => {
    const batch = begun();
    batch.confirmGreen(gone(1, 2), 'k2');
    expect(batch.greenCount).toBe(2);
    expect(idsOf(batch.undecided)).toEqual(['T-3', 'T-4']);
  });

  it.each([
    ['all of it, where its key is green', ['k0', 'k1', 'k2', 'k3', 'k4'], ['k2'], 2],
    ['as far down as the next green key, where it is another by now', ['k0', 'k1', 'x2', 'x3', 'x4'], ['k1', 'k2'], 1],
    ['nothing, where base is another', ['x0', 'x1', 'x2', 'x3', 'x4'], ['k1', 'k2'], 0],
  ])('is %s', (_, keys, green, floor) => {
    const batch = begun();
    batch.confirmGreen(gone(1, 2), 'k2');
    batch.confirm(keys, (key) => green.includes(key));
    expect(batch.greenCount).toBe(floor);
  });

  it('ends before one that is out of the batch, until the rest is confirmed', () => {
    const batch = begun();
    batch.confirmGreen(gone(1, 2, 3), 'k3');
    batch.keep([task(1), task(2, 'another tip'), task(3), task(4)]);
    expect(idsOf(batch.members)).toEqual(['T-1', 'T-3', 'T-4']);
    batch.confirm(['k0', 'k1', 'k13', 'k134'], (key) => key === 'k1' || key === 'k3');
    expect(batch.greenCount).toBe(1);
  });
});

describe('a base that somebody else has moved', () => {
  it('makes what was found out before say nothing, and takes back whom it had set aside', () => {
    const batch = begun();
    batch.setSuspect(aside(task(1)));
    expect(idsOf(batch.members)).toEqual(['T-2', 'T-3', 'T-4']);
    batch.follow({ commit: 'other', key: 'x0' });
    expect(batch.suspect).toBeNull();
    expect(idsOf(batch.members)).toEqual(['T-1', 'T-2', 'T-3', 'T-4']);
  });

  it('by the board alone is the same', () => {
    const batch = begun();
    batch.confirmGreen(gone(1), 'k1');
    batch.follow({ commit: 'later', key: 'k1' });
    expect(batch.landedSince).toEqual(gone(1));
    expect(batch.origin).toBe('base');
  });
});

describe('how a batch came out', () => {
  it('is counted once, when nobody is left to be decided', () => {
    const batch = begun();
    batch.confirmGreen(gone(1, 2), 'k2');
    expect(batch.takeOutcome()).toBeNull();
    batch.confirmGreen(gone(3, 4), 'k4');
    expect(batch.takeOutcome()).toEqual({ outcome: 'green', size: 4 });
    expect(batch.takeOutcome()).toBeNull();
  });

  it('knows of one that is set aside whether all the others of its batch were green', () => {
    for (const others of [gone(2, 3), gone(2, 3, 4)]) {
      const batch = begun();
      batch.setSuspect(aside(task(1)));
      batch.confirmGreen(others, 'key');
      expect(batch.suspect?.restIsGreen).toBe(others.length === 3);
    }
  });

  it('is red once a culprit was searched for, and waits for one that is set aside', () => {
    const batch = begun();
    batch.setSuspect(aside(task(1)));
    batch.confirmGreen(gone(2, 3, 4), 'k4');
    expect(batch.takeOutcome()).toBeNull();
    batch.drop(['T-1']);
    expect(batch.takeOutcome()).toEqual({ outcome: 'red', size: 4 });
  });

  it('is nothing where all of them went away unchecked', () => {
    const batch = begun();
    batch.keep([]);
    expect(batch.takeOutcome()).toBeNull();
  });
});

describe('a task that does not merge onto what stands before it', () => {
  it('is left out as long as just that stands there', () => {
    const batch = begun();
    batch.leave(task(3), { key: 'k2', why: 'conflicts' });
    expect(idsOf(batch.members)).toEqual(['T-1', 'T-2', 'T-4']);
    expect([batch.clashOf(task(3), 'k2'), batch.clashOf(task(3), 'k1'), batch.clashOf(task(3))]).toEqual([
      'conflicts',
      null,
      'conflicts',
    ]);
  });

  it('is another task once its branch has moved on', () => {
    const batch = begun();
    batch.leave(task(3), { key: 'k2', why: 'conflicts' });
    expect(batch.clashOf(task(3, 'fixed'), 'k2')).toBeNull();
    batch.keep([task(1), task(3, 'fixed')]);
    expect(batch.clashOf(task(3), 'k2')).toBeNull();
  });
});
