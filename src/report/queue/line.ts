import type { Snapshot, SnapshotEntry } from '../../contract/snapshot.ts';
import { hookText } from '../agent-line.ts';
import { plain } from '../plain.ts';
import { PURPOSE, queueOf, shownIn, someIds } from './words.ts';
import type { Row, RowOptions } from '../rows.ts';
import { span, ticking } from '../span.ts';

/** The active check, as a row below the entries; none where none is on. */
export function checkRow(snapshot: Snapshot, { now, time }: Omit<RowOptions, 'clock'>): Row[] {
  const { running } = queueOf(snapshot);
  if (running === null) return [];
  const { entries, purpose, startedAt, deadlineAt, hook } = running;
  const spent = `${span(now - startedAt)} of ${span(deadlineAt - startedAt)}`;
  return [
    {
      column: 'queue',
      id: '',
      title: entries.length === 0 ? `${plain(snapshot.base.name)} alone` : someIds(entries, SHOWN),
      doing: 'check',
      agent: '',
      time: time === 'spent' ? spent : `${ticking(deadlineAt - now)} left`,
      text: hook === undefined ? PURPOSE[purpose] : hookText(hook),
      mood: 'works',
    },
  ];
}

const SHOWN = 3;

/** Why nothing lands, where that concerns all landings and no line of an entry says it: sentences, at most one a cause. */
export function hindrances(snapshot: Snapshot): string[] {
  const queue = queueOf(snapshot);
  const { held, reason, remote } = queue;
  const { isAwayShown, isRejectedShown } = shownIn(queue);
  const isInEntry = snapshot.entries.some((entry) => isShown(entry) && isOfQueue(entry.reason) && entry.why === held);
  const waits = snapshot.push ? 'landings wait: ' : '';
  return [
    ...(held === null || isInEntry || reason?.code === 'stopped' ? [] : [`landings wait: ${plain(held)}`]),
    ...(remote?.away == null || isAwayShown ? [] : [`${waits}${plain(remote.away)}`]),
    ...(remote?.rejected == null || isRejectedShown ? [] : [`${waits}${plain(remote.rejected)}`]),
  ];
}

const isOfQueue = (reason: SnapshotEntry['reason']): boolean =>
  reason?.code === 'merge-queue' || reason?.code === 'landings-held';

/** Its line in the status says why it stands. */
const isShown = ({ column, run }: SnapshotEntry): boolean => column !== 'TODO' && run === null;
