import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Bundles a small program that imports from `src/`, so that a real process can run it.
 * @param source TypeScript; its imports are those of a test, as in test/integration/system/.
 * @param outfile where the program goes: `….mjs`.
 */
export function buildProgram(source: string, outfile: string): string {
  const folder = fileURLToPath(new URL('../integration/system', import.meta.url));
  buildSync({
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return outfile;
}
