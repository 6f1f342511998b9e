// Kills landings of five tasks at every step and at random times, and checks what the next start makes of them.
//   node test/crash/landing-kills.mjs [kills = 300] [seed = 1]
// Works in os.tmpdir(); a memory file system (TMPDIR=/dev/shm) is several times as fast.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [kills = '300', seed = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'kanban-kills-'));
process.env.TMPDIR = folder;
await build({
  entryPoints: ['landing-child.ts', 'landing-trials.ts'].map((name) => join(import.meta.dirname, name)),
  bundle: true,
  platform: 'node',
  format: 'esm',
  outdir: folder,
  outExtension: { '.js': '.mjs' },
});
const { runTrials } = await import(pathToFileURL(join(folder, 'landing-trials.mjs')).href);
const child = join(folder, 'landing-child.mjs');
const began = Date.now();
const summary = await runTrials({ kills: Number(kills), seed: Number(seed), child, say: (line) => console.log(line) });
rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
const { steps, bad, ...figures } = summary;
const words = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
console.log(`steps: ${steps.join(', ')}`);
console.log(`${words.join(', ')}, seed ${seed}, ${Math.round((Date.now() - began) / 1000)} s: ${bad.length} bad`);
process.exitCode = bad.length > 0 ? 1 : 0;
