import { reasonText } from '../../report/reason.ts';
import { waysOut } from '../../report/ways-out.ts';
import { detailsReader } from './entry-details.ts';
import type { Decision, Note } from '../../pipeline/action.ts';
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
  const { world } = source;
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
  const entries = entriesOf(source, runs);
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

function entriesOf(source: SnapshotSource, runs: readonly SnapshotRun[]): SnapshotEntry[] {
  const { world, decision } = source;
  const details = detailsReader(world);
  const notes = new Map(decision.notes.map((note) => [note.key, note]));
  const live = new Map<string, SnapshotRun>();
  for (const run of runs) if (run.state !== 'ended' && !live.has(run.taskId)) live.set(run.taskId, run);
  return world.entries.map(({ entry }): SnapshotEntry => {
    const { id, key, title, column, tags } = entry;
    const decided = decidedOf(notes.get(key));
    const { state } = decided;
    const worktree = id === null ? null : (source.worktrees.get(id) ?? null);
    return {
      id,
      key,
      title,
      column,
      tags,
      ...decided,
      attempts: entry.attempts as SnapshotEntry['attempts'],
      run: (id === null ? undefined : live.get(id)) ?? null,
      usage: usageOf(world, id),
      messages: id === null ? 0 : (world.messages.get(id) ?? 0),
      worktree,
      ...details(entry),
      ways: state === 'needs-person' ? waysOut({ id, tags, column, state, worktree }) : NONE,
    };
  });
}

const decidedOf = (note: Note | undefined): Pick<SnapshotEntry, 'state' | 'reason' | 'why' | 'on' | 'until'> =>
  note === undefined
    ? UNDECIDED
    : {
        state: note.state,
        reason: note.reason,
        why: reasonText(note.reason),
        on: note.on ?? NONE,
        until: note.until ?? null,
      };

function usageOf(world: World, id: string | null): SnapshotEntry['usage'] {
  const usage = id === null ? undefined : world.usage.entries.get(id);
  return usage === undefined ? null : { runs: usage.runs, untold: usage.untold, total: usage.total };
}

const NONE: readonly string[] = [];
const UNDECIDED = { state: 'held', reason: null, why: '', on: NONE, until: null } as const;
const QUIET: RunActivity = { last: '', waiting: null, stalledSince: null };
