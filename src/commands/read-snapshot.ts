import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot, SnapshotRun } from '../coordinator/snapshot.ts';
import { lockHolder } from '../effects/lock.ts';
import { readActivity } from '../effects/run-activity.ts';
import { runsFolder } from '../effects/runs.ts';
import { openRepository, type Repository } from '../git/git.ts';
import { ok, type Result } from '../problem.ts';
import { LookCache } from './look-cache.ts';

/**
 * How things stand: the snapshot that a living coordinator keeps current, with what each run did last; without one, a
 * look of our own.
 */
export async function readSnapshot(cwd: string): Promise<Result<Snapshot>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  const kept = keptSnapshot(repo);
  if (kept !== null) return ok(withActivity(kept, repo.root));
  const cache = new LookCache(repo);
  const last = await cache.find(Date.now());
  if (last !== null) return ok(last);
  // What a look of our own needs takes more than the rest of this command to load.
  const { look } = await import('../coordinator/look.ts');
  const looked = await look(repo);
  if (!looked.ok) return looked;
  await cache.keep(looked.value.snapshot, looked.value.board);
  return ok(looked.value.snapshot);
}

/** null: no coordinator lives (a command may hold the lock for a moment), or it has written nothing yet. */
function keptSnapshot({ root, commonDir }: Repository): Snapshot | null {
  const holder = lockHolder(join(commonDir, 'kanban'))?.holder;
  if (holder === undefined || holder === null) return null;
  const snapshot = readJson<Snapshot>(join(root, '.kanban', 'snapshot.json'));
  return snapshot?.version === 1 && snapshot.coordinator?.pid === holder.pid ? snapshot : null;
}

function withActivity(snapshot: Snapshot, root: string): Snapshot {
  const fresh = (run: SnapshotRun): SnapshotRun =>
    run.state === 'alive' ? { ...run, ...readActivity(join(runsFolder(root), run.id)) } : run;
  const entries = snapshot.entries.map((entry) => (entry.run === null ? entry : { ...entry, run: fresh(entry.run) }));
  return { ...snapshot, entries, strayRuns: snapshot.strayRuns.map(fresh) };
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
