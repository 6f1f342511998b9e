import type { Request } from '../../contract/request.ts';
import type { Found, PastRun, QueueNote, RunFacts, World } from '../../pipeline/world.ts';
import type { Finding } from '../../preflight/finding.ts';
import type { Problem } from '../../problem.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import type { Workflow } from '../../workflow/settings.ts';
import type { BoardView } from './board/board-reader.ts';
import type { GitState } from './git-state.ts';
import type { LostLanding } from './lost-landings.ts';

/** Everything that one look found: what `decide` may know, and what performing needs besides. */
export interface Observation {
  readonly git: GitState & { readonly base: string };
  readonly workflow: Workflow;
  readonly board: BoardView;
  readonly world: World;
  readonly runs: readonly RunRecord[];
  readonly problems: readonly Problem[];
  /** Those of them that are the board's and its entries'. */
  readonly boardProblems: readonly Problem[];
  /** What keeps entries from getting their branch and worktree. */
  readonly obstacles: readonly Problem[];
  /** Those that are WORKFLOW.md's: the last good settings hold. */
  readonly settingsProblems: readonly Problem[];
  readonly rewritten: boolean;
  /** Landings that base no longer contains. */
  readonly lost: readonly LostLanding[];
  /** The board was read while git was changing its files (a slow checkout): nothing is to be done because of it. */
  readonly inMotion: boolean;
}

/** What the coordinator adds to what disk and git show. */
export interface Inputs {
  readonly now: number;
  readonly mode: World['mode'];
  /** What asked for mode `stop`, as text. */
  readonly stoppedBy?: string | null;
  /** When the coordinator began, epoch ms; absent: none runs. */
  readonly begunAt?: number;
  readonly only: ReadonlySet<string> | null;
  readonly findings: readonly Finding[];
  readonly requests: readonly Request[];
  /** Runs that are being prepared: their folder may not be there yet. */
  readonly starting: readonly RunFacts[];
  /** Starts that failed before there was a folder. */
  readonly refused: readonly PastRun[];
  /** The merge queue's last statuses, by task id. */
  readonly queued: ReadonlyMap<string, QueueNote>;
  /** Actions that could not be done. */
  readonly failures: World['failures'];
  /** What runs changed of what all worktrees share, by run id. */
  readonly found?: ReadonlyMap<string, Found>;
  /** What a run changed of it can't be restored: landings wait; null = nothing. */
  readonly sharedHeld?: string | null;
}

export type Observed =
  | { readonly ok: true; readonly value: Observation }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The inputs of a look without a coordinator: nothing is being prepared. */
export const WITHOUT_COORDINATOR: Omit<Inputs, 'now'> = {
  mode: 'run',
  only: null,
  findings: [],
  requests: [],
  starting: [],
  refused: [],
  queued: new Map(),
  failures: new Map(),
};
