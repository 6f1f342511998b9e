import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Snapshot, SnapshotRun } from '../../contract/snapshot.ts';
import { lockHolder } from '../../system/lock.ts';
import { readActivity } from '../../runs/run-activity.ts';
import { runsFolder } from '../../runs/runs-folder.ts';
import { git, type Repository } from '../../git/git.ts';
import { openRepository } from '../../git/open-repository.ts';
import { ok, type Result } from '../../problem.ts';
import { LookCache } from './snapshot-cache.ts';
import { SnapshotFiles } from '../publish/snapshot-files.ts';
import * as messages from './messages.ts';

/** ms within which a living coordinator has seen that base has moved: its slowest look comes every three seconds. */
const CURRENT_WITHIN = 4_000;

/**
 * How things stand: the snapshot that a living coordinator keeps current, with what each run did last; without one, a
 * look of our own.
 */
export async function readSnapshot(cwd: string): Promise<Result<Snapshot>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  const kept = await currentSnapshot(repo);
  if (kept !== null) return ok(withActivity(kept, repo.root));
  const cache = new LookCache(repo);
  const last = await cache.find(Date.now());
  if (last !== null) return ok(last);
  // What a look of our own needs takes more than the rest of this command to load.
  const { inspect } = await import('./inspect.ts');
  const looked = await inspect(repo);
  if (!looked.ok) return looked;
  if (looked.value.isSteady) await cache.keep(looked.value.snapshot, looked.value.board);
  return ok(looked.value.snapshot);
}

/**
 * What the coordinator keeps, once it knows where base stands now: what the user has just added or moved is in it. One
 * that has not looked for long (it is stopped, or lands much) is shown as it is, with a warning.
 */
export async function currentSnapshot(
  repo: Repository,
  files: SnapshotFiles = new SnapshotFiles(repo.root),
): Promise<Snapshot | null> {
  const begun = Date.now();
  const first = await keptSnapshot(repo, files);
  if (first === null) return null;
  const tip = await tipOf(repo, first.base.name);
  const isCurrent = ({ at, base }: Snapshot): boolean => base.sha === tip || at >= begun;
  for (let kept: Snapshot | null = first; kept !== null; kept = await keptSnapshot(repo, files)) {
    if (isCurrent(kept)) return kept;
    if (Date.now() - begun > CURRENT_WITHIN) {
      const warning = messages.snapshotOld(kept.base.name, CURRENT_WITHIN);
      return {
        ...kept,
        warnings: [...kept.warnings, warning],
        warningDetails: [...kept.warningDetails, { text: warning, entries: [] }],
      };
    }
    await pause(20);
  }
  return null;
}

async function tipOf(repo: Repository, base: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', `refs/heads/${base}`];
  return (await git(args, { cwd: repo.root, okExit: [0, 1] })).stdout.trim();
}

/** How long the two files are waited for to fit each other, ms: the coordinator writes one right after the other. */
const TORN_FOR = 1_000;

/** null: no coordinator lives (a command may hold the lock for a moment), or it has written nothing yet. */
export async function keptSnapshot(repo: Repository, files: SnapshotFiles): Promise<Snapshot | null> {
  for (const until = Date.now() + TORN_FOR; ; await pause(5)) {
    const pid = livingCoordinator(repo);
    if (pid === null) return null;
    const read = files.read(pid);
    if (read.kind === 'read') return read.snapshot;
    if (read.kind === 'none' || Date.now() > until) return null;
  }
}

/** Pid of the process that holds the coordinator's lock; null: none is known to live. */
export const livingCoordinator = ({ commonDir }: Repository): number | null =>
  lockHolder(join(commonDir, 'kanban'))?.holder?.pid ?? null;

/** With what each run did last, as its folder has it now. */
export function withActivity(snapshot: Snapshot, root: string): Snapshot {
  const fresh = (run: SnapshotRun): SnapshotRun =>
    run.state === 'alive' ? { ...run, ...readActivity(join(runsFolder(root), run.id)) } : run;
  const entries = snapshot.entries.map((entry) => (entry.run === null ? entry : { ...entry, run: fresh(entry.run) }));
  return { ...snapshot, entries, orphanRuns: snapshot.orphanRuns.map(fresh) };
}
