import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../src/pipeline/action.ts';
import { settings } from '../build-world.ts';
import { anyEdit, byHand } from './hand-edits.ts';
import { anyOutcome, GOOD_OUTCOME } from './outcomes.ts';
import { WorldSim, type Script } from './world-sim.ts';
import { runs } from '../../../rig/runs.ts';

const place = fc.option(fc.integer({ min: 1, max: 3 }), { nil: null });

const anyScript: fc.Arbitrary<Script> = fc.record({
  settings: fc
    .record({
      capacity: fc.integer({ min: 1, max: 4 }),
      inProgress: fc.integer({ min: 1, max: 4 }),
      review: place,
      testing: place,
      retries: fc.integer({ min: 0, max: 2 }),
      approve: fc.constantFrom('never', 'never', 'start', 'land'),
      rereview: fc.boolean(),
    })
    .map(({ capacity, inProgress, review, testing, retries, approve, rereview }) => {
      const { roles } = settings();
      return settings({
        capacity,
        retries,
        approve: approve as 'never',
        wip: { in_progress: inProgress, review, testing },
        roles: { ...roles, reviewer: { ...roles.reviewer, rereview } },
      });
    }),
  fixes: fc.boolean(),
  entries: fc
    .array(
      fc.record({
        depends: fc.array(fc.nat({ max: 6 }), { maxLength: 2 }),
        priority: fc.integer({ min: 0, max: 4 }),
        approve: fc.constantFrom(null, null, null, 'never', 'start', 'land'),
        note: fc.integer({ min: 0, max: 5 }).map((roll) => roll === 4),
      }),
      { minLength: 1, maxLength: 7 },
    )
    .map((specs) =>
      specs.map((spec, index) => ({
        ...spec,
        approve: spec.approve as null,
        depends: index === 0 ? [] : [...new Set(spec.depends.map((of) => of % index))],
      })),
    ),
  outcomes: fc.array(anyOutcome, { minLength: 1, maxLength: 40 }),
  conflicts: fc.array(fc.boolean(), { maxLength: 6 }),
  outages: fc.array(
    fc.record({ from: fc.nat({ max: 7200 }), seconds: fc.integer({ min: 1, max: 7200 }), stated: fc.boolean() }),
    { maxLength: 2 },
  ),
  edits: fc.array(anyEdit, { maxLength: 12 }),
  crashes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 5 }),
});

/** With time standing still, ticks must come to an end. */
const TICKS_AT_ONE_TIME = 100;
const TICKS = 4000;

/** Plays the script to its end: no action, no run, nothing that time alone would change but launches tried again. */
function play(sim: WorldSim): Decision {
  let due = 0;
  let edited = 0;
  let editAt = sim.now + (sim.script.edits[0]?.after ?? 0) * 1000;
  let still = 0;
  for (let ticks = 0; ticks < TICKS; ticks += 1) {
    while (edited < sim.script.edits.length && editAt <= sim.now) {
      byHand(sim, sim.script.edits[edited]!, edited);
      edited += 1;
      editAt += (sim.script.edits[edited]?.after ?? 0) * 1000;
    }
    const { decision, crashed } = sim.tick();
    if (crashed) continue;
    if (decision.actions.length > 0) {
      still += 1;
      if (still > TICKS_AT_ONE_TIME)
        throw new Error(`I10: the same is done over and over: ${JSON.stringify(decision.actions)}`);
      continue;
    }
    still = 0;
    if (sim.mode === 'stop' && sim.alive.length === 0) {
      sim.restart();
      continue;
    }
    const next = sim.nextTime(decision);
    const editLeft = edited < sim.script.edits.length;
    const launches = decision.notes.every(
      ({ state, until }) => until === undefined || until <= sim.now || state === 'held',
    );
    if (
      !editLeft &&
      sim.alive.length === 0 &&
      (next === null || (launches && sim.observe().orphans.length === 0 && sim.observe().unsure.size === 0))
    )
      return decision;
    due = Math.min(next ?? Infinity, editLeft ? editAt : Infinity);
    sim.advance(due);
  }
  throw new Error('I10: it never ends');
}

/** What is left at the end, and why: each must wait for the user, for a reason, or for one that does. */
function unexplained(sim: WorldSim, { notes }: Decision): unknown[] {
  // An entry that is held in its column keeps its place there; escalated and paused ones don't.
  const full = notes.some(({ state }) => state === 'held');
  return notes.filter(({ state, on, reason }) => {
    if (state === 'needs-person' || state === 'held' || state === 'parked') return false;
    if (reason.code === 'column-full' || reason.code === 'no-free-place') return !full;
    if (state === 'waits') return !on?.some((id) => sim.entries.has(id) || !sim.history.landed.has(id));
    return true;
  });
}

describe('simulated worlds, in virtual time', () => {
  it('I2, I3, I5, I9, I10: whatever runs come to, whatever the user does, wherever the coordinator crashes', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const sim = new WorldSim(script);
        const decision = play(sim);
        expect(unexplained(sim, decision)).toEqual([]);
        expect([...sim.taken.values()].filter((times) => times !== 1)).toEqual([]);
        const paused = [...sim.entries.values()].filter(({ tags }) => tags.includes('PAUSED')).map(({ id }) => id);
        expect(sim.open.filter((id) => !paused.some((of) => id.startsWith(`${of}-`)))).toEqual([]);
        expect(sim.requests).toEqual([]);
      }),
      { numRuns: runs(500) },
    );
  });

  it('I10: with agents that succeed, crashes and outages or not, every entry lands once and nothing is left', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const good = {
          ...script,
          settings: { ...script.settings, approve: 'never' as const },
          entries: script.entries.map((of) => ({ ...of, approve: null, note: false })),
          outcomes: [GOOD_OUTCOME],
          conflicts: [],
          edits: [],
        };
        const sim = new WorldSim(good);
        play(sim);
        expect([...sim.entries.keys()]).toEqual([]);
        expect([...sim.branches.keys()]).toEqual([]);
        expect([...sim.history.landed.keys()].toSorted()).toEqual(
          good.entries.map((_, index) => `T-${index + 1}`).toSorted(),
        );
        expect(sim.failures.size).toBe(0);
      }),
      { numRuns: runs(150) },
    );
  });
});
