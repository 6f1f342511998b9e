import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/**
 * Bundles a small program that imports from `src/`, so that a real process can run it.
 * @param source TypeScript; imports are relative to this folder.
 * @param outfile where the program goes: `….mjs`.
 */
export function buildProgram(source: string, outfile: string): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  buildSync({
    stdin: { contents: source, resolveDir: here, loader: 'ts' },
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
