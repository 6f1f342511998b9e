import { reasonText } from '../../report/reason.ts';
import { waysOut } from '../../report/ways-out.ts';
import { detailsReader } from './entry-details.ts';
import type { Decision } from '../../pipeline/action.ts';
import type { World } from '../../pipeline/world.ts';
import type {
  RunActivity,
  Snapshot,
  SnapshotEntry,
  SnapshotQueue,
  SnapshotRun,
  SnapshotWarning,
} from '../../contract/snapshot.ts';

export interface SnapshotSource {
  readonly world: World;
  readonly decision: Decision;
  readonly base: Snapshot['base'];
  readonly coordinator: Snapshot['coordinator'];
  readonly warnings: readonly SnapshotWarning[];
  readonly activity: ReadonlyMap<string, RunActivity>;
  /** Worktree path, relative to the root, by id. */
  readonly worktrees: ReadonlyMap<string, string>;
  readonly queue: SnapshotQueue;
}

/** World and decision → what may be shown. Pure. */
export function snapshotOf(source: SnapshotSource): Snapshot {
  const { world, decision } = source;
  const runs = world.runs.map((run): SnapshotRun => {
    const { id, taskId, role, purpose, agent, state, startedAt, deadlineAt, stopping, inject } = run;
    return {
      id,
      taskId,
      role,
      purpose,
      agent,
      state,
      startedAt,
      deadlineAt,
      stopping,
      inject,
      ...(source.activity.get(id) ?? QUIET),
    };
  });
  const details = detailsReader(world);
  const notes = new Map(decision.notes.map((note) => [note.key, note]));
  const entries = world.entries.map(({ entry }): SnapshotEntry => {
    const note = notes.get(entry.key);
    const state = note?.state ?? 'held';
    const worktree = entry.id === null ? null : (source.worktrees.get(entry.id) ?? null);
    return {
      id: entry.id,
      key: entry.key,
      title: entry.title,
      column: entry.column,
      tags: entry.tags,
      state,
      reason: note?.reason ?? null,
      why: note === undefined ? '' : reasonText(note.reason),
      on: note?.on ?? [],
      until: note?.until ?? null,
      attempts: { ...entry.attempts },
      run: runs.find((run) => run.taskId === entry.id && run.state !== 'ended') ?? null,
      usage: usageOf(world, entry.id),
      messages: entry.id === null ? 0 : (world.messages.get(entry.id) ?? 0),
      worktree,
      ...details(entry),
      ways:
        state === 'needs-person'
          ? waysOut({ id: entry.id, tags: entry.tags, column: entry.column, state, worktree })
          : NO_WAYS,
    };
  });
  const known = new Set(world.entries.map(({ entry }) => entry.id));
  return {
    version: 2,
    at: world.now,
    base: source.base,
    coordinator: source.coordinator,
    mode: world.mode,
    capacity: world.settings.capacity,
    push: world.settings.push,
    queue: source.queue,
    stops: world.stops,
    warnings: source.warnings.map(({ text }) => text),
    warningDetails: source.warnings,
    today: world.usage.today,
    dayEnds: world.usage.dayEnds,
    entries,
    orphanRuns: runs.filter((run) => !known.has(run.taskId) && run.state !== 'ended'),
  };
}

function usageOf(world: World, id: string | null): SnapshotEntry['usage'] {
  const usage = id === null ? undefined : world.usage.entries.get(id);
  return usage === undefined ? null : { runs: usage.runs, untold: usage.untold, total: usage.total };
}

const NO_WAYS: readonly string[] = [];
const QUIET: RunActivity = { last: '', waiting: null, stalledSince: null };
