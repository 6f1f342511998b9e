import type { Snapshot } from '../../contract/snapshot.ts';
import { plain } from '../plain.ts';
import { PURPOSE, queueOf, someIds } from './words.ts';
import type { Row, RowOptions } from '../rows.ts';
import { span, ticking } from '../span.ts';

/** The check that is on, as a row below the entries; none where none is on. */
export function checkRow(snapshot: Snapshot, { now, time }: Omit<RowOptions, 'clock'>): Row[] {
  const { running } = queueOf(snapshot);
  if (running === null) return [];
  const { entries, purpose, startedAt, deadlineAt } = running;
  const spent = `${span(now - startedAt)} of ${span(deadlineAt - startedAt)}`;
  return [
    {
      column: 'queue',
      id: '',
      title: entries.length === 0 ? `${plain(snapshot.base.name)} alone` : someIds(entries, SHOWN),
      doing: 'check',
      agent: '',
      time: time === 'spent' ? spent : `${ticking(deadlineAt - now)} left`,
      text: PURPOSE[purpose],
      mood: 'works',
    },
  ];
}

const SHOWN = 3;

/** Why nothing lands, where that concerns all landings and no line of an entry says it: sentences, at most one a cause. */
export function hindrances(snapshot: Snapshot): string[] {
  const { held, remote } = queueOf(snapshot);
  const causes = [held ?? '', remote?.away ?? '', remote?.rejected ?? ''].map(plain).filter((cause) => cause !== '');
  const distinct = causes.filter((cause, index) => !causes.slice(0, index).some((before) => before.includes(cause)));
  const said = [...snapshot.stops, ...snapshot.entries.filter(isShown).map(({ why }) => why)].map(plain);
  return distinct
    .filter((cause) => !said.some((words) => words.includes(cause)))
    .map((cause) => `${snapshot.push || cause === plain(held ?? '') ? 'landings wait: ' : ''}${cause}`);
}

/** Its line in the status says why it stands. */
const isShown = ({ column, run }: Snapshot['entries'][number]): boolean => column !== 'TODO' && run === null;
