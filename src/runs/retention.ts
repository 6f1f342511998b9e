import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { listRuns, type RunRecord } from './list-runs.ts';
import { removeHalfRemoved, removeRunFolders } from './run-store.ts';
import type { RunKind } from './runs-folder.ts';

/** How long and how much is kept; null = without a limit. */
export interface KeptRuns {
  /** ms since a run was recorded. */
  readonly runs: number | null;
  /** Bytes of all run folders together. */
  readonly size: number | null;
}

interface Removable {
  readonly record: RunRecord;
  readonly kind: RunKind;
  readonly takenAt: number;
}

/** The logs of the newest checks are shown by `kanban queue`. */
const CHECKS_SHOWN = 20;
/** Agents may leave folders in a run's folder. */
const MAX_DEPTH = 4;

/**
 * Removes folders of runs and checks that are older than `keep.runs`, then the oldest until all together are no larger than
 * `keep.size`. A run that is active or not recorded yet, one of an entry that is needed, and the newest checks stay.
 * @param needed ids of the entries whose runs stay. @param now epoch ms @returns ids of the runs removed, oldest first
 */
export async function removeOldRuns(
  root: string,
  keep: KeptRuns,
  needed: ReadonlySet<string>,
  now: number,
): Promise<string[]> {
  const removable = removableRuns(root, needed);
  const isOld = ({ takenAt }: Removable): boolean => keep.runs !== null && takenAt < now - keep.runs;
  const removed = removable.filter(isOld);
  if (keep.size !== null) {
    const rest = removable.filter((one) => !isOld(one));
    removed.push(...(await beyond(root, rest, new Set(removed.map(({ record }) => record.folder)), keep.size)));
  }
  const ids = (['runs', 'checks'] as const).flatMap((kind) =>
    removeRunFolders(
      root,
      kind,
      removed.filter((one) => one.kind === kind).map(({ record }) => record),
    ),
  );
  for (const kind of ['runs', 'checks'] as const) removeHalfRemoved(root, kind, now - HALF_REMOVED_MS);
  return ids;
}

/** What a kill left half made or half removed is not touched while it may still be at work. */
const HALF_REMOVED_MS = 24 * 3_600_000;

/** Oldest first. */
function removableRuns(root: string, needed: ReadonlySet<string>): Removable[] {
  const all = (['runs', 'checks'] as const).flatMap((kind) => {
    const { runs } = listRuns(root, kind);
    const free = kind === 'checks' ? runs.slice(0, -CHECKS_SHOWN) : runs;
    return free.flatMap((record): Removable[] => {
      const isNeeded = record.taken === null || record.state === 'alive' || needed.has(record.brief.taskId);
      return isNeeded ? [] : [{ record, kind, takenAt: record.taken.at }];
    });
  });
  return all.sort((a, b) => a.takenAt - b.takenAt);
}

/** The oldest whose removal brings all together to the size. @param gone folders that go in any case */
async function beyond(
  root: string,
  oldest: readonly Removable[],
  gone: ReadonlySet<string>,
  size: number,
): Promise<Removable[]> {
  const sizes = new Map<string, number>();
  for (const kind of ['runs', 'checks'] as const)
    for (const { folder } of listRuns(root, kind).runs) if (!gone.has(folder)) sizes.set(folder, await sizeOf(folder));
  let total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  const removed: Removable[] = [];
  for (const one of oldest) {
    if (total <= size) break;
    total -= sizes.get(one.record.folder) ?? 0;
    removed.push(one);
  }
  return removed;
}

/** Bytes of the files in a folder; what can't be read counts as nothing. */
async function sizeOf(folder: string, depth = 0): Promise<number> {
  let total = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isFile()) total += (await lstat(path).catch(() => null))?.size ?? 0;
    else if (entry.isDirectory() && depth < MAX_DEPTH) total += await sizeOf(path, depth + 1);
  }
  return total;
}
