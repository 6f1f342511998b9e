import type { Column } from '../board/entry.ts';
import { ROLE_TABLE } from '../workflow/roles.ts';
import type { Snapshot, SnapshotEntry, SnapshotRun } from '../contract/snapshot.ts';
import { unreachable } from '../unreachable.ts';
import { plain } from './plain.ts';
import { reasonText, RUN_LOST } from './reason.ts';
import { checkRow } from './queue/line.ts';
import { span, ticking, type Clock } from './span.ts';
import { estimateText } from './work-time.ts';

/** One line of the board: an entry in work, in cells. */
export interface Row {
  readonly column: string;
  readonly id: string;
  readonly title: string;
  /** The role that is at work, or the state: `task`, `held`. */
  readonly doing: string;
  readonly agent: string;
  /** `6m of 15m`; '' where no run is active. */
  readonly time: string;
  readonly text: string;
  readonly mood: 'works' | 'waits' | 'needs';
}

export interface RowOptions {
  readonly now: number;
  readonly clock: Clock;
  /** `spent`: `6m of 15m`; `left`: `9m left`, to the second near its end. */
  readonly time: 'spent' | 'left';
}

/**
 * The entries in work and those of TODO that something holds, in the order of the work, and the active check; who needs
 * the user is shown elsewhere.
 */
export function rowsOf(snapshot: Snapshot, options: RowOptions): Row[] {
  const inWork = snapshot.entries.filter(({ column, state }) => column !== 'TODO' && state !== 'needs-person');
  const strays = snapshot.orphanRuns.map((run) =>
    runRow({ column: '', id: run.taskId, title: '(off the board)' }, run, options),
  );
  return [...inWork.map((entry) => rowOf(entry, options)), ...checkRow(snapshot, options), ...strays];
}

/** One entry as a row, with its estimate beside the time that it has taken. */
export function rowOf(entry: SnapshotEntry, options: RowOptions): Row {
  const row = plainRow(entry, options);
  const { estimate, startedAt } = entry;
  if (estimate === null || startedAt === null || options.time === 'left') return row;
  const time = estimateText(estimate, (options.now - startedAt) / 1000);
  return { ...row, text: row.text === '' ? time : `${row.text} · ${time}` };
}

function plainRow(entry: SnapshotEntry, options: RowOptions): Row {
  const id = entry.id ?? '';
  if (entry.run !== null) return runRow({ column: entry.column, id, title: entry.title }, entry.run, options);
  const rest = { column: entry.column, id, title: plain(entry.title), agent: '', time: '' } as const;
  const until = entry.until === null ? '' : ` until ${options.clock(entry.until)}`;
  const why = plain(entry.why);
  switch (entry.state) {
    case 'waits-for-provider':
      return {
        ...rest,
        doing: roleOf(entry.column),
        text: `${why || 'waits for its provider'}${until} (no retry used)`,
        mood: 'waits',
      };
    case 'waits':
      return { ...rest, doing: 'waits', text: until === '' ? why : `${until.trim()}: ${why}`, mood: 'waits' };
    case 'being-edited':
      return { ...rest, doing: 'edited', text: why === BEING_EDITED ? '' : why, mood: 'waits' };
    case 'held':
      return { ...rest, doing: 'held', text: why, mood: 'needs' };
    case 'needs-person':
      return { ...rest, doing: 'waits', text: why, mood: 'needs' };
    case 'ready':
    case 'running':
    case 'lands':
    case 'parked':
      return { ...rest, doing: STATE[entry.state], text: why === entry.state ? '' : why, mood: 'waits' };
    default:
      return unreachable(entry.state);
  }
}

const BEING_EDITED = reasonText({ code: 'being-edited' });
const STATE = { ready: 'ready', running: 'moves', lands: 'lands', parked: 'parked' } as const;

function runRow(
  { column, id, title }: Pick<Row, 'column' | 'id' | 'title'>,
  run: SnapshotRun,
  { now, clock, time }: RowOptions,
): Row {
  const doing = run.purpose === 'mend' ? 'fix' : ROLE_TABLE[run.role].verb;
  const row = { column, id, title: plain(title), doing, agent: run.agent };
  if (run.state === 'foreign')
    return { ...row, time: '', text: `its run ${run.id} belongs to another machine or container`, mood: 'needs' };
  if (run.waiting !== null) return { ...row, time: '', text: waiting(run.waiting, clock), mood: 'waits' };
  const cell = timeOf(run, now, time);
  if (run.lost) return { ...row, time: '', text: RUN_LOST, mood: 'needs' };
  if (run.stopping) return { ...row, time: cell, text: 'is being stopped', mood: 'waits' };
  if (run.stalledSince !== null)
    return { ...row, time: cell, text: `nothing has moved for ${span(now - run.stalledSince)}`, mood: 'needs' };
  return { ...row, time: cell, text: plain(run.last) || (run.state === 'starting' ? 'starts' : ''), mood: 'works' };
}

/** A run that is being prepared has no deadline yet. */
function timeOf({ startedAt, deadlineAt }: SnapshotRun, now: number, time: RowOptions['time']): string {
  if (deadlineAt <= startedAt) return '';
  return time === 'spent'
    ? `${span(now - startedAt)} of ${span(deadlineAt - startedAt)}`
    : `${ticking(deadlineAt - now)} left`;
}

const waiting = ({ until, why }: NonNullable<SnapshotRun['waiting']>, clock: Clock): string =>
  `${plain(why) || 'waits for its provider'}${until === null ? '' : ` until ${clock(until)}`} (no retry used)`;

const roleOf = (column: Column): string =>
  ({ TODO: 'task', IN_PROGRESS: 'task', REVIEW: 'review', TESTING: 'test' })[column];
