// Writes dist/types: the declarations of the library, and of what they refer to.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const folder = join('dist', 'types');
rmSync(folder, { recursive: true, force: true });
const { status } = spawnSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

const REFERENCE = /(\bfrom\s+'|\bimport\(')(\.[^']+)\.ts(')/g;
const reached = new Set();
reach('library');
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
  if (name.endsWith('.d.ts') && !reached.has(name.slice(0, -'.d.ts'.length))) rmSync(join(folder, name));
removeEmpty(folder);

/** Keeps a declaration and what it refers to; a reference is written as Node resolves it. */
function reach(name) {
  if (reached.has(name)) return;
  reached.add(name);
  const path = join(folder, `${name}.d.ts`);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(REFERENCE, '$1$2.js$3'));
  for (const [, , target] of text.matchAll(REFERENCE)) reach(normalize(join(dirname(name), target)));
}

function removeEmpty(at) {
  for (const entry of readdirSync(at, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmpty(join(at, entry.name));
  if (readdirSync(at).length === 0) rmSync(at, { recursive: true });
}
