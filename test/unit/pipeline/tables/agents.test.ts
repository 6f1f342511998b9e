import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/pipeline/decide.ts';
import { acts, entry, facts, MINUTE, noteOf, NOW, past, picks, run, starts, world, notesOf } from '../build-world.ts';

const two = [facts(entry('T-1', 'IN_PROGRESS')), facts(entry('T-2', 'IN_PROGRESS')), facts(entry('T-3', 'TODO'))];
const trouble = (...ends: readonly number[]) => ends.map((at) => past('T-1', 'provider', at, { detail: 'rate limit' }));

describe("provider trouble: nobody's failure (I9), for as long as it takes", () => {
  it('holds all new runs of that agent until the stated time', () => {
    const runs = [past('T-1', 'provider', NOW - MINUTE, { providerUntil: NOW + 5 * MINUTE, detail: 'rate-limited' })];
    const of = world(two, { past: runs });
    expect(acts(of)).toEqual([]);
    expect(notesOf(of)).toMatchObject(
      [1, 2, 3].map(() => ({ state: 'waits-for-provider', why: 'rate-limited', until: NOW + 5 * MINUTE })),
    );
    expect(decide(of).wakeAt).toBe(NOW + 5 * MINUTE);
  });

  it('else 30 s doubling to 10 min', () => {
    for (const [times, seconds] of [
      [1, 30],
      [2, 60],
      [3, 120],
      [5, 480],
      [6, 600],
      [20, 600],
    ] as const) {
      const runs = trouble(...Array.from({ length: times }, (_, index) => NOW - (times - 1 - index) * MINUTE));
      expect(noteOf(world(two, { past: runs }), 'T-1')).toMatchObject({ until: NOW + seconds * 1000 });
    }
  });

  it('a stated time that was over already is not believed: no agent is started over and over', () => {
    const runs = [past('T-1', 'provider', NOW, { providerUntil: NOW - 1 })];
    expect(noteOf(world(two, { past: runs }), 'T-1')).toMatchObject({ until: NOW + 30_000 });
  });

  it('kanban resume ends the hold, whatever its reason; what fails after that holds again', () => {
    const held = [past('T-1', 'provider', NOW - MINUTE, { providerUntil: NOW + 24 * 60 * MINUTE })];
    expect(starts(world(two, { past: held, resumedAt: NOW - 1 }))).not.toEqual([]);
    expect(starts(world(two, { past: held, resumedAt: NOW - 2 * MINUTE }))).toEqual([]);
    const login = [past('T-1', 'not-started', NOW - 1_000, { login: true })];
    expect(starts(world(two, { past: login }))).toEqual([]);
    expect(starts(world(two, { past: login, resumedAt: NOW - 1 }))).not.toEqual([]);
  });

  it('a coordinator that is started tries an agent again that could not be started, with one run first; providers keep their time', () => {
    const failed = [past('T-1', 'not-started', NOW - 3_000, { login: true })];
    expect(starts(world(two, { past: failed, begunAt: NOW - 4_000 }))).toEqual([]);
    const begun = world(two, { past: failed, begunAt: NOW - 1_000 });
    expect(starts(begun)).toHaveLength(1);
    expect(noteOf(begun, 'T-2')).toMatchObject({ reason: { code: 'agent-probing' } });
    const limited = [past('T-1', 'provider', NOW - 3_000, { providerUntil: NOW + 60 * MINUTE })];
    expect(starts(world(two, { past: limited, begunAt: NOW - 1_000 }))).toEqual([]);
  });

  it('a time that no limit can have is no time', () => {
    const runs = [past('T-1', 'provider', NOW, { providerUntil: NOW + 400 * 24 * 60 * MINUTE })];
    expect(noteOf(world(two, { past: runs }), 'T-1')).toMatchObject({ until: NOW + 30_000 });
  });

  it('then one run first; the others when it has ended well', () => {
    const runs = trouble(NOW - MINUTE);
    const later = world(two, { past: runs });
    expect(starts(later)).toMatchObject([{ id: 'T-1' }]);
    expect(noteOf(later, 'T-1')).toMatchObject({ reason: { code: 'ready' } });
    expect(noteOf(later, 'T-2')).toMatchObject({ reason: { code: 'agent-probing' } });
    const probing = world(two, { past: runs, runs: [run('T-1')] });
    expect(acts(probing)).toEqual([]);
    expect(noteOf(probing, 'T-2')).toMatchObject({ state: 'waits-for-provider' });
    expect(starts(world(two, { past: [...runs, past('T-1', 'no-report', NOW)] }))).toHaveLength(2);
  });

  it('a stopped or lost probe proves nothing', () => {
    for (const cause of ['stopped', 'lost'] as const)
      expect(
        starts(world([two[1]!, two[0]!], { past: [...trouble(NOW - MINUTE), past('T-9', cause, NOW)] })),
      ).toHaveLength(1);
  });

  it('other agents are not concerned', () => {
    const of = world(two, { past: trouble(NOW).map((of) => ({ ...of, agent: 'other' })) });
    expect(starts(of)).toHaveLength(2);
    expect(picks(of)).toEqual(['T-3']);
  });

  it('never escalates', () => {
    const runs = trouble(...Array.from({ length: 50 }, (_, index) => NOW - (50 - index) * 11 * MINUTE));
    expect(starts(world(two, { past: runs }))).toMatchObject([{ id: 'T-1' }]);
  });
});

