import type { EntryState } from '../../contract/snapshot.ts';
import type { LiveState } from './store/live.ts';

/** Every sentence of the page, besides the help, which is a table (`keys/key-table.ts`), and what `src/report` words. */

/** Each state has one colour (`style/tokens.css`), one picture, and one word. */
export const STATE_WORD: Readonly<Record<EntryState, string>> = {
  'needs-person': 'needs you',
  held: 'held',
  'waits-for-provider': 'waits for provider',
  running: 'running',
  lands: 'lands',
  'being-edited': 'being edited',
  ready: 'ready',
  waits: 'waits',
  parked: 'parked',
};

/** Behind `waits`. */
export const waitsOn = (ids: readonly string[]): string => `for ${ids.join(', ')}`;
export const waitsUntil = (time: string): string => `until ${time}`;
export const PAUSED = 'paused';
/** Behind `ready`. */
export const NO_PLACE = 'no place yet';

export const LIVE_WORD: Readonly<Record<LiveState, string>> = {
  connecting: 'connecting',
  live: 'live',
  reconnecting: 'reconnecting',
  gone: 'server gone',
  resting: 'paused',
};
export const LIVE_MORE: Readonly<Record<LiveState, string>> = {
  connecting: 'The page is being connected to the server.',
  live: 'The page shows every change as it happens.',
  reconnecting: 'The connection was lost. The page connects again by itself.',
  gone: 'The server does not answer. Start it again with kanban serve, and open the address that it prints.',
  resting: 'The tab was hidden. The page continues when you look at it.',
};

export const FAILED = {
  text: 'This part of the page failed. Nothing on the board is changed by that.',
  back: 'To the board',
  reload: 'Load the page again',
} as const;

export const NO_ANSWER = 'The server does not answer.';

export const PAGES = {
  noToken: {
    title: 'This page needs the address that kanban printed',
    text: 'kanban serve prints an address that ends in #t=… and a long key. Open that whole address. The key is new at each start of the server.',
    command: 'kanban serve --open',
  },
  ticketRefused: {
    title: 'The address that --open gave to the browser is not good any more',
    text: 'It is good once, and for a minute. Open the address that kanban serve printed. If the browser opened this one only now, somebody else on this machine may have used it: end kanban serve and start it again.',
  },
  empty: {
    title: 'Nothing is on the board',
    text: 'Write the first entry here, in board/TODO.md, or on the command line.',
    command: 'kanban add "Fix the login crash"',
  },
  noFit: {
    title: 'No entry is like that',
    text: 'Nothing on the board fits what you search for.',
  },
  unreadable: {
    title: 'The board cannot be read now',
    text: 'What you see below is the last state that could be read.',
    textNone: 'Nothing could be read yet.',
  },
  connecting: 'Connecting…',
  failed: 'This view could not be loaded',
} as const;

export const COORDINATOR = {
  none: 'no coordinator runs: nothing starts or lands',
  gone: 'the coordinator has ended: nothing starts or lands',
  how: 'Start one in a terminal, in this repository. It works on the board until you stop it.',
  start: 'kanban run',
  startTitle: 'Start the work',
  howTo: 'How to start one',
} as const;

export const READ_ONLY = 'read-only';
export const READ_ONLY_MORE = 'The server was started with --read-only: nothing can be changed here.';

export const SEARCH_PLACEHOLDER = 'Search';
export const SEARCH_HELP = 'Words, or col: state: agent: prio: tag:, each with - before it to leave it out; -blocked';
export const fitsText = (fit: number, all: number): string => `${fit} of ${all}`;

export const NOTE_PLACEHOLDER = 'What is to be done?';
export const added = (ids: readonly string[]): string => `${ids.join(', ')} added`;
export const done = (what: string): string => (what === '' ? 'Done' : what);

export const LANDED_TODAY = 'Landed today';
export const NOTHING_LANDED = 'Nothing has landed today';
export const moreNeeding = (count: number): string => `and ${count} more`;

export const ENTRY = {
  loading: 'Loading…',
  gone: 'The entry has left the board. This is its text as it was last.',
  noText: 'Its text is not known.',
  noRuns: 'No run has worked on it yet.',
  noHistory: 'No commit has moved it yet.',
  noOutput: 'No run has printed anything yet.',
  noReport: 'It wrote no report.',
  noDiff: 'Nothing is changed on its branch yet.',
  endOfOutput: 'the run has ended',
  follows: 'follows the output',
  earlier: 'Show what was printed before',
  feedback: 'For the next run',
  draft: 'You have a draft of this text.',
} as const;

export const EDIT = {
  changed: 'The entry has changed since you began. Nothing was written, and your text is kept here.',
  present: 'Its text now',
  useTheirs: 'Take the text as it is now',
  keepMine: 'Save mine over it',
  hint: 'The heading, the fields and the text, as in the file. The next run gets the new text.',
} as const;

