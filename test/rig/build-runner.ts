import { build } from 'esbuild';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let bundle: Promise<string> | null = null;

/**
 * Bundles the runner from source, once per test process, and writes it into a folder that the test removes itself.
 * Returns the path of runner.cjs.
 */
export async function buildRunner(folder: string): Promise<string> {
  bundle ??= bundleRunner();
  const path = join(folder, 'runner.cjs');
  writeFileSync(path, await bundle);
  return path;
}

async function bundleRunner(): Promise<string> {
  const entry = fileURLToPath(new URL('../../src/runner/main.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}
