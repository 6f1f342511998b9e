// Random histories of a user with editor buffers of any age beside a coordinator, in virtual time, judged by an oracle that
// reads raw lines (saves-model.ts). No processes and no files.
//
//   node test/prove/saves.mjs [--cases 200000] [--steps 12] [--seed 1]
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '200000' },
    steps: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
  },
});
const [cases, steps, seed] = [values.cases, values.steps, values.seed].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'kanban-saves-'));
try {
  const outfile = join(folder, 'model.cjs');
  const entryPoints = [join(import.meta.dirname, 'saves-model.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  const { default: model } = await import(outfile);
  const sum = { saves: 0, restored: 0, kept: 0, broken: 0 };
  for (let at = seed; at < seed + cases; at++) {
    const { saves, restored, kept, faults } = model.simulate(at, steps);
    sum.saves += saves;
    sum.restored += restored;
    sum.kept += kept;
    if (faults.length === 0) continue;
    sum.broken += 1;
    console.log(`seed ${at}: ${faults[0]}`);
  }
  const { saves, restored, kept, broken } = sum;
  console.log(
    `saves: ${cases} cases, ${saves} saves, ${restored} entries put back, ${kept} texts kept in git, ${broken} broken (seed ${seed})`,
  );
  process.exitCode = broken > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
