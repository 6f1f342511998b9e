import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { lstatOrNone, removeWhatever, statOrNone } from '../system/plain-file.ts';

/** A Unix socket's path has 108 bytes on Linux, 104 on macOS; programs append 40 and more to TMPDIR. */
const LONGEST_BASE = 40;

/** Where TMPDIRs of runs are made: the system's own place, unless that is long or lies in the repository. */
export function temporaryBase(root: string): string {
  const own = tmpdir();
  if (own.length <= LONGEST_BASE && !isInside(own, root)) return own;
  return statOrNone('/tmp')?.isDirectory() === true ? '/tmp' : own;
}

/**
 * Makes a run's TMPDIR, readable for its user only. Its name follows from the run's id, so that whoever salvages the run
 * finds it; where somebody else has that name, it is another one.
 */
export function makeTemporary(runId: string, root: string): string {
  const path = usualPlace(runId, root);
  try {
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch {
    return mkdtempSync(join(temporaryBase(root), 'kanban-'));
  }
}

/** Removes the TMPDIR of a run whose runner is gone. @param noted where the runner made it, if it said so */
export function removeTemporary(runId: string, root: string, noted: string | undefined): void {
  const found = temporaryOf(runId, root, noted);
  const stat = lstatOrNone(found);
  if (stat?.isDirectory() === true && stat.uid === process.getuid?.()) removeWhatever(found);
}

/** The TMPDIR of a run whose runner is gone. @param noted where the runner made it, if it said so */
export const temporaryOf = (runId: string, root: string, noted: string | undefined): string =>
  noted !== undefined && isOfOurForm(noted, root) ? noted : usualPlace(runId, root);

const usualPlace = (runId: string, root: string): string =>
  join(temporaryBase(root), `kanban-${/[0-9a-f]{8}$/.exec(runId)?.[0] ?? 'run'}`);

const isOfOurForm = (path: string, root: string): boolean =>
  dirname(path) === temporaryBase(root) && /^kanban-(?:\w{6}|[0-9a-f]{8})$/.test(basename(path));

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}
