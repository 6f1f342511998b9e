import type { Snapshot } from '../contract/snapshot.ts';
import type { Metrics } from '../metrics/figures.ts';
import type { Problem } from '../problem.ts';
import type { BoardEntry, EntryDiff } from '../surfaces/board-types.ts';
import type { Ask } from './ask.ts';
import type { Carry } from './carry.ts';
import type { Editor } from './line-editor.ts';

/** The panes, by their number minus one. */
export const PANES = ['board', 'queue', 'history', 'log', 'files', 'metrics'] as const;
export type Pane = (typeof PANES)[number];

/** What the board is sorted by; `board`: as it stands in the files, by column. */
export const SORTS = ['board', 'id', 'title', 'state', 'agent', 'age'] as const;
export type Sort = (typeof SORTS)[number];

/** ms between two changes that are taken in. */
export const REFRESH_STEPS = [250, 500, 1_000, 2_000, 5_000, 10_000] as const;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The chosen line of a list, and the first one that is shown. */
export interface Cursor {
  readonly index: number;
  readonly top: number;
}

/** What fills the screen instead of the panes. */
export type Page =
  | { readonly kind: 'entry'; readonly id: string; readonly top: number }
  | { readonly kind: 'diff'; readonly id: string; readonly file: string | null; readonly top: number }
  /** `top` null: the end is shown, also of what comes. */
  | { readonly kind: 'log'; readonly top: number | null }
  | { readonly kind: 'queue' | 'metrics' | 'help'; readonly top: number };

/** What the keys go to, if not to the panes. */
export type Input =
  | { readonly kind: 'filter'; readonly editor: Editor; readonly before: string }
  /** `f` was pressed: the next letter says by what. */
  | { readonly kind: 'filter-by' }
  | { readonly kind: 'choice'; readonly key: string; readonly values: readonly Choice[]; readonly index: number }
  | { readonly kind: 'ask'; readonly ask: Ask }
  | { readonly kind: 'carry'; readonly carry: Carry };

export interface Choice {
  readonly value: string;
  /** Entries that have it. */
  readonly count: number;
}

/** What an entry's newest run does. */
export interface RunLog {
  /** The entry. */
  readonly id: string;
  readonly run: string | null;
  readonly agent: string;
  readonly lines: readonly string[];
  /** Lines before the first one that are not kept. */
  readonly dropped: number;
  /** Files that the active run has edited, by what it says; newest last. */
  readonly edited: readonly string[];
  readonly isEnded: boolean;
}

/** What was last said to the user, in the last line. */
export interface Notice {
  readonly text: string;
  readonly isBad: boolean;
}

/** All that is shown. Nothing of it is kept when the program ends. */
export interface TuiState {
  readonly size: Size;
  readonly snapshot: Snapshot | null;
  /** Why the board can't be read now. */
  readonly problems: readonly Problem[];
  readonly metrics: Metrics | null;
  /** The chosen entry, as far as it has been read. */
  readonly entry: BoardEntry | null;
  /** Why an entry can't be read. */
  readonly entryProblem: string | null;
  readonly diff: EntryDiff | null;
  readonly log: RunLog | null;

  readonly focus: Pane;
  /** The panes that had the focus, the last one first: of panes that share a place, it says which one is shown. */
  readonly recent: readonly Pane[];
  readonly page: Page | null;
  readonly input: Input | null;
  /** Key of the chosen entry of the board. */
  readonly chosen: string | null;
  readonly cursors: Readonly<Record<Pane, Cursor>>;
  /** What was typed behind `/`. */
  readonly query: string;
  readonly problemsFirst: boolean;
  readonly sort: Sort;
  readonly isReversed: boolean;
  readonly refreshMs: number;
  readonly isReadOnly: boolean;
  readonly notice: Notice | null;
  /** A request is being carried out. */
  readonly isBusy: boolean;
  /** `live`: leaving goes back to the live view of `kanban run`. */
  readonly home: 'shell' | 'live';
}

export interface StartOptions {
  readonly size: Size;
  readonly isReadOnly: boolean;
  readonly home: TuiState['home'];
}

const TOP: Cursor = { index: 0, top: 0 };

export const startState = ({ size, isReadOnly, home }: StartOptions): TuiState => ({
  size,
  snapshot: null,
  problems: [],
  metrics: null,
  entry: null,
  entryProblem: null,
  diff: null,
  log: null,
  focus: 'board',
  recent: ['board', 'log', 'queue', 'history', 'files', 'metrics'],
  page: null,
  input: null,
  chosen: null,
  cursors: { board: TOP, queue: TOP, history: TOP, log: TOP, files: TOP, metrics: TOP },
  query: '',
  problemsFirst: false,
  sort: 'board',
  isReversed: false,
  refreshMs: 1_000,
  isReadOnly,
  notice: null,
  isBusy: false,
  home,
});
