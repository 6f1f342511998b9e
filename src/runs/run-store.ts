import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Brief } from '../contract/brief.ts';
import { type EndCause, RUN_FILES, type Taken } from '../contract/run-files.ts';
import { claimRun, isAlive, readClaim } from '../system/claim.ts';
import { lstatOrNone, removeWhatever } from '../system/plain-file.ts';
import { writeOnce } from '../system/write-once.ts';
import type { RunRecord } from './list-runs.ts';
import { namesOrError } from '../system/folder-names.ts';
import { type RunKind, runsFolder } from './runs-folder.ts';
import * as messages from './messages.ts';

/**
 * Makes a run folder: written aside and renamed into place, so that a runner or a later coordinator sees all of it or
 * nothing.
 * @param files further files for the run by name (`findings.md`, `changed-files.txt`); empty ones are not written.
 * @returns the folder's path. A folder that is there already is a bug (ids are never used twice) and throws.
 */
export function createRun(
  root: string,
  brief: Brief,
  prompt: string,
  files: Readonly<Record<string, string>> = {},
): string {
  const runs = runsFolder(root, brief.check === undefined ? 'runs' : 'checks');
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const aside = join(runs, `${ASIDE}${brief.runId}`);
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { mode: 0o700 });
  const contents = { ...files, [RUN_FILES.prompt]: prompt, [RUN_FILES.brief]: `${JSON.stringify(brief, null, 1)}\n` };
  for (const [name, text] of Object.entries(contents))
    if (text !== '') writeFileSync(join(aside, name), text, { mode: 0o600 });
  const folder = join(runs, brief.runId);
  if (existsSync(folder)) throw new Error(messages.runIdUsed(brief.runId));
  renameSync(aside, folder);
  return folder;
}

/**
 * Asks a run to end: the cause is recorded first, then its runner is signalled. The first cause asked for stands.
 * @returns `asked`: it will end. `ended`: there is a result already.
 */
export function requestStop(folder: string, cause: EndCause): 'asked' | 'ended' {
  if (existsSync(join(folder, RUN_FILES.result))) return 'ended';
  writeOnce(join(folder, RUN_FILES.stop), cause);
  const claim = readClaim(folder);
  // Without a claim there is nobody to tell: a runner looks for stop.json right after it has claimed the run.
  if (claim === null || claim.lost === true || isAlive(claim) !== 'alive') return 'asked';
  try {
    process.kill(claim.pid, 'SIGUSR2');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  return 'asked';
}

/** Writes down that a run's result was recorded, or discarded. The first word stands; returns whether it was this one. */
export const markTaken = (folder: string, taken: Taken): boolean => writeOnce(join(folder, RUN_FILES.taken), taken);

/**
 * Claims a run that no runner has claimed, as lost: from here on none can.
 * @returns false when a runner was first; the run is its own.
 */
export const linkLost = (folder: string): boolean => claimRun(folder, true);

/**
 * Removes folders of recorded runs. @returns ids of those removed; one that can't be moved out of the way stays until the
 * next time, and keeps no other from being removed.
 */
export function removeRunFolders(root: string, kind: RunKind, records: readonly RunRecord[]): string[] {
  const here = runsFolder(root, kind);
  return records.flatMap(({ runId, folder }) => {
    const aside = join(here, `${ASIDE}${runId}`);
    if (!moveOutOfTheWay(folder, aside)) return [];
    removeWhatever(aside);
    return [runId];
  });
}

/** Removes what earlier kills left half made or half removed before `before` (epoch ms). */
export function removeHalfRemoved(root: string, kind: RunKind, before: number): void {
  const here = runsFolder(root, kind);
  for (const name of namesOrError(here))
    if (name.startsWith(ASIDE) && isOlder(join(here, name), before)) removeWhatever(join(here, name));
}

function moveOutOfTheWay(folder: string, aside: string): boolean {
  // Half removed by an earlier kill, or another's doing.
  if (lstatOrNone(aside) !== undefined && !removeWhatever(aside)) return false;
  try {
    renameSync(folder, aside);
    return true;
  } catch {
    return false;
  }
}

const ASIDE = '.aside-';

const isOlder = (path: string, before: number): boolean => (lstatOrNone(path)?.mtimeMs ?? Infinity) < before;
