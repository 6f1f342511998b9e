/** What a key does. */
export type Command =
  | 'pane-1'
  | 'pane-2'
  | 'pane-3'
  | 'pane-4'
  | 'pane-5'
  | 'pane-6'
  | 'next-pane'
  | 'previous-pane'
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'filter'
  | 'filter-by'
  | 'problems'
  | 'sort'
  | 'reverse'
  | 'carry'
  | 'approve'
  | 'retry'
  | 'rescope'
  | 'deprioritize'
  | 'abandon'
  | 'undo'
  | 'pause'
  | 'inject'
  | 'attach'
  | 'edit'
  | 'add'
  | 'faster'
  | 'slower'
  | 'read-only'
  | 'redraw'
  | 'help'
  | 'quit'
  | 'suspend'
  | 'interrupt';

export interface KeyRow {
  /** Names of the keys, as the terminal's decoder gives them. */
  readonly keys: readonly string[];
  /** As the help shows them. */
  readonly shown: string;
  readonly what: string;
  readonly command: Command | readonly Command[];
  /** In a word or two, for the line at the bottom. */
  readonly hint?: string;
  /** It changes the board: not while reading only. */
  readonly changes?: true;
}

export interface KeyGroup {
  readonly name: string;
  readonly rows: readonly KeyRow[];
}

/** Every key there is: the program acts on it, and the help is made from it. */
export const KEY_GROUPS: readonly KeyGroup[] = [
  {
    name: 'Move',
    rows: [
      {
        keys: ['1', '2', '3', '4', '5', '6'],
        shown: '1 … 6',
        what: 'panes: Board, Queue, History, Log, Files, Metrics',
        command: ['pane-1', 'pane-2', 'pane-3', 'pane-4', 'pane-5', 'pane-6'],
      },
      { keys: ['tab', 'l', 'right'], shown: 'Tab l →', what: 'next pane', command: 'next-pane' },
      { keys: ['shift-tab', 'h', 'left'], shown: 'Shift-Tab h ←', what: 'previous pane', command: 'previous-pane' },
      { keys: ['j', 'down'], shown: 'j ↓', what: 'down', command: 'down' },
      { keys: ['k', 'up'], shown: 'k ↑', what: 'up', command: 'up' },
      { keys: ['pagedown', 'ctrl-d'], shown: 'PgDn', what: 'a page down', command: 'page-down' },
      { keys: ['pageup', 'ctrl-u'], shown: 'PgUp', what: 'a page up', command: 'page-up' },
      { keys: ['g', 'home'], shown: 'g Home', what: 'to the top', command: 'first' },
      { keys: ['G', 'end'], shown: 'G End', what: 'to the end', command: 'last' },
    ],
  },
  {
    name: 'Look',
    rows: [
      { keys: ['enter'], shown: 'Enter', what: 'the entry, file or pane as a whole', command: 'open', hint: 'open' },
      { keys: ['escape'], shown: 'Esc', what: 'back; never quits', command: 'back', hint: 'back' },
      { keys: ['t'], shown: 't', what: 'what its run does, as it happens', command: 'attach', hint: 'attach' },
      { keys: ['/'], shown: '/', what: 'filter by words, state:ready, -blocked …', command: 'filter', hint: 'filter' },
      { keys: ['f'], shown: 'f s, f a, f r', what: 'filter by state, agent, role', command: 'filter-by' },
      {
        keys: ['p'],
        shown: 'p',
        what: 'problems first: needs you, stuck, held',
        command: 'problems',
        hint: 'problems',
      },
      { keys: ['s'], shown: 's', what: 'sort by the next column', command: 'sort' },
      { keys: ['S'], shown: 'S', what: 'sort the other way round', command: 'reverse' },
      { keys: ['+'], shown: '+', what: 'refresh more often, up to every 0.25 s', command: 'faster' },
      { keys: ['-'], shown: '-', what: 'refresh less often, down to every 10 s', command: 'slower' },
    ],
  },
  {
    name: 'Change',
    rows: [
      {
        keys: ['m'],
        shown: 'm',
        what: 'move: arrows carry the entry, Enter confirms, Esc puts it back',
        command: 'carry',
        hint: 'move',
        changes: true,
      },
      { keys: ['a'], shown: 'a', what: 'approve', command: 'approve', hint: 'approve', changes: true },
      { keys: ['r'], shown: 'r', what: 'retry', command: 'retry', hint: 'retry', changes: true },
      { keys: ['R'], shown: 'R', what: 'rescope: to TODO, with a fresh branch', command: 'rescope', changes: true },
      {
        keys: ['d'],
        shown: 'd',
        what: 'deprioritize: to the end of TODO, paused',
        command: 'deprioritize',
        changes: true,
      },
      { keys: ['x'], shown: 'x', what: 'abandon: off the board', command: 'abandon', changes: true },
      { keys: ['u'], shown: 'u', what: 'undo the landing that is chosen in History', command: 'undo', changes: true },
      { keys: ['space'], shown: 'Space', what: 'pause, or resume', command: 'pause', hint: 'pause', changes: true },
      {
        keys: ['i'],
        shown: 'i',
        what: 'send a message to the agent',
        command: 'inject',
        hint: 'message',
        changes: true,
      },
      { keys: ['e'], shown: 'e', what: 'edit its text in $EDITOR', command: 'edit', hint: 'edit', changes: true },
      { keys: ['n'], shown: 'n', what: 'a new entry', command: 'add', hint: 'new', changes: true },
      { keys: ['w'], shown: 'w', what: 'read only: no key changes anything', command: 'read-only' },
    ],
  },
  {
    name: 'Program',
    rows: [
      { keys: ['?'], shown: '?', what: 'these keys', command: 'help', hint: 'help' },
      { keys: ['q'], shown: 'q', what: 'quit', command: 'quit', hint: 'quit' },
      { keys: ['ctrl-l'], shown: 'Ctrl-L', what: 'draw the screen again', command: 'redraw' },
      { keys: ['ctrl-z'], shown: 'Ctrl-Z', what: 'suspend; fg comes back', command: 'suspend' },
      { keys: ['ctrl-c'], shown: 'Ctrl-C', what: 'quit', command: 'interrupt' },
    ],
  },
];

const ROWS = KEY_GROUPS.flatMap(({ rows }) => rows);

interface KeyEffect {
  readonly command: Command;
  readonly row: KeyRow;
}

const BY_KEY: ReadonlyMap<string, KeyEffect> = new Map(
  ROWS.flatMap((row) =>
    row.keys.map((key, index) => {
      const command = typeof row.command === 'string' ? row.command : row.command[index];
      return [key, { command: command ?? 'help', row }] as const;
    }),
  ),
);

export const effectOf = (key: string): KeyEffect | null => BY_KEY.get(key) ?? null;

/** The row of a command, for its hint. */
export const rowOfCommand = (command: Command): KeyRow | null => ROWS.find((row) => row.command === command) ?? null;
