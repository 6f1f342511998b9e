// Bundles parts of the product's own code for a bench that calls them without the command line.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** @param modules paths below the repository's root; all that they export. @returns {Promise<string>} path of an ES module */
export async function bundleProduct(place, modules) {
  const outfile = join(place.folder, 'product.mjs');
  await build({
    stdin: {
      contents: modules.map((module) => `export * from '${join(here, '..', module)}';`).join('\n'),
      resolveDir: here,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return outfile;
}

/** The program that starts git for the coordinator. @returns {Promise<string>} its path */
export async function bundleSpawner(place) {
  const outfile = join(place.folder, 'git-spawner.cjs');
  const entry = join(here, '../src/git/spawner/main.ts');
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' });
  return outfile;
}

/** A path of this folder. */
export const inBench = (name) => join(here, name);
