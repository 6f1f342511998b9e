import { firstOf } from '../../first-of.ts';
import { isRemoteReason } from '../../contract/hold.ts';
import type { Snapshot, SnapshotCheck, SnapshotQueue } from '../../contract/snapshot.ts';
import { plain } from '../plain.ts';
import { span } from '../span.ts';

/** What is on the tree of a check: `T-12, T-14 on main`; base by itself: `main alone`. @param most names at most so many */
export const onBase = (entries: readonly string[], base: string, most = Infinity): string =>
  entries.length === 0 ? `${plain(base)} alone` : `${someIds(entries, most)} on ${plain(base)}`;

/** `T-12, T-14 and 3 more` */
export const someIds = (ids: readonly string[], most: number): string => plain(firstOf(ids, most));

/** Why a tree is checked, where it isn't for the first time. */
export const PURPOSE: Readonly<Record<SnapshotCheck['purpose'], string>> = {
  first: '',
  again: 'again, after a failure',
  control: 'to see whether it passes',
  search: 'in search of the culprit',
  confirm: 'once more, to confirm the culprit',
};

/** How long a check took: `42s`. */
export const took = (seconds: number): string => (seconds < 1 ? '<1s' : span(seconds * 1000));

/** The queue of a snapshot. One that a coordinator of an earlier version keeps has none. */
export function queueOf({ queue }: { readonly queue?: SnapshotQueue } & Omit<Snapshot, 'queue'>): SnapshotQueue {
  return queue === undefined ? NO_QUEUE : { ...NO_QUEUE, ...queue };
}

const NO_QUEUE: SnapshotQueue = {
  mode: 'serial',
  check: null,
  size: 1,
  most: 1,
  batch: [],
  waiting: [],
  running: null,
  held: null,
  reason: null,
  until: null,
  recent: [],
  checks: 0,
  flakes: 0,
  remote: null,
};

/** Which troubles of the remote the reason of the queue's hold covers. */
export function shownIn({ reason }: SnapshotQueue): {
  readonly isAwayShown: boolean;
  readonly isRejectedShown: boolean;
} {
  return {
    isAwayShown: reason !== null && isRemoteReason(reason),
    isRejectedShown: reason?.code === 'push-rejected',
  };
}
