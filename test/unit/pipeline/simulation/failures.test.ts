import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW, settings } from '../build-world.ts';
import { GOOD_OUTCOME } from './outcomes.ts';
import { WorldSim, type Failing, type Script } from './world-sim.ts';
import { runs } from '../../../rig/runs.ts';

const anyFailing: fc.Arbitrary<Failing> = fc.record({
  type: fc.constantFrom(
    'move-entry' as const,
    'move-entry' as const,
    'pick-entries' as const,
    'retire-branch' as const,
    'remove-worktree' as const,
    'close-merged' as const,
    'put-aside' as const,
    'answer-request' as const,
    'add-entry' as const,
  ),
  of: fc.constantFrom(0, 0, 1, null),
  from: fc.constantFrom(0, 0, 30, 300),
  seconds: fc.constantFrom(1, 20, 600, Infinity, Infinity),
  why: fc.constantFrom('a lock is there', 'no space is left'),
  lasting: fc.boolean(),
});

const script = (failing: readonly Failing[], entries = 5): Script => ({
  settings: settings({ capacity: 3, retries: 1 }),
  fixes: true,
  entries: Array.from({ length: entries }, () => ({ depends: [], priority: 2, approve: null, note: false })),
  outcomes: [GOOD_OUTCOME],
  conflicts: [],
  outages: [],
  edits: [],
  failing,
  crashes: [],
});

const HOURS = 2;
/** From a quarter of a second, doubling, to a minute; then one a minute. */
const TRIES_IN_AN_HOUR = 70;
const PATIENCE = 20_000;

/** Plays some hours. @returns when `--until-done` would have ended, epoch ms; null = never */
function play(sim: WorldSim): number | null {
  let endsAt: number | null = null;
  const last = NOW + HOURS * 3_600_000;
  for (let ticks = 0; ticks < 20_000; ticks += 1) {
    const before = [sim.performed, sim.failed].join();
    const { decision } = sim.tick();
    // What failed gave its place in the pool back.
    if ([sim.performed, sim.failed].join() !== before) continue;
    const { due } = sim.register;
    const isAtRest =
      sim.alive.length === 0 &&
      decision.notes.every(({ state, until }) => state === 'held' || until === undefined || until <= sim.now) &&
      due.every(({ lasting, since }) => lasting || sim.now - since >= PATIENCE);
    if (isAtRest) endsAt ??= sim.now;
    const next = Math.min(sim.nextTime(decision) ?? Infinity, ...due.map(({ until }) => until));
    if (next === Infinity || sim.now >= last) return endsAt;
    sim.advance(Math.min(next, last));
  }
  throw new Error('I10: too many ticks');
}

describe('actions that fail, in virtual time', () => {
  it('I10: they are tried again with one backoff, reported once for each reason, and keep nothing else', () => {
    fc.assert(
      fc.property(fc.array(anyFailing, { minLength: 1, maxLength: 4 }), fc.boolean(), (failing, adds) => {
        const sim = new WorldSim(script(failing));
        if (adds) sim.requests = [addRequest()];
        const endsAt = play(sim);
        expect(endsAt, '--until-done ends').not.toBeNull();
        for (const [key, tries] of sim.tries) {
          const most = Math.max(
            ...tries.map((from) => tries.filter((at) => at >= from && at < from + 3_600_000).length),
          );
          expect(most, `tries of ${key} in an hour`).toBeLessThanOrEqual(TRIES_IN_AN_HOUR);
        }
        expect(sim.reports.toSorted(), 'each reason is reported once').toEqual([...new Set(sim.reports)].toSorted());
        const free = [0, 1, 2, 3, 4].filter((index) => failing.every(({ of }) => of !== null && of !== index));
        for (const index of free) expect([...sim.history.landed.keys()]).toContain(`T-${index + 1}`);
        const forEver = failing.some(({ seconds }) => seconds === Infinity);
        if (!forEver) {
          expect([...sim.entries.values()].map(({ id }) => id)).toEqual([]);
          expect(sim.register.due).toEqual([]);
        }
        if (sim.entries.size > 0) expect(sim.register.due, 'what is left is named').not.toEqual([]);
      }),
      { numRuns: runs(50) },
    );
  });

  it('I10: what fails for ever is reported at once if time does not help it, and --until-done does not wait for it', () => {
    const lasting = {
      type: 'pick-entries',
      of: 0,
      from: 0,
      seconds: Infinity,
      why: 'it is refused',
      lasting: true,
    } as const;
    const sim = new WorldSim(script([lasting], 1));
    expect(play(sim)).toBe(NOW);
    expect(sim.reports).toEqual(['picks: it is refused']);
  });
});

const addRequest = () => ({
  id: 'r1',
  at: NOW,
  by: { name: 'Ada', email: 'ada@example.org' },
  command: 'add' as const,
  taskId: null,
  why: '',
  text: '## T-?: More',
});
