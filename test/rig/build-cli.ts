import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The product as it would be installed, built from source into a temporary folder. */
export interface BuiltPackage {
  /** dist/cli.js */
  readonly cli: string;
  remove(): void;
}

const SOURCE = fileURLToPath(new URL('../../', import.meta.url));

/** Builds by build.mjs itself, in a folder that has what the package has. Takes about a second. */
export async function buildCli(): Promise<BuiltPackage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-package-')));
  for (const name of ['package.json', 'WORKFLOW.md', 'CHANGELOG.md', 'prompts', 'board', 'demo'])
    cpSync(join(SOURCE, name), join(folder, name), { recursive: true });
  for (const name of ['src', 'node_modules']) symlinkSync(join(SOURCE, name), join(folder, name));
  await promisify(execFile)(process.execPath, [join(SOURCE, 'build.mjs')], { cwd: folder });
  return {
    cli: join(folder, 'dist', 'cli.js'),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
