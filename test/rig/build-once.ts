import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this project. */
export const SOURCE = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Builds something from source once for all test files of a run. Bundling costs seconds of CPU, and dozens of files need
 * the same programs. The result is in the temporary folder of the run and is removed with it. It must not be changed.
 * @param name of what is built.
 * @param inputs files and folders of the project that it is built from. When they change (watch mode), it is built again.
 * @param build writes into an empty folder.
 * @returns the folder of the result.
 */
export async function buildOnce(
  name: string,
  inputs: readonly string[],
  build: (folder: string) => Promise<unknown>,
): Promise<string> {
  const builds = join(tmpdir(), 'kanban-builds');
  const folder = join(builds, `${name}-${keyOf(inputs)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(builds, { recursive: true });
  const draft = mkdtempSync(join(builds, 'draft-'));
  await build(draft);
  renameUnlessThere(draft, folder);
  return folder;
}

/** Of two test files that make the same at once, the second takes what the first has made. */
export function renameUnlessThere(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
}

/** Changes with the name, size or time of any of these files. */
function keyOf(inputs: readonly string[]): string {
  const hash = createHash('sha1');
  for (const input of inputs)
    for (const path of filesIn(join(SOURCE, input))) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${path}\0${size}\0${mtimeMs}\n`);
    }
  return hash.digest('hex');
}

function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .flatMap((entry) => filesIn(join(path, entry.name)))
    .toSorted();
}
