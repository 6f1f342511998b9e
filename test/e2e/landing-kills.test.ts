import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { runTrials } from '../crash/landing-trials.ts';

/** The short form of test/crash/landing-kills.mjs. */
it('a landing of five tasks survives SIGKILL at every step and at random times (I1, I4, I7, I8)', async () => {
  const child = join(mkdtempSync(join(tmpdir(), 'kanban-kills-')), 'child.mjs');
  const entryPoints = [join(import.meta.dirname, '../crash/landing-child.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: child });
  const summary = await runTrials({ kills: 20, seed: 7, size: 10, child });
  expect(summary.bad).toEqual([]);
  expect(summary.steps).toEqual(['start', 'built', 'checked', 'journal', 'pinned', 'go', 'ahead', 'merged', 'ended']);
  // Each of them twice: the coordinator alone, and with every git that it has started.
  expect(summary.kills).toBeGreaterThanOrEqual(2 * summary.steps.length);
  expect(summary.takenBack + summary.finished).toBeGreaterThan(0);
}, 240_000);
