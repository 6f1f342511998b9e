import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, relative } from 'node:path';
import { lstatOrNone, removeWhatever, statOrNone } from '../plain-file.ts';

/** A Unix socket's path has 108 bytes on Linux, 104 on macOS; programs append 40 and more to TMPDIR. */
const LONGEST_BASE = 40;

/** Where TMPDIRs of runs are made: the system's own place, unless that is long or lies in the repository. */
export function temporaryBase(root: string): string {
  const own = tmpdir();
  if (own.length <= LONGEST_BASE && !isInside(own, root)) return own;
  return statOrNone('/tmp')?.isDirectory() === true ? '/tmp' : own;
}

/** Removes the TMPDIR of a run whose runner is gone, if the path has the form of one of ours. */
export function removeTemporary(path: string, root: string): void {
  if (dirname(path) !== temporaryBase(root) || !/^kanban-\w{6}$/.test(basename(path))) return;
  const stat = lstatOrNone(path);
  if (stat?.isDirectory() === true && stat.uid === process.getuid?.()) removeWhatever(path);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !way.startsWith('..') && !isAbsolute(way);
}
