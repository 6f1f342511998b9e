import { execFile } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce, SOURCE } from './build-once.ts';

/** The product as it would be installed, built from source into a temporary folder. All test files share it. */
export interface BuiltPackage {
  /** dist/cli.js */
  readonly cli: string;
}

/** What the package has beside `dist`. */
const FILES = ['package.json', 'WORKFLOW.md', 'CHANGELOG.md', 'prompts', 'board', 'demo'];

/** What the package is built from. */
export const PACKAGE_INPUTS = [...FILES, 'src', 'build.mjs'];

/** Builds by build.mjs itself, in a folder that has what the package has. Takes about a second, once in a run of the tests. */
export async function buildCli(): Promise<BuiltPackage> {
  const folder = await buildOnce('package', PACKAGE_INPUTS, async (draft) => {
    for (const name of FILES) cpSync(join(SOURCE, name), join(draft, name), { recursive: true });
    for (const name of ['src', 'node_modules']) symlinkSync(join(SOURCE, name), join(draft, name));
    await promisify(execFile)(process.execPath, [join(SOURCE, 'build.mjs')], { cwd: draft });
  });
  return { cli: join(folder, 'dist', 'cli.js') };
}
