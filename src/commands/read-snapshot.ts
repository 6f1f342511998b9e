import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { RunActivity, Snapshot, SnapshotRun } from '../coordinator/snapshot.ts';
import { openRepository, type Repository } from '../git/git.ts';
import { ok, type Result } from '../problem.ts';
import { activityOf } from '../report/activity.ts';
import { isAlive } from '../runner/claim.ts';
import { RUN_FILES, type AgentEvent, type Claim } from '../runner/folder.ts';

/**
 * How things stand: the snapshot that a living coordinator keeps current, with what each run did last; without one, a
 * look of our own.
 */
export async function readSnapshot(cwd: string): Promise<Result<Snapshot>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const kept = keptSnapshot(opened.value);
  if (kept !== null) return ok(withActivity(kept, opened.value.root));
  // Parsing the board takes more than the rest of this command: loaded only when it is needed.
  const { look } = await import('../coordinator/look.ts');
  return look(cwd);
}

/** null: no coordinator lives, or it has written nothing yet. */
function keptSnapshot({ root, commonDir }: Repository): Snapshot | null {
  const holder = readJson<Claim>(join(commonDir, 'kanban', 'lock'));
  if (holder === null || isAlive(holder) === 'dead') return null;
  const snapshot = readJson<Snapshot>(join(root, '.kanban', 'snapshot.json'));
  return snapshot?.version === 1 && snapshot.coordinator?.pid === holder.pid ? snapshot : null;
}

function withActivity(snapshot: Snapshot, root: string): Snapshot {
  const fresh = (run: SnapshotRun): SnapshotRun => ({ ...run, ...readActivity(join(root, '.kanban', 'runs', run.id), run) });
  const entries = snapshot.entries.map((entry) => (entry.run === null ? entry : { ...entry, run: fresh(entry.run) }));
  return { ...snapshot, entries, strayRuns: snapshot.strayRuns.map(fresh) };
}

/** What a run did last, from the end of its events; what the snapshot says where there are none. */
export function readActivity(folder: string, known: RunActivity): RunActivity {
  const lines = lastLines(join(folder, RUN_FILES.events));
  const events = lines.flatMap((line): AgentEvent[] => {
    try {
      return [JSON.parse(line) as AgentEvent];
    } catch {
      // The first line may be cut, the last one half written.
      return [];
    }
  });
  return events.length === 0 ? { last: known.last, waiting: known.waiting, stalledSince: known.stalledSince } : activityOf(events);
}

const TAIL = 16 * 1024;

/** The last lines of a file, at most 16 KiB; none if it isn't there. */
export function lastLines(path: string): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, TAIL));
    const read = readSync(file, buffer, 0, buffer.length, Math.max(0, size - TAIL));
    return buffer.toString('utf8', 0, read).split('\n').filter((line) => line !== '');
  } finally {
    closeSync(file);
  }
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return null;
  }
}