describe('an agent that cannot start', () => {
  const login = (id: string, at: number, detail = 'login needed (pid 17, /tmp/a1)') =>
    past(id, 'not-started', at, { detail });

  it('a cause that two entries share holds the agent, and escalates neither', () => {
    const runs = [login('T-1', NOW - 1000), login('T-2', NOW, 'login needed (pid 99, /tmp/b2)')];
    const of = world(two, { past: runs });
    expect(acts(of)).toEqual([]);
    expect(noteOf(of, 'T-1')).toMatchObject({
      state: 'held',
      until: NOW + MINUTE,
      why: expect.stringContaining('login needed'),
    });
    expect(noteOf(of, 'T-3')).toMatchObject({ state: 'held' });
    const long = Array.from({ length: 12 }, (_, index) =>
      login(index === 0 ? 'T-2' : 'T-1', NOW - (12 - index) * 10 * MINUTE),
    );
    expect(starts(world(two, { past: long }))).toMatchObject([{ id: 'T-1' }]);
  });

  it('one goes first when it is tried again, and when it works all continue, with nothing counted', () => {
    const runs = [
      login('T-1', NOW - 5 * MINUTE),
      login('T-2', NOW - 4 * MINUTE),
      login('T-1', NOW - 3 * MINUTE),
      login('T-1', NOW - 2 * MINUTE),
      login('T-1', NOW - 2 * MINUTE + 1),
    ];
    expect(starts(world(two, { past: runs, now: NOW + 10 * MINUTE }))).toHaveLength(1);
    expect(starts(world(two, { past: [...runs, past('T-7', 'reported', NOW)] })).map(({ id }) => id)).toEqual([
      'T-1',
      'T-2',
    ]);
  });

  it('different causes, or one entry alone, hold no agent', () => {
    expect(
      picks(world(two, { past: [login('T-1', NOW), past('T-2', 'not-started', NOW, { detail: 'no such program' })] })),
    ).toEqual(['T-3']);
    expect(picks(world(two, { past: [login('T-1', NOW - 1), login('T-1', NOW)] }))).toEqual(['T-3']);
  });

  it('a preflight finding holds what it concerns', () => {
    const of = world(two, { agentsHeld: new Map([['coder', 'coder is not installed']]) });
    expect(acts(of)).toEqual([]);
    expect(noteOf(of, 'T-3')).toMatchObject({ state: 'held', why: 'coder is not installed' });
  });
});
