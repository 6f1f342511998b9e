import { OTHER, type Held } from '../../contract/hold.ts';
import { dirname, relative } from 'node:path';
import { hookOf } from '../../runs/run-activity.ts';
import type { Repository } from '../../git/git.ts';
import type { CheckLog } from '../../pipeline/queue/check-log.ts';
import { FIRST_BATCH, nextBatchSize } from '../../pipeline/queue/decide-queue.ts';
import type { EntryFacts, QueueNote, World } from '../../pipeline/world.ts';
import type { QueueObserved } from './queue-facts.ts';
import type { RemoteFacts } from '../remote/remote-facts.ts';
import type { SnapshotChecked, SnapshotQueue, SnapshotQueued, SnapshotRemote } from '../../contract/snapshot.ts';

/** A queue that nobody works: without a coordinator. */
export const NO_QUEUE: QueueObserved = {
  members: [],
  greenCount: 0,
  suspect: null,
  running: null,
  purpose: 'first',
  held: null,
  until: null,
};

const MAX_CHECKS_SHOWN = 20;

/** The merge queue, to be shown. @param words the status of each task, as of the queue's last step */
export function queueView(
  { root }: Pick<Repository, 'root'>,
  {
    world,
    log,
    look,
    statuses,
    remote,
  }: {
    readonly world: World;
    readonly log: CheckLog;
    readonly look: QueueObserved;
    readonly statuses: ReadonlyMap<string, QueueNote>;
    readonly remote: RemoteFacts | null;
  },
): SnapshotQueue {
  const { merge_queue: queue } = world.settings;
  const tested = world.entries.filter(({ entry }) => entry.column === 'TESTING' && entry.tested !== null);
  const inBatch = new Set([...look.members, ...(look.suspect === null ? [] : [look.suspect])]);
  const first = queue.mode === 'serial' ? 1 : Math.min(FIRST_BATCH, queue.max_batch);
  const sized = queue.check !== '' && queue.mode === 'batch';
  const held = look.held ?? heldIn(world);
  return {
    mode: queue.mode,
    check: queue.check === '' ? null : queue.check,
    size: sized
      ? log.batches.reduce((size, { outcome }) => nextBatchSize(size, outcome, queue.max_batch), first)
      : queue.mode === 'serial'
        ? 1
        : queue.max_batch,
    most: queue.mode === 'serial' ? 1 : queue.max_batch,
    batch: [...inBatch].flatMap((id) => {
      const facts = tested.find(({ entry }) => entry.id === id);
      return facts === undefined ? [] : [queued(facts, look, statuses)];
    }),
    waiting: tested.filter(({ entry }) => !inBatch.has(entry.id ?? '')).map((facts) => queued(facts, look, statuses)),
    running: runningView(root, look),
    held: held?.why ?? null,
    reason: held?.reason ?? null,
    until: look.until,
    recent: log.recent.slice(0, MAX_CHECKS_SHOWN).map(checkedView),
    checks: log.count,
    flakes: log.flakes.length,
    remote: remoteView(world, remote),
  };
}

function heldIn({ landingsHeld, stops: [stop] }: World): Held | null {
  if (landingsHeld !== null) return { why: landingsHeld, reason: OTHER };
  return stop === undefined ? null : { why: stop, reason: { code: 'stopped' } };
}

function runningView(root: string, { running, purpose }: QueueObserved): SnapshotQueue['running'] {
  if (running === null) return null;
  const { id, commit, entries, startedAt, deadlineAt, log } = running;
  const hook = hookOf(dirname(log));
  const shown = { id, commit, entries, purpose, startedAt, deadlineAt, log: relative(root, log) };
  return hook === null ? shown : { ...shown, hook };
}

const checkedView = ({
  at,
  commit,
  entries,
  outcome,
  detail,
  ms,
  log,
}: CheckLog['recent'][number]): SnapshotChecked => ({
  at,
  commit,
  entries,
  outcome,
  detail,
  seconds: Math.round(ms / 1000),
  log,
});

function queued(
  { entry }: EntryFacts,
  { members, greenCount, suspect }: QueueObserved,
  statuses: ReadonlyMap<string, QueueNote>,
): SnapshotQueued {
  const id = entry.id ?? '';
  const landing = statuses.get(id);
  const place = members.indexOf(id);
  const why = landing?.why ?? '';
  const isGreen = place >= 0 && place < greenCount;
  const state = landing?.state === 'held' ? 'held' : suspect === id ? 'suspect' : isGreen ? 'green' : 'unchecked';
  return { id, title: entry.title, state, reason: landing === undefined ? null : { code: landing.code }, why };
}

function remoteView({ settings }: World, facts: RemoteFacts | null): SnapshotRemote | null {
  if (settings.remote === null) return null;
  const of = { name: settings.remote, branch: settings.base };
  if (facts === null)
    return { ...of, tip: null, fetchedAt: null, away: null, reason: null, rejected: null, lock: null, pushing: false };
  const { tip, fetchedAt, away, rejected, lock, pushing } = facts;
  return {
    ...of,
    tip,
    fetchedAt,
    away: away?.why ?? null,
    reason: away?.reason ?? null,
    rejected,
    lock: lockView(lock),
    pushing,
  };
}

function lockView(lock: RemoteFacts['lock']): SnapshotRemote['lock'] {
  if (typeof lock === 'object') return lock.by;
  return lock === 'held' ? 'us' : null;
}
