import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Brief } from '../contract/brief.ts';
import { isBrief, isResult, isTaken, MOST_RECORD, MOST_SMALL_RECORD } from '../contract/records.ts';
import type { RunResult } from '../contract/result.ts';
import { type Claim, type EndCause, RUN_FILES, type Taken } from '../contract/run-files.ts';
import type { Problem } from '../problem.ts';
import { readCause, readStop } from '../runner/cause.ts';
import { isAlive, readClaim } from '../system/claim.ts';
import { lstatOrNone, plainJsonOf, plainTextOf } from '../system/plain-file.ts';
import { writeOnce } from '../system/write-once.ts';
import { namesOrError } from '../system/folder-names.ts';
import { type RunKind, runsFolder } from './runs-folder.ts';
import * as messages from './messages.ts';

/** One run folder, read. */
export interface RunRecord {
  readonly runId: string;
  readonly folder: string;
  readonly brief: Brief;
  readonly claim: Claim | null;
  /**
   * `unclaimed`: no runner has taken it yet. `alive`, `dead`, `foreign`: the process that claimed it, while there is no
   * result. `lost`: claimed by a coordinator, since no runner did. `ended`: there is a result.
   */
  readonly state: 'unclaimed' | 'alive' | 'dead' | 'foreign' | 'lost' | 'ended';
  readonly stop: EndCause | null;
  readonly cause: EndCause | null;
  readonly result: RunResult | null;
  readonly taken: Taken | null;
  /** The report's text, read when it is asked for; null if there is none. */
  readonly reportText: () => string | null;
}

export interface RunList {
  /** By run id's age: oldest brief first. */
  readonly runs: readonly RunRecord[];
  /** Folders whose brief can't be read. */
  readonly problems: readonly Problem[];
}

/**
 * All run folders. One that has ended and been recorded never changes again and is read once; the others are read again
 * when something was added to them. Whether their process lives is looked at every time.
 */
export function listRuns(root: string, kind: RunKind = 'runs'): RunList {
  const runs: RunRecord[] = [];
  const problems: Problem[] = [];
  const here = runsFolder(root, kind);
  const known = new Set<string>();
  for (const name of namesOrError(here)) {
    if (name.startsWith('.')) continue;
    const folder = join(here, name);
    known.add(folder);
    const read = readRun(folder);
    if (read === 'gone') continue;
    if (read === 'unreadable') problems.push(unreadable(folder));
    else runs.push(read);
  }
  for (const [folder, { record, final }] of cache) {
    if (dirname(folder) !== here || known.has(folder)) continue;
    const kept = final ? null : withoutFolder(folder, record);
    if (kept === null) cache.delete(folder);
    else runs.push(kept);
  }
  return { runs: runs.sort((a, b) => a.brief.createdAt - b.brief.createdAt || (a.runId < b.runId ? -1 : 1)), problems };
}

/** Ids of all runs and checks that are alive: a process with the mark of one of them is no stray. */
export const aliveIds = (root: string): Set<string> =>
  new Set(
    (['runs', 'checks'] as const).flatMap((kind) =>
      listRuns(root, kind).runs.flatMap(({ state, runId }) => (state === 'alive' ? [runId] : [])),
    ),
  );

interface Cached {
  readonly record: RunRecord;
  /** The folder's mtime when it was read; null: to be read again. */
  readonly mtime: number | null;
  /** It has ended and been recorded. */
  readonly final: boolean;
}

const cache = new Map<string, Cached>();

/** File systems date changes in steps of some milliseconds: a folder that changed just now may change again unseen. */
const FRESH = 100;

function readRun(folder: string): RunRecord | 'gone' | 'unreadable' {
  const cached = cache.get(folder);
  if (cached?.final === true) return cached.record;
  const stat = lstatOrNone(folder);
  if (stat === undefined || !stat.isDirectory()) return 'gone';
  missingSince.delete(folder);
  if (cached !== undefined && cached.mtime === stat.mtimeMs) return withState(cached.record);
  // A brief never changes: one that has been read counts, whatever became of its file.
  const record = readFolder(folder, cached?.record.brief ?? null);
  if (record === null) return existsSync(folder) ? 'unreadable' : 'gone';
  const settled = Date.now() - stat.mtimeMs > FRESH;
  cache.set(folder, {
    record,
    mtime: settled ? stat.mtimeMs : null,
    final: record.result !== null && record.taken !== null,
  });
  return record;
}

/** A run whose folder somebody removed, since when (epoch ms). */
const missingSince = new Map<string, number>();

/** Its runner writes the folder again within a second while it is at work on the run, or when it writes the result. */
const RESTORED_WITHIN = 10_000;

/**
 * Somebody removed the folder of a run that had not ended. While its runner may still be at work on it, the run counts as
 * before: nothing else may start in its worktree. After that it is lost, and the folder is made again for the salvage.
 * @returns null when nothing has to be done.
 */
function withoutFolder(folder: string, record: RunRecord): RunRecord | null {
  const { claim, result, brief } = record;
  if (claim === null || claim.lost === true || result !== null) return null;
  const since = missingSince.get(folder) ?? Date.now();
  missingSince.set(folder, since);
  if (isAlive(claim) === 'alive' && Date.now() - since < RESTORED_WITHIN) return record;
  missingSince.delete(folder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeOnce(join(folder, RUN_FILES.brief), brief);
    writeOnce(join(folder, RUN_FILES.claim), { ...claim, lost: true });
  } catch {
    // Something stands in the way: tried again at the next look.
  }
  return { ...record, claim: { ...claim, lost: true }, state: 'lost' };
}

function readFolder(folder: string, known: Brief | null): RunRecord | null {
  const brief = known ?? plainJsonOf(join(folder, RUN_FILES.brief), isBrief, MOST_RECORD);
  if (brief === null || brief.runId !== basename(folder)) return null;
  return withState({
    runId: brief.runId,
    folder,
    brief,
    claim: readClaim(folder),
    state: 'unclaimed',
    stop: readStop(folder),
    cause: readCause(folder),
    // Last: a result is written after all else, so what was read before it may be older, but never newer.
    result: resultIn(folder),
    taken: plainJsonOf(join(folder, RUN_FILES.taken), isTaken, MOST_SMALL_RECORD),
    reportText: () => plainTextOf(join(folder, RUN_FILES.report), MOST_SMALL_RECORD),
  });
}

function withState(record: RunRecord): RunRecord {
  const { claim, result } = record;
  if (result !== null) return { ...record, state: 'ended' };
  if (claim === null) return { ...record, state: 'unclaimed' };
  if (claim.lost === true) return { ...record, state: 'lost' };
  const state = isAlive(claim);
  // It may have written its result and left between the two looks: then the result counts, not the death.
  const late = state === 'dead' ? resultIn(record.folder) : null;
  return late === null
    ? { ...record, state }
    : { ...record, state: 'ended', result: late, cause: readCause(record.folder) };
}

function unreadable(folder: string): Problem {
  return {
    code: 'unreadable-run',
    message: messages.unreadableRun(basename(folder)),
    fix: messages.removeRun(folder),
  };
}

const resultIn = (folder: string): RunResult | null =>
  plainJsonOf(join(folder, RUN_FILES.result), isResult, MOST_RECORD);
