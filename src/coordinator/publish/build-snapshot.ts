import { reasonText } from '../../report/reason.ts';
import { waysOut } from '../../report/ways/ways-out.ts';
import type { Entry } from '../../board/entry.ts';
import { detailsOf, linksReader, type EntryLinks } from './entry-details.ts';
import { EntryMemo, type EntryInputs } from './entry-memo.ts';
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

export interface SnapshotInputs {
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

/** World and decision → what may be shown. Pure but for the memo, which changes the time and never the answer. */
export function snapshotOf(source: SnapshotInputs, memo: EntryMemo = new EntryMemo()): Snapshot {
  const { world } = source;
  const runs = world.runs.map((run): SnapshotRun => {
    const { id, taskId, role, purpose, agent, state, startedAt, deadlineAt, stopping, lost, inject } = run;
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
      lost,
      inject,
      ...(source.activity.get(id) ?? QUIET),
    };
  });
  const entries = memo.all(inputsOf(source, runs, memo), entryOf);
  const isOnBoard = (id: string): boolean => world.entries.some(({ entry }) => entry.id === id);
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
    orphanRuns: runs.filter((run) => run.state !== 'ended' && !isOnBoard(run.taskId)),
  };
}

function inputsOf(
  { world, decision, coordinator, worktrees, base }: SnapshotInputs,
  runs: readonly SnapshotRun[],
  memo: EntryMemo,
): EntryInputs[] {
  const isKnown = memo.isSameGround(base.sha, memo.ids.of(world.entries));
  const links = linksReader(world, memo.ids);
  const linksOf = (entry: Entry, index: number): EntryLinks => {
    const before = memo.at(index, entry.key);
    // Of an entry that names the same ids as before, while ids and history are the same, nothing can be different.
    const isSame = isKnown && before?.entry.id === entry.id && before.entry.depends === entry.depends;
    return isSame ? before.links : links(entry, before?.links);
  };
  const noteAt = notesReader(coordinator === null ? decision.notes.map(withoutPool) : decision.notes);
  const live = new Map<string, SnapshotRun>();
  for (const run of runs) if (run.state !== 'ended' && !live.has(run.taskId)) live.set(run.taskId, run);
  return world.entries.map(({ entry }, index): EntryInputs => {
    const { id, key } = entry;
    return {
      entry,
      note: noteAt(index, key),
      run: (id === null ? undefined : live.get(id)) ?? null,
      usage: usageOf(world, id),
      messages: id === null ? 0 : (world.messages.get(id) ?? 0),
      worktree: id === null ? null : (worktrees.get(id) ?? null),
      links: linksOf(entry, index),
    };
  });
}

/** Where no coordinator runs, no place is taken: what is ready waits for a coordinator. */
const withoutPool = (note: Note): Note =>
  note.reason.code === 'no-free-place' || note.reason.code === 'column-full'
    ? { ...note, reason: { code: 'ready' } }
    : note;

/** Notes as a rule stand in the order of the entries. */
function notesReader(notes: readonly Note[]): (index: number, key: string) => Note | undefined {
  let byKey: ReadonlyMap<string, Note> | null = null;
  return (index, key) => {
    const there = notes[index];
    if (there?.key === key) return there;
    byKey ??= new Map(notes.map((note) => [note.key, note]));
    return byKey.get(key);
  };
}

function entryOf({ entry, note, run, usage, messages, worktree, links }: EntryInputs): SnapshotEntry {
  const { id, key, title, column, tags } = entry;
  const decided = decidedOf(note);
  const { state } = decided;
  return {
    id,
    key,
    title,
    column,
    tags,
    ...decided,
    attempts: entry.attempts as SnapshotEntry['attempts'],
    run,
    usage,
    messages,
    worktree,
    ...detailsOf(entry, links),
    ways: state === 'needs-person' ? waysOut({ id, tags, column, state, worktree }) : NONE,
  };
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