export const MESSAGE = {
  title: (id: string): string => `Write to the agent of ${id}`,
  live: 'A run is on: the agent gets it while it works.',
  resume: 'A run is on: it is stopped and continued with the message.',
  later: 'No run is on: the next run gets it.',
  sent: 'The agent has the message.',
  kept: 'The message waits for the next run.',
} as const;

export const WHY = {
  label: 'Why',
  hintRun: 'The next run reads it.',
  hintHistory: 'It stands in the history.',
  command: 'The same on the command line',
  tip: (tip: string, commits: number): string =>
    `You approve ${tip.slice(0, 7)}, ${commits === 1 ? '1 commit' : `${commits} commits`} over base. If the branch moves before you confirm, nothing happens.`,
  noTip: 'No work is on its branch yet: you approve the start.',
} as const;

export const ACTION_MORE: Readonly<Record<string, string>> = {
  approve: 'It continues.',
  retry: 'Another try at the stage that failed, with new attempt counts.',
  fixed: 'You have committed the fix in its worktree: the next stage judges it.',
  resume: 'It continues where it was.',
  pause: 'No new run starts, and nothing lands. A run that is on may finish; its result waits.',
  stop: 'Its run may finish; then it is paused.',
  prioritize: 'It goes to the top of its column.',
  rescope: 'It goes back to TODO and starts afresh. Edit its text, too.',
  deprioritize: 'It goes to the bottom of TODO, paused.',
  abandon: 'It leaves the board. Its branch is kept under refs/kanban/abandoned.',
};

export const MOVE = {
  title: (id: string): string => `Move ${id}`,
  none: 'No move has a meaning for it now.',
  refused: (id: string, to: string): string => `${id} cannot be moved to ${to} now`,
  parked: 'A parked entry is moved with its menu (m).',
} as const;

export const LINK = {
  title: (id: string): string => `What does ${id} depend on?`,
  hint: 'It waits until that entry has landed.',
  cycle: (path: readonly string[]): string => `That would be a cycle: ${path.join(' → ')}`,
  already: (id: string): string => `It depends on ${id} already.`,
  linked: (id: string, on: string): string => `${id} depends on ${on} now`,
} as const;

export const ADD = {
  title: 'Add an entry',
  head: 'Title',
  text: 'Text, as markdown',
  criteria: 'Acceptance criteria, one a line',
  depends: 'Depends on',
  files: 'Files',
  priority: 'Priority',
  paused: 'Do not start it yet',
} as const;

export const REVIEW = {
  hint: 'Comment on a line: pick it, then + or c.',
  count: (count: number): string => (count === 1 ? '1 comment' : `${count} comments`),
  send: 'Send to the agent',
  retry: 'Retry with it',
  sendBack: 'Send back',
  discard: 'Discard',
  sent: 'The review was sent.',
  truncated: 'The rest of this file is too long to be shown.',
  binary: 'A binary file.',
  unchanged: 'No line is changed.',
} as const;

export const GRAPH = {
  none: 'No entry depends on another',
  noneMore: 'Write depends: T-12 in an entry, or press L on it.',
  alone: (count: number): string =>
    count === 1 ? '1 entry without dependencies is not shown' : `${count} entries without dependencies are not shown`,
  hint: 'Drag to move, wheel to zoom, Tab to walk along the dependencies. Pick an entry for the longest way to it.',
  tooMany: (shown: number): string => `Only the first ${shown} are shown: search to choose`,
} as const;

export const RUNS = {
  none: 'No run is on',
  ended: 'Entries that ended',
  noneEnded: 'No entry has ended yet',
  offBoard: '(off the board)',
} as const;
export const METRICS = {
  none: 'Nothing has been counted yet',
  noneMore: 'The figures come from the history of base: the first landing begins them.',
} as const;
export const QUEUE = {
  name: 'Queue',
  none: 'Nothing waits to land',
  noChecks: 'No check has run yet',
  noCheck: 'none is set (merge_queue.check): what the tester passed lands as it is',
} as const;

export const CLEAR_SEARCH = 'Clear the search';
export const landedText = (all: number, hour: number): string => `${all} landed today, ${hour} in the last hour`;
export const landingsAnHour = (count: number): string => `${count}/h`;
export const HELP_PLACES = {
  anywhere: 'Anywhere',
  board: 'On the board',
  entry: 'About the picked or open entry',
  diff: 'In a diff',
} as const;
export const commentOnLine = (line: number | null): string => `Comment on line ${line ?? ''}`;
export const TABS_LABEL = 'Parts of the entry';
export const HELP_TITLE = 'Keys';
export const COMPACT_ROWS = 'Compact rows: one line an entry';
export const COPY = 'Copy';
export const COPIED = 'Copied';
