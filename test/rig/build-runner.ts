import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildOnce, SOURCE } from './build-once.ts';

let built: Promise<string> | null = null;

/**
 * Bundles the runner from source, once for all test files, and copies it into a folder that the test removes itself.
 * Returns the path of runner.cjs.
 */
export async function buildRunner(folder: string): Promise<string> {
  built ??= buildOnce('runner', ['src'], bundleRunner);
  const path = join(folder, 'runner.cjs');
  copyFileSync(join(await built, 'runner.cjs'), path);
  return path;
}

const bundleRunner = (folder: string): Promise<unknown> =>
  build({
    entryPoints: [join(SOURCE, 'src/runner/main.ts')],
    outfile: join(folder, 'runner.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
