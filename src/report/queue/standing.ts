import type { QueueCode, Snapshot, SnapshotQueue, SnapshotQueued, SnapshotRemote } from '../../contract/snapshot.ts';
import { plain } from '../plain.ts';
import { span } from '../span.ts';

/** What the queue is doing, in words: every surface shows these. */
export interface QueueAt {
  readonly snapshot: Snapshot;
  readonly queue: SnapshotQueue;
}

/** How many land at a time. */
export const modeText = ({ mode: how, size, most }: SnapshotQueue): string =>
  how === 'serial' ? 'one landing at a time' : `batches of up to ${size}${size === most ? '' : ` (at most ${most})`}`;

/** Why nothing of the queue lands now; null: something may. */
export function heldBy({ snapshot, queue }: QueueAt): string | null {
  const idle = snapshot.coordinator === null && queue.batch.length + queue.waiting.length > 0;
  return queue.held ?? (idle ? 'no `kanban run` is on: nothing lands' : null);
}

/** What the state does not say already; what is checked together stands in the line of the check. */
export function besides(doing: string, { reason, why }: SnapshotQueued): string {
  if (reason?.code === 'checking' || reason?.code === 'passed') return '';
  return plain((doing === 'waits' && reason && AFTER_WAITS[reason.code]) || why);
}

const AFTER_WAITS: Readonly<Partial<Record<QueueCode, string>>> = {
  'waits-for-check': 'for the check of its batch',
  'waits-for-batch': 'for the batch before it',
};

/** What a task of the queue is at, in a word or two. */
export function stateOf({ id, state }: SnapshotQueued, at: QueueAt): string {
  const { running, check: command, batch } = at.queue;
  if (state === 'held' || state === 'suspect') return state;
  if (command === null) return heldBy(at) === null ? 'lands' : 'held';
  if (state === 'green') return 'passed';
  const [checking, unchecked, waits] = UNDECIDED;
  if (running?.entries.includes(id) === true) return checking;
  return batch.some((one) => one.id === id) ? unchecked : waits;
}

const UNDECIDED = ['checking', 'not checked', 'waits'] as const;

/** Where the remote's branch stands, in parts. */
export function standing({ name, branch, tip, fetchedAt, away, lock, pushing }: SnapshotRemote, now: number): string[] {
  const where = `${plain(name)}/${plain(branch)}`;
  const asked = fetchedAt === null ? 'not asked yet' : `asked ${span(now - fetchedAt)} ago`;
  const missing = fetchedAt === null || away !== null ? 'not known' : 'no such branch there yet';
  return [
    tip === null ? `${where}: ${missing}` : `${where}@${tip.slice(0, 7)}`,
    ...(away === null ? [asked] : []),
    ...(pushing ? ['pushing'] : []),
    ...(lock === null ? [] : [lock === 'us' ? 'its lock is ours' : `its lock is held by ${plain(lock)}`]),
  ];
}

/** How a check came out. */
export const OUTCOME = { green: 'passed', red: 'failed', error: 'error' } as const;

/** How many checks there were, and how many of them were flakes. */
export function flakes({ checks, flakes: count }: SnapshotQueue): string {
  if (checks === 0) return '';
  if (count === 0) return `${checks === 1 ? '1 check' : `${checks} checks`}, no flake`;
  return `${count} of ${checks} checks ${count === 1 ? 'was a flake' : 'were flakes'}: failed, then passed on the same commit`;
}
