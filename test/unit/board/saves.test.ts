import { describe, expect, it } from 'vitest';
import { simulate } from '../../prove/saves-model.ts';
import { runs } from '../../rig/runs.ts';

/** Long form: `npm run prove -- saves`. */
const RUNS = runs(100);
const SEED = Number(process.env['KANBAN_SEED'] ?? 1);

describe('I1: saves from editor buffers of any age', () => {
  it('lose no entry that is in work, start no entry that was deleted, and lose no word', () => {
    for (let seed = SEED; seed < SEED + RUNS; seed++) expect(simulate(seed).faults, `seed ${seed}`).toEqual([]);
  });
});
