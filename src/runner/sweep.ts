import { realpathSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  commandOf,
  directoryOf,
  environmentOf,
  isOwn,
  listProcesses,
  readProcess,
  startedSince,
} from '../system/process-table.ts';
import type { ProcessId, ProcessRow } from '../system/process-table.ts';

/** What belongs to a run. */
export interface SweepTarget {
  readonly runId: string;
  /** The repository's main worktree, absolute. */
  readonly root: string;
  /** Its TMPDIR, a folder of its own; null: it has none. */
  readonly temporary: string | null;
  /** The run's worktree, absolute; null: don't look by working directory. */
  readonly worktree: string | null;
  /** Start time of the run's first process (or of its runner): nothing older is the run's. '' = unknown. */
  readonly since: string;
  /** Process groups that the run was started in. */
  readonly groups: readonly number[];
  /** Descendants seen while they were still attached: a double fork with a cleared environment is found only so. */
  readonly seen: readonly ProcessId[];
}

export interface Swept {
  readonly pid: number;
  readonly command: string;
}

/** A process that carries this repository's mark. */
export interface Marked extends ProcessId {
  readonly runId: string;
  readonly command: string;
}

/**
 * Ends everything of a run, again and again until a look at the process table finds nothing.
 * @param gentle ms between SIGTERM and SIGKILL; 0 = SIGKILL at once.
 * @param limit ms after which what is still alive is returned as `survivors`.
 */
export async function sweepRun(
  target: SweepTarget,
  gentle = 0,
  limit = 60_000,
): Promise<{ swept: Swept[]; survivors: Swept[] }> {
  return endAll(() => findOfRun(target), gentle, limit);
}

/** Ends the given processes, each only if it is still the same one. */
export async function endProcesses(
  ids: readonly ProcessId[],
  gentle = 2_000,
  limit = 60_000,
): Promise<{ swept: Swept[]; survivors: Swept[] }> {
  return endAll(() => ids.flatMap((id) => same(id) ?? []), gentle, limit);
}

/** The live processes of a run: by mark, group, earlier sight, or as an orphan without a terminal in its folders. */
export function findOfRun(target: SweepTarget): ProcessRow[] {
  const rows = listProcesses(target.since);
  const read = reader(rows);
  const spared = ancestors(read);
  const seen = new Set(target.seen.map((id) => `${id.pid} ${id.startTime}`));
  const folders = [target.worktree, target.temporary].flatMap((path) => realPath(path) ?? []);
  return rows.filter((row) => {
    if (!startedSince(row, target.since) || spared.has(row.pid) || !isOwn(row.pid)) return false;
    if (target.groups.includes(row.pgid) || seen.has(`${row.pid} ${row.startTime}`)) return true;
    if (isMarked(environmentOf(row.pid) ?? '', target)) return true;
    return folders.length > 0 && isOrphanIn(folders, row, read);
  });
}

/**
 * By the run's id; where a process has dropped that, by what no other run has at the same time: its TMPDIR, its report, or
 * its worktree together with the mark of the repository. A process with the id of another run is that one's.
 */
function isMarked(environment: string, { runId, root, worktree, temporary }: SweepTarget): boolean {
  const has = (name: string, value: string | null): boolean =>
    value !== null && environment.includes(`\0${name}=${Buffer.from(value).toString('latin1')}\0`);
  const id = runIdIn(environment);
  if (id !== null) return id === runId;
  return (
    has('TMPDIR', temporary) ||
    reportIn(environment) === runId ||
    (has('KANBAN_MARK', root) && has('KANBAN_WORKTREE', worktree))
  );
}

const runIdIn = (environment: string): string | null => /\0KANBAN_RUN_ID=([^\0]*)/.exec(environment)?.[1] ?? null;

/** The name of the report file contains the run's id. */
const reportIn = (environment: string): string | null =>
  /\0KANBAN_REPORT=[^\0]*?report-([^\0/]+-[0-9a-f]{8})\.md\0/i.exec(environment)?.[1] ?? null;

/**
 * Processes that carry the mark of the repository whose main worktree is `root`, of whatever run: for the
 * coordinator's start. Its own ancestors are never among them.
 */
