// The sentences of the terminal board.

// starting
export const NEEDS_TERMINAL = 'kanban tui needs a terminal';
export const WITHOUT_TERMINAL = 'kanban prints the board once; kanban status --json prints it for programs';
export const nothingShown = (problem: string): string => `the board cannot be shown: ${problem}`;

// asking
export const WHY = 'why (optional)';
export const WHY_REQUIRED = 'why';
export const MESSAGE = 'message';
export const TITLE = 'title';
export const TEXT_MISSING = 'a text is needed';
export const ASK_HINT = 'Enter runs it · Ctrl-E opens $EDITOR · Esc cancels';
export const variantHint = (flags: string): string => `Tab: ${flags === '' ? 'without option' : flags}`;
export const lines = (count: number): string => `… ${count} lines`;
export const notToApprove = (id: string): string => `${id} does not wait for approval`;
export const notEscalated = (id: string): string => `${id} is not escalated: there is nothing to retry`;
export const NOTHING_CHOSEN = 'no entry is chosen';
export const NO_ID_YET = 'the note has no id yet: it gets one when it is picked';
export const READ_ONLY = 'read only: w lets keys change the board';
export const NOT_LANDED = 'choose a landing in History to undo';
export const BUSY = 'the last request is still being carried out';
export const WORKING = 'working…';
export const ENTRY_GONE = 'the entry has left the board: nothing was moved';

// moving
export const MOVE_HINT = '↑ ↓ place · ← → column · Enter moves it · Esc puts it back';
export const IN_PLACE = 'it stands here already';

// filtering
export const FILTER_HINT = '↑ ↓ choose · Enter keeps it · Esc: as before';
export const FILTER_BY = 'filter by: s state · a agent · r role · c clear · Esc';
export const CHOICE_HINT = '↑ ↓ choose · Enter filters · Esc: as before';
export const ALL = '(all)';

// notices
export const refreshes = (seconds: string): string => `refresh every ${seconds} s`;
export const READS_ONLY = 'read only: no key changes anything';
export const CHANGES_AGAIN = 'keys can change the board again';
export const PROBLEMS_FIRST = 'problems first: needs you, stuck, held';
export const BOARD_ORDER = 'as the board has them';
export const sortedBy = (what: string): string => `sorted by ${what}`;
export const NO_EDITOR = 'no editor is set: VISUAL or EDITOR';
export const editorFailed = (code: number): string => `the editor ended with exit code ${code}: nothing is written`;
export const keptIn = (file: string): string => `your text is kept in ${file}`;
export const unchanged = (id: string): string => `${id} is as it was`;

// panes
export const NO_COORDINATOR = 'no coordinator runs: kanban run starts the work';
export const EMPTY_BOARD = 'The board is empty.';
export const EMPTY_BOARD_FIX = 'n adds an entry; or write one into board/TODO.md.';
export const NOTHING_LIKE_THAT = 'No entry is like that. Esc in / takes the filter away.';
export const READING = 'reading the board…';
export const READING_ENTRY = 'reading…';
export const NO_HISTORY = 'Nothing has landed yet.';
export const NO_RUN = 'No run yet.';
export const NO_FILES = 'No run has changed a file yet.';
export const PRINTS_NOTHING = 'prints nothing yet';
export const droppedLines = (count: number): string => `… ${count} earlier lines: kanban attach`;
export const countOf = (shown: number, all: number): string => `${shown} of ${all}`;
export const TOO_SMALL = 'q quits · the board needs 70 × 15';
export const HELP_TITLE = 'Keys';

// log
export const runEnded = (cause: string | null, detail: string): string =>
  cause === null ? '— the runner has ended without a result' : `— ended: ${cause}${detail === '' ? '' : `, ${detail}`}`;

// header
export const landingsAnHour = (count: number): string => `${count} landings/h`;

// history
export const HOW = {
  landed: 'landed',
  'by-hand': 'merged by hand',
  abandoned: 'abandoned',
  undone: 'undone',
  failed: 'needs you',
} as const;

// `kanban run`
export const TO_LIVE_VIEW = 'live view';
