import { closeSync, fstatSync, ftruncateSync, mkdirSync, readSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { foldCheckLog, parseCheckLog, type CheckLog, type CheckLogLine } from '../../pipeline/queue/check-log.ts';
import { openForAppend, plainTextOf, statOrNone } from '../../system/plain-file.ts';
import type { Problem } from '../../problem.ts';
import { writeWhole } from '../../system/write-once.ts';
import { problemOfWriting } from '../../system/disk-problem.ts';

/** The memory of checks, one per repository: JSON lines, appended to by the coordinator alone. */
export const checkLogPath = (repo: Pick<Repository, 'commonDir'>): string =>
  join(repo.commonDir, 'kanban', 'checks.jsonl');

/**
 * Appends lines. A last line that an earlier kill has torn is left as it is, on a line of its own; what a full disk tears
 * is taken back. The file is cut to its newest 2,000 lines when it has grown by half of that again.
 * @returns why not (a full disk); null when the lines are there.
 */
export function appendCheckLog(repo: Pick<Repository, 'commonDir'>, lines: readonly CheckLogLine[]): Problem | null {
  const path = checkLogPath(repo);
  if (lines.length === 0) return null;
  try {
    mkdirSync(dirname(path), { recursive: true });
    append(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    prune(path);
    return null;
  } catch (error) {
    return problemOfWriting(path, error);
  }
}

/** The log's content; of a file that hasn't changed, from memory. One that is missing or can't be read is empty. */
export function readCheckLog(repo: Pick<Repository, 'commonDir'>): CheckLog {
  return lookUp(checkLogPath(repo)).log;
}

const MOST_LINES = 2_000;

interface Known {
  /** Size, time and inode: pruning puts another file in its place. */
  readonly stamp: string;
  readonly count: number;
  readonly log: CheckLog;
}

const known = new Map<string, Known>();

function lookUp(path: string): Known {
  const stat = statOrNone(path);
  const stamp = stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`;
  const before = known.get(path);
  if (before?.stamp === stamp) return before;
  const lines = stat === undefined ? [] : parseCheckLog(textOf(path));
  const now = { stamp, count: lines.length, log: foldCheckLog(lines) };
  known.set(path, now);
  return now;
}

function append(path: string, text: string): void {
  const fd = openForAppend(path);
  try {
    const { size } = fstatSync(fd);
    const last = Buffer.alloc(1);
    if (size > 0) readSync(fd, last, 0, 1, size - 1);
    const bytes = Buffer.from(size > 0 && last[0] !== LINE_FEED ? `\n${text}` : text);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    } catch (error) {
      takeBack(fd, size);
      throw error;
    }
  } finally {
    closeSync(fd);
  }
}

const LINE_FEED = 10;

function takeBack(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {
    // The torn line is left out by readers.
  }
}

/** Its newest lines hold no red without the `spent` or the green that came after it. */
function prune(path: string): void {
  if (lookUp(path).count <= MOST_LINES * 1.5) return;
  const newest = parseCheckLog(textOf(path)).slice(-MOST_LINES);
  writeWhole(path, newest.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function textOf(path: string): string {
  return plainTextOf(path) ?? '';
}
