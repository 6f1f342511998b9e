import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { RUN_FILES } from '../contract/run-files.ts';
import type { RunResult } from '../contract/result.ts';
import type { LiveRun } from './live-run.ts';
import { writeWhole } from '../system/write-once.ts';

/** result.json whole: from here on the run has ended. */
export function publish(folder: string, result: RunResult): void {
  writeWhole(join(folder, RUN_FILES.result), `${JSON.stringify(result, null, 1)}\n`);
}

/** Codes of an error that comes of a run folder that somebody replaced; the coordinator makes the way free again. */
const IN_THE_WAY = new Set(['ENOTDIR', 'EEXIST', 'ENOENT', 'ELOOP']);
const MOST_TRIES = 40;
const RETRY_INTERVAL_MS = 250;

/** The same, for as long as something stands in the way of the run folder, at most 10 s. */
export async function publishPatiently(run: LiveRun, result: RunResult): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      run.restoreFolder();
      publish(run.folder, result);
      return;
    } catch (error) {
      if (tries === MOST_TRIES || !IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await pause(RETRY_INTERVAL_MS);
    }
}
