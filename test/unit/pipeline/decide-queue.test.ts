import { describe, expect, it } from 'vitest';
import {
  decideQueue,
  nextBatchSize,
  redsNeeded,
  type Outcome,
  type QueueFacts,
  type QueueStep,
} from '../../../src/pipeline/queue/decide-queue.ts';
import { simulateQueue, type QueueSimOptions } from './simulation/queue-sim.ts';

/** `g`: green, `-`: not checked, a number: so often red. */
const outcome = (mark: string): Outcome => ({ greens: mark === 'g' ? 1 : 0, reds: Number(mark) || 0 });
const outcomes = (marks: string): Outcome[] => marks.split('').map(outcome);

const NO_CONTROL: Outcome = { greens: 0, reds: 0 };
const CONTROLLED: Outcome = { greens: 1, reds: 0 };

/** @param prefixes one mark each: base, the first landing, the first two… */
const facts = (prefixes: string, change: Partial<QueueFacts> = {}): QueueFacts => ({
  prefixes: outcomes(prefixes),
  isolated: null,
  interactions: [],
  suspect: null,
  failuresToBlame: 3,
  baseline: CONTROLLED,
  failedAfterRecovery: true,
  ...change,
});
type Aside = NonNullable<QueueFacts['suspect']>;
const aside = (
  mark: string,
  { alone, ...change }: { alone?: string } & Partial<Pick<Aside, 'rest' | 'failedAfterRecovery'>> = {},
): Aside => ({
  outcome: outcome(mark),
  isolated: alone === undefined ? null : outcome(alone),
  rest: 'other',
  failedAfterRecovery: true,
  ...change,
});

const check = (length: number, why: string): unknown => ({ do: 'check', which: { tree: 'prefix', length }, why });
const other = (which: object, why: string): unknown => ({ do: 'check', which, why });
const blame = (who: 'first' | 'suspect', partner: number | null = null): QueueStep => ({
  do: 'send-back',
  who,
  partner,
});
const land = (length: number): QueueStep => ({ do: 'land', length });

type Row = readonly [what: string, facts: QueueFacts, step: unknown];
const table = (rows: readonly Row[]): void => {
  for (const [what, given, step] of rows) it(what, () => expect(decideQueue(given)).toEqual(step));
};

describe('a batch that is not red for certain', () => {
  table([
    ['is nothing: nothing is done', facts('g'), { do: 'nothing' }],
    ['was never checked: the whole of it is, once for all', facts('g----'), check(4, 'first')],
    ['is green: all of it lands (I5)', facts('g---g'), land(4)],
    ['is green, whatever its prefixes were once', facts('g2-1g'), land(4)],
    ['was red once: the very same tree again (I3: nobody is blamed for a flake)', facts('g---1'), check(4, 'again')],
    ['of one, red once: again', facts('g1'), check(1, 'again')],
    ['was red and then green: a flake, it lands', facts('g---g', { baseline: NO_CONTROL }), land(4)],
  ]);
});

describe('a batch that was red twice', () => {
  table([
    ['needs to know base: it is checked', facts('---2'), check(0, 'baseline')],
    ['needs to know base: red once, again', facts('1--2'), check(0, 'baseline')],
    ['on a base that is red twice: base is, nobody is to blame', facts('2--2'), { do: 'base-fails' }],
    ['is searched half by half', facts('g-------2'), check(4, 'search')],
    ['is searched below the lowest prefix that is red', facts('g---1---2'), check(2, 'search')],
    ['is searched down to its first task', facts('g-1-1---2'), check(1, 'search')],
    ['has a green prefix: that lands at once', facts('g---g---2'), land(4)],
    ['has green prefixes: the longest lands', facts('g-g-g-1-2'), land(4)],
    ['has a green prefix behind a red one: it contains it, and lands', facts('g-1-g---2'), land(4)],
    ['whose first task is red once: once more', facts('g1--2'), check(1, 'confirm')],
  ]);
});

describe('the first task of the chain is suspected', () => {
  table([
    [
      'it was red twice: the others are checked without it before anybody is blamed',
      facts('g2--2'),
      { do: 'set-aside' },
    ],
    [
      'some have landed before it: it is checked alone',
      facts('g1--2', { isolated: NO_CONTROL }),
      other({ tree: 'isolated' }, 'confirm'),
    ],
    ['and red alone, too: it is set aside', facts('g1--2', { isolated: outcome('1') }), { do: 'set-aside' }],
    [
      'it was red once, and nothing was green so far: the others are checked before it is asked for its second red',
      facts('g1--2', { failedAfterRecovery: false, baseline: NO_CONTROL }),
      { do: 'set-aside' },
    ],
    ['it is the only one: red as often as is needed, it goes back', facts('g3'), blame('first')],
    ['it is the only one: not yet red as often as is needed', facts('g2'), check(1, 'confirm')],
    ['more reds are needed where flakes are common', facts('g3', { failuresToBlame: 4 }), check(1, 'confirm')],
    ['reds alone count, too', facts('g2', { isolated: outcome('1') }), blame('first')],
    [
      'nothing was green since: base is looked at before anybody is blamed (I3)',
      facts('g2', { baseline: NO_CONTROL, failedAfterRecovery: false }),
      check(0, 'baseline'),
    ],
    [
      'base is green, and it was not red after that: what was down may be back (I3)',
      facts('g4', { failedAfterRecovery: false }),
      check(1, 'confirm'),
    ],
    [
      'base has become red since: the check needs something that is down',
      facts('g3', { baseline: { greens: 0, reds: 2 } }),
      { do: 'base-fails' },
    ],
    ['base was red once since: once more', facts('g3', { baseline: { greens: 0, reds: 1 } }), check(0, 'baseline')],
  ]);
});