export function findMarked(root: string): Marked[] {
  const rows = listProcesses();
  const spared = ancestors(reader(rows));
  return rows.flatMap((row) => {
    if (spared.has(row.pid) || !isOwn(row.pid)) return [];
    const environment = environmentOf(row.pid);
    const runId = environment === null ? null : (runIdIn(environment) ?? reportIn(environment));
    if (environment === null || runId === null) return [];
    const bytes = Buffer.from(root).toString('latin1');
    if (!environment.includes(`\0KANBAN_ROOT=${bytes}\0`) && !environment.includes(`\0KANBAN_MARK=${bytes}\0`))
      return [];
    return [{ pid: row.pid, startTime: row.startTime, runId, command: commandOf(row) }];
  });
}

/** `root` and everything below it in the process tree. */
export function descendants(rows: readonly ProcessRow[], roots: readonly number[]): ProcessRow[] {
  const wanted = new Set(roots);
  const children = new Map<number, ProcessRow[]>();
  for (const row of rows) children.set(row.ppid, [...(children.get(row.ppid) ?? []), row]);
  const found = rows.filter((row) => wanted.has(row.pid));
  for (const row of found) {
    for (const child of children.get(row.pid) ?? []) {
      if (wanted.has(child.pid)) continue;
      wanted.add(child.pid);
      found.push(child);
    }
  }
  return found;
}

async function endAll(
  find: () => ProcessRow[],
  gentle: number,
  limit: number,
): Promise<{ swept: Swept[]; survivors: Swept[] }> {
  const swept = new Map<string, Swept>();
  const signalled = new Set<string>();
  const begun = performance.now();
  for (let wait = 5; ; wait = Math.min(wait * 2, 200)) {
    const found = find();
    if (found.length === 0) return { swept: [...swept.values()], survivors: [] };
    const elapsed = performance.now() - begun;
    if (elapsed > limit)
      return { swept: [...swept.values()], survivors: found.map((row) => ({ pid: row.pid, command: commandOf(row) })) };
    for (const row of found) {
      const key = `${row.pid} ${row.startTime}`;
      if (!swept.has(key)) swept.set(key, { pid: row.pid, command: commandOf(row) });
      if (elapsed >= gentle) signal(row.pid, 'SIGKILL');
      else if (!signalled.has(key)) signal(row.pid, 'SIGTERM');
      signalled.add(key);
    }
    await pause(wait);
  }
}

/** The system tells working directories without links. */
function realPath(path: string | null): string | null {
  try {
    return path === null ? null : realpathSync(path);
  } catch {
    return path;
  }
}

function same(id: ProcessId): ProcessRow | null {
  const row = readProcess(id.pid);
  return row !== null && row.startTime === id.startTime ? row : null;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone meanwhile, or not ours: the next look tells.
  }
}

type Reader = (pid: number) => ProcessRow | null;

/** The list may leave older processes out. */
function reader(rows: readonly ProcessRow[]): Reader {
  const byPid = new Map(rows.map((row) => [row.pid, row]));
  return (pid) => byPid.get(pid) ?? readProcess(pid);
}

/** This process and those above it: never the run's, even if the program is itself run by an agent. */
function ancestors(read: Reader): Set<number> {
  const found = new Set<number>([1]);
  for (let pid = process.pid; pid > 0 && !found.has(pid); pid = read(pid)?.ppid ?? 0) found.add(pid);
  return found;
}

/** Programs that adopt orphans beside pid 1 (PR_SET_CHILD_SUBREAPER); /proc doesn't tell who is one. */
const SUBREAPERS = new Set([
  'systemd',
  'init',
  'tini',
  'dumb-init',
  'catatonit',
  'docker-init',
  's6-svscan',
  'conmon',
  'containerd-shim',
  'launchd',
]);

/** The user's shell has a terminal; their editor's helpers have the editor as parent. */
function isOrphanIn(folders: readonly string[], row: ProcessRow, read: Reader): boolean {
  if (row.terminal) return false;
  const parent = row.ppid > 1 ? read(row.ppid) : null;
  if (parent !== null && !SUBREAPERS.has(parent.name)) return false;
  const directory = directoryOf(row.pid);
  return folders.some((folder) => directory === folder || directory?.startsWith(`${folder}/`) === true);
}
