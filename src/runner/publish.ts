import { join } from 'node:path';
import { RUN_FILES } from './folder.ts';
import type { RunResult } from './folder.ts';
import { writeWhole } from './write-once.ts';

/** result.json whole: from here on the run has ended. */
export function publish(folder: string, result: RunResult): void {
  writeWhole(join(folder, RUN_FILES.result), `${JSON.stringify(result, null, 1)}\n`);
}
