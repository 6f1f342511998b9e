import { constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worktree } from '../git/checkout.ts';
import type { Repository } from '../git/git.ts';
import { lstatOrNone, plainTextOf } from '../system/plain-file.ts';

/** What a move is about to do; written before it begins, removed when it is done. Bytes are named by their blob. */
export interface MoveJournal {
  readonly version: 1;
  readonly kind: 'move';
  readonly baseRef: string;
  readonly oldBase: string;
  readonly newBase: string;
  readonly checkout: Worktree;
  readonly files: readonly JournalFile[];
  /** The process that moves the refs: it may outlive us by a moment. */
  readonly process: ProcessMark | null;
}

export interface JournalFile {
  /** Relative to the checkout, with `/`. */
  readonly path: string;
  readonly mode: string;
  /** Blob in the old base; null = not there. */
  readonly committed: string | null;
  /** Blob in the new base. */
  readonly blob: string | null;
  /** Name that the bytes on disk have as a blob, before and after. They differ from the above where git converts line ends. */
  readonly from: string | null;
  readonly to: string | null;
  /** The new file's bytes, ready to be renamed into place; null = nothing is to be written. */
  readonly draft: string | null;
}

/** A landing whose checkout is being brought along. */
export interface LandingJournal {
  readonly version: 1;
  readonly kind: 'landing';
  readonly id: string;
  /** What it is about, as text: `the landing of T-12`, `bringing main up to origin/main`. */
  readonly what?: string;
  readonly baseRef: string;
  readonly oldBase: string;
  readonly newBase: string;
  readonly checkout: Worktree;
  /** Refs that follow base: `refs/kanban/seen`. */
  readonly follow: readonly string[];
  /** Ref that keeps the commit from `git gc` meanwhile. */
  readonly pin: string;
  /** The `git merge` that was about to run, or ran. */
  readonly process: ProcessMark;
}

/** A pid counts only together with its start time. */
export interface ProcessMark {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat; '' where there is no /proc. */
  readonly startTime: string;
}

type Journal = MoveJournal | LandingJournal;

export const journalPath = (repo: Repository, kind: Journal['kind']): string =>
  join(repo.commonDir, 'kanban', `${kind}.json`);

/** Where new files wait for their rename; in the repository, so that neither `git status` nor a watcher sees them. */
export const draftFolder = (repo: Repository): string => join(repo.commonDir, 'kanban', 'drafts');

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
const NEW = (O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK) as unknown as string;

export function writeJournal(repo: Repository, journal: Journal): void {
  const path = journalPath(repo, journal.kind);
  mkdirSync(join(repo.commonDir, 'kanban'), { recursive: true });
  writeFileSync(`${path}.new`, JSON.stringify(journal), { flag: NEW });
  renameSync(`${path}.new`, path);
}

/** @returns null when there is none; 'unreadable' when it is not ours to understand. */
export function readJournal(repo: Repository, kind: 'move'): MoveJournal | 'unreadable' | null;
export function readJournal(repo: Repository, kind: 'landing'): LandingJournal | 'unreadable' | null;
export function readJournal(repo: Repository, kind: Journal['kind']): Journal | 'unreadable' | null {
  const path = journalPath(repo, kind);
  if (lstatOrNone(path) === undefined) return null;
  try {
    const journal = JSON.parse(plainTextOf(path) ?? '') as Journal;
    return journal.version === 1 && journal.kind === kind ? journal : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

export function removeJournal(repo: Repository, kind: Journal['kind']): void {
  rmSync(journalPath(repo, kind), { force: true });
}

export function markProcess(pid: number): ProcessMark {
  return { pid, startTime: startTimeOf(pid) ?? '' };
}

/** The very process that was marked is still alive (a zombie is not). */
export function isAlive(mark: ProcessMark): boolean {
  const now = startTimeOf(mark.pid);
  return now !== null && (mark.startTime === '' || now === '' || now === mark.startTime);
}

function startTimeOf(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : null;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? '');
  } catch {
    return '';
  }
}
