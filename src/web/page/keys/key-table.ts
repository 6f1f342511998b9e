/** Where a key counts. `board`: an entry is picked there; `entry`: one is open. */
export type KeyPlace = 'anywhere' | 'board' | 'entry' | 'diff' | 'graph';

export type KeyCommand =
  | 'down'
  | 'up'
  | 'left'
  | 'right'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'filter'
  | 'help'
  | 'add'
  | 'note'
  | 'density'
  | 'move'
  | 'link'
  | 'comment'
  | 'edit'
  | 'approve'
  | 'retry'
  | 'rescope'
  | 'deprioritize'
  | 'abandon'
  | 'pause'
  | 'board'
  | 'graph'
  | 'queue'
  | 'runs'
  | 'metrics'
  | 'tab-text'
  | 'tab-runs'
  | 'tab-diff'
  | 'tab-log'
  | 'tab-history'
  | 'comment-line'
  | 'next-file'
  | 'previous-file';

export interface KeyRow {
  readonly command: KeyCommand;
  /** As `KeyboardEvent.key` has them. The first is shown. */
  readonly keys: readonly string[];
  readonly place: KeyPlace;
  readonly what: string;
  /** It changes something: not there with `--read-only`. */
  readonly changes?: true;
}

/** Every key of the page. What a key does and the help come from here. */
export const KEYS: readonly KeyRow[] = [
  { command: 'down', keys: ['j', 'ArrowDown'], place: 'board', what: 'next entry' },
  { command: 'up', keys: ['k', 'ArrowUp'], place: 'board', what: 'previous entry' },
  { command: 'left', keys: ['h', 'ArrowLeft'], place: 'board', what: 'column to the left' },
  { command: 'right', keys: ['l', 'ArrowRight'], place: 'board', what: 'column to the right' },
  { command: 'first', keys: ['g', 'Home'], place: 'board', what: 'first entry of the column' },
  { command: 'last', keys: ['G', 'End'], place: 'board', what: 'last entry of the column' },
  { command: 'open', keys: ['Enter'], place: 'board', what: 'open it' },
  { command: 'note', keys: ['n'], place: 'board', what: 'add an entry by its title', changes: true },
  { command: 'add', keys: ['+'], place: 'anywhere', what: 'add an entry', changes: true },
  { command: 'density', keys: ['z'], place: 'board', what: 'compact or normal rows' },
  { command: 'filter', keys: ['/'], place: 'anywhere', what: 'search' },
  { command: 'back', keys: ['Escape'], place: 'anywhere', what: 'close, clear the search' },
  { command: 'help', keys: ['?'], place: 'anywhere', what: 'all keys' },
  { command: 'board', keys: ['1'], place: 'anywhere', what: 'board' },
  { command: 'graph', keys: ['2'], place: 'anywhere', what: 'graph' },
  { command: 'queue', keys: ['3'], place: 'anywhere', what: 'queue' },
  { command: 'runs', keys: ['4'], place: 'anywhere', what: 'runs' },
  { command: 'metrics', keys: ['5'], place: 'anywhere', what: 'metrics' },
  { command: 'move', keys: ['m'], place: 'entry', what: 'move it', changes: true },
  { command: 'link', keys: ['L', 'l'], place: 'entry', what: 'link what it depends on', changes: true },
  { command: 'comment', keys: ['c'], place: 'entry', what: 'write to its agent', changes: true },
  { command: 'edit', keys: ['e'], place: 'entry', what: 'edit its text', changes: true },
  { command: 'approve', keys: ['a'], place: 'entry', what: 'approve', changes: true },
  { command: 'retry', keys: ['r'], place: 'entry', what: 'retry', changes: true },
  { command: 'rescope', keys: ['R'], place: 'entry', what: 'rescope', changes: true },
  { command: 'deprioritize', keys: ['d'], place: 'entry', what: 'deprioritise', changes: true },
  { command: 'abandon', keys: ['x'], place: 'entry', what: 'abandon', changes: true },
  { command: 'pause', keys: ['p'], place: 'entry', what: 'pause, resume', changes: true },
  { command: 'tab-text', keys: ['t'], place: 'entry', what: 'text' },
  { command: 'tab-runs', keys: ['u'], place: 'entry', what: 'runs' },
  { command: 'tab-diff', keys: ['f'], place: 'entry', what: 'diff' },
  { command: 'tab-log', keys: ['o'], place: 'entry', what: 'log' },
  { command: 'tab-history', keys: ['y'], place: 'entry', what: 'history' },
  { command: 'comment-line', keys: ['c'], place: 'diff', what: 'comment on the line', changes: true },
  { command: 'next-file', keys: [']'], place: 'diff', what: 'next file' },
  { command: 'previous-file', keys: ['['], place: 'diff', what: 'previous file' },
];

/** What a key means here; the more special place counts first. @param places from the most special to `anywhere` */
export function commandFor(key: string, places: readonly KeyPlace[], isReadOnly: boolean): KeyCommand | null {
  for (const place of places) {
    const row = KEYS.find((one) => one.place === place && one.keys.includes(key));
    if (row !== undefined && !(isReadOnly && row.changes === true)) return row.command;
  }
  return null;
}

const SHOWN: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  Home: 'Home',
  End: 'End',
};

/** For what can be clicked as well: what it does, with its key. */
export function hintFor(command: KeyCommand): string {
  const row = KEYS.find((one) => one.command === command);
  return row === undefined ? '' : `${row.what} (${keyName(row.keys[0] ?? '')})`;
}

/** As it stands on the keyboard. */
export const keyName = (key: string): string => SHOWN[key] ?? key;
