import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot, SnapshotRun } from '../coordinator/snapshot.ts';
import { lockHolder } from '../effects/lock.ts';
import { readActivity } from '../effects/run-activity.ts';
import { runsFolder } from '../effects/runs.ts';
import { openRepository, type Repository } from '../git/git.ts';
import { ok, type Result } from '../problem.ts';

/**
 * How things stand: the snapshot that a living coordinator keeps current, with what each run did last; without one, a
 * look of our own.
 */
export async function readSnapshot(cwd: string): Promise<Result<Snapshot>> {
  const opening = openRepository(cwd);
  // What a look of our own needs takes more than the rest of this command to load: it is loaded only if there is no
  // coordinator, and then while git is asked for the repository.
  const loading =
    existsSync(join(cwd, '.git', 'HEAD')) && lockHolder(join(cwd, '.git', 'kanban')) === null ? loadLook() : null;
  const opened = await opening;
  if (!opened.ok) return opened;
  const kept = keptSnapshot(opened.value);
  if (kept !== null) return ok(withActivity(kept, opened.value.root));
  const { look } = await (loading ?? loadLook());
  return look(opened.value);
}

const loadLook = () => import('../coordinator/look.ts');

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
