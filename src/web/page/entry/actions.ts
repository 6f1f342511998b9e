import type { SnapshotEntry } from '../../../contract/snapshot.ts';
import { shellQuoted } from '../../../shell-word.ts';
import type { BoardRequest } from '../../../surfaces/board-types.ts';

/** What the user can do about an entry, besides moving it: each is a request, and a command of the same name. */
export interface EntryAction {
  readonly name:
    | 'approve'
    | 'retry'
    | 'fixed'
    | 'resume'
    | 'pause'
    | 'stop'
    | 'prioritize'
    | 'rescope'
    | 'deprioritize'
    | 'abandon';
  readonly command: BoardRequest['command'];
  readonly label: string;
  /** A reason is of use to the next run, or in history. `needed`: the command asks for one. */
  readonly why: 'needed' | 'useful' | 'none';
  /** Shown first, and in colour. */
  readonly isFirst: boolean;
}

type Shown = Pick<SnapshotEntry, 'id' | 'tags' | 'column' | 'state' | 'run'>;

const action = (
  name: EntryAction['name'],
  label: string,
  why: EntryAction['why'],
  more: Partial<EntryAction> = {},
): EntryAction => ({ name, command: name === 'fixed' ? 'retry' : name, label, why, isFirst: false, ...more });

const REST = [
  action('rescope', 'Rescope', 'useful'),
  action('deprioritize', 'Deprioritise', 'useful'),
  action('abandon', 'Abandon', 'needed'),
] as const;

/** What has a meaning for an entry now, the likeliest first; as `report/ways-out.ts` has it for commands. */
export function actionsFor({ id, tags, column, state, run }: Shown): readonly EntryAction[] {
  if (id === null || state === 'parked') return [];
  if (tags.includes('ESCALATED'))
    return [action('retry', 'Retry', 'useful', { isFirst: true }), action('fixed', 'Fixed', 'none'), ...REST];
  if (tags.includes('APPROVE')) return [action('approve', 'Approve', 'none', { isFirst: true }), ...REST];
  if (tags.includes('PAUSED')) return [action('resume', 'Resume', 'none', { isFirst: true }), ...REST];
  const first = column === 'TODO' ? [action('prioritize', 'Do it next', 'none')] : [];
  const ends = run === null ? [] : [action('stop', 'Stop', 'useful')];
  return [...first, ...ends, action('pause', 'Pause', 'useful'), ...REST];
}

/** The command that does the same, to copy: `kanban retry T-9 --why '…'`. */
export function commandOf({ command, taskId, why = '', fixed, to, before, position, now }: BoardRequest): string {
  const words = [
    'kanban',
    command,
    ...(taskId === null ? [] : [taskId]),
    ...(to === undefined ? [] : [to]),
    ...(before === undefined ? [] : ['--before', before]),
    ...(position === undefined ? [] : [`--${position}`]),
    ...(fixed === true ? ['--fixed'] : []),
    ...(now === true ? ['--now'] : []),
    ...(why === '' ? [] : ['--why', shellQuoted(why)]),
  ];
  return words.join(' ');
}