describe('a task that was set aside', () => {
  table([
    ['the others are checked without it', facts('g---', { suspect: aside('2') }), check(3, 'first')],
    ['they are red once: again', facts('g--1', { suspect: aside('2') }), check(3, 'again')],
    [
      'they are green, and are its whole batch: that proves it, it goes back',
      facts('g--g', { suspect: aside('2', { rest: 'chain' }) }),
      blame('suspect'),
    ],
    [
      'they are green, and it was not red since anything was: they land first (I3)',
      facts('g--g', { suspect: aside('1', { rest: 'chain', failedAfterRecovery: false }) }),
      land(3),
    ],
    [
      'then it is looked at: what was down may be back (I3)',
      facts('g', { suspect: aside('1', { rest: 'green', failedAfterRecovery: false }) }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
    ['and is red again: it goes back', facts('g', { suspect: aside('2', { rest: 'green' }) }), blame('suspect')],
    [
      'others land before it that are not its batch: by itself it must be red as often as is needed',
      facts('g', { suspect: aside('2') }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
    [
      'base was red meanwhile, so its reds are forgotten: they land, and it is checked anew (I3)',
      facts('g--g', { suspect: aside('-', { rest: 'chain', failedAfterRecovery: false }) }),
      land(3),
    ],
    [
      'its reds are forgotten, and nobody else is left',
      facts('g', { suspect: aside('-', { rest: 'green', failedAfterRecovery: false }) }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
    [
      'they are green, but not its whole batch: they land, it is judged by itself',
      facts('g--g', { suspect: aside('2') }),
      land(3),
    ],
    ['they are red, too: they are searched on', facts('g--2', { suspect: aside('2') }), check(1, 'search')],
    ['a part of them is green: it lands', facts('g-g-2', { suspect: aside('2') }), land(2)],
    [
      'they are red from the first on: it is judged by itself',
      facts('g1-2', { suspect: aside('2') }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
    ['red as often as is needed: it goes back', facts('g--2', { suspect: aside('3') }), blame('suspect')],
    ['its reds alone count, too', facts('g--2', { suspect: aside('2', { alone: '1' }) }), blame('suspect')],
    ['it is green after all: it continues', facts('g--2', { suspect: aside('g') }), { do: 'take-back' }],
    [
      'it is green after all, and the others as well',
      facts('g--g', { suspect: aside('g', { rest: 'chain', failedAfterRecovery: false }) }),
      { do: 'take-back' },
    ],
    [
      'nobody else is left: it is judged by itself',
      facts('g', { suspect: aside('2') }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
    ['nobody else is left, red as often as is needed', facts('g', { suspect: aside('3') }), blame('suspect')],
    [
      'nothing was green since: base is looked at first (I3)',
      facts('g', { suspect: aside('3', { failedAfterRecovery: false }), baseline: NO_CONTROL }),
      check(0, 'baseline'),
    ],
    [
      'base is green, and it was not red after that',
      facts('g', { suspect: aside('4', { failedAfterRecovery: false }) }),
      other({ tree: 'suspect' }, 'confirm'),
    ],
  ]);
});

describe('a task that is green alone and red with what has landed since', () => {
  const alone = outcome('g');
  table([
    ['takes one red more than one that is bad', facts('g3', { isolated: alone }), check(1, 'confirm')],
    [
      'its partner is searched half by half',
      facts('g4', { isolated: alone, interactions: outcomes('-------') }),
      other({ tree: 'interaction', length: 4 }, 'search'),
    ],
    [
      'between green and red',
      facts('g4', { isolated: alone, interactions: outcomes('-g-1---') }),
      other({ tree: 'interaction', length: 3 }, 'search'),
    ],
    [
      'the first tree that is red with it is checked again',
      facts('g4', { isolated: alone, interactions: outcomes('-g1----') }),
      other({ tree: 'interaction', length: 3 }, 'confirm'),
    ],
    [
      'it goes back, its partner named',
      facts('g4', { isolated: alone, interactions: outcomes('-g2----') }),
      blame('first', 3),
    ],
    [
      'the very first that landed since is its partner',
      facts('g4', { isolated: alone, interactions: outcomes('2------') }),
      blame('first', 1),
    ],
    [
      'the last that landed since is its partner',
      facts('g4', { isolated: alone, interactions: outcomes('---g--g') }),
      blame('first', 8),
    ],
    ['only one has landed since: that is its partner', facts('g4', { isolated: alone }), blame('first', 1)],
    [
      'nothing was green since: base is looked at first (I3)',
      facts('g4', { isolated: alone, baseline: NO_CONTROL }),
      check(0, 'baseline'),
    ],
  ]);
});

describe('what the queue learns', () => {
  it('doubles a batch on green and halves it on red, between one and the largest', () => {
    expect([1, 2, 4, 8, 16].map((size) => nextBatchSize(size, 'green', 16))).toEqual([2, 4, 8, 16, 16]);
    expect([1, 2, 3, 5, 16].map((size) => nextBatchSize(size, 'red', 16))).toEqual([1, 1, 1, 2, 8]);
    expect(nextBatchSize(1, 'green', 1)).toBe(1);
    expect(nextBatchSize(16, 'green', 6)).toBe(6);
  });

  it('wants more reds where flakes are common, never less than two nor more than four', () => {
    expect(redsNeeded(0, 0)).toBe(4);
    expect(redsNeeded(1_000_000, 0)).toBe(2);
    expect(redsNeeded(1_000, 50)).toBe(4);
    expect(redsNeeded(100, 100)).toBe(4);
    let last = 4;
    for (let checks = 0; checks < 5_000; checks += 50) {
      const now = redsNeeded(checks, 0);
      expect(now).toBeLessThanOrEqual(last);
      last = now;
    }
  });
});

/** Every task has landed or gone back; who is bad went back, and nobody else did; no batch went round in circles. */
function expectJust(options: Omit<QueueSimOptions, 'seed'>, seeds: readonly number[]): { checks: number } {
  let checks = 0;
  for (const seed of seeds) {
    const result = simulateQueue({ ...options, seed });
    const back = result.sentBack.map(({ task }) => task);
    expect(result, `seed ${seed}`).toMatchObject({ innocents: [], escaped: [] });
    expect([...result.landed, ...back].sort((a, b) => a - b)).toEqual(
      Array.from({ length: options.tasks }, (_, index) => index),
    );
    expect(result.longest).toBeLessThan(200);
    checks += result.checks / options.tasks;
  }
  return { checks: checks / seeds.length };
}

describe('a simulated queue', () => {
  const seeds = [11, 22, 33, 44];
  it('blames nobody who is innocent, among bad tasks and flakes (I3, I5, I10)', () => {
    const { checks } = expectJust({ tasks: 1_000, bad: 0.05, flake: 0.05 }, seeds);
    expect(checks).toBeLessThan(0.55);
  });

  it('needs the fewer checks, the fewer tasks are bad', () => {
    expect(expectJust({ tasks: 1_000, bad: 0, flake: 0 }, seeds).checks).toBeLessThan(0.08);
    expect(expectJust({ tasks: 1_000, bad: 0.02, flake: 0 }, seeds).checks).toBeLessThan(0.3);
    expect(expectJust({ tasks: 600, bad: 0.2, flake: 0 }, seeds).checks).toBeLessThan(1.5);
  });

  it('is just in serial mode, too', () => {
    expect(expectJust({ tasks: 600, bad: 0.1, flake: 0.05, most: 1 }, seeds).checks).toBeGreaterThan(1);
  });

  it('names the partner of a task that is red only with another', () => {
    for (const seed of seeds) {
      const result = simulateQueue({ tasks: 1_000, bad: 0.02, flake: 0, clash: 0.03, seed });
      expect(result).toMatchObject({ innocents: [], escaped: [], misnamed: 0 });
      expect(result.sentBack.filter(({ partner }) => partner !== null).length).toBeGreaterThan(0);
    }
  });

  it('ends where every task is bad (I10)', () => {
    expectJust({ tasks: 100, bad: 1, flake: 0 }, seeds);
  });

  it('blames nobody for an outage, whenever it begins and however long it lasts (I3)', () => {
    for (let from = 1; from <= 40; from += 1)
      for (let runs = 1; runs <= 24; runs += 1) {
        const seed = from * 31 + runs;
        const { innocents, sentBack } = simulateQueue({ tasks: 100, bad: 0, flake: 0, outage: { from, runs }, seed });
        expect([innocents, sentBack], `from ${from}, for ${runs}`).toEqual([[], []]);
      }
  });

  it('stops, and blames nobody, while the check fails on everything (I3)', () => {
    for (const from of [1, 7, 40, 41, 42, 43, 44, 45]) {
      const options = { tasks: 300, bad: 0.05, flake: 0, outage: { from, runs: 60 } };
      expectJust(options, seeds);
      expect(simulateQueue({ ...options, seed: 11 }).stops).toBeGreaterThan(0);
    }
  });
});
