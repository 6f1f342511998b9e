/** What the stages before a run hand over to it, for prompts. All texts are bounded, and every cut is marked. */
export interface Handover {
  /** What is to be done now, and who is next. */
  readonly next: string;
  /** Oldest first; the newest is whole. */
  readonly reports: readonly HandedReport[];
  readonly blockers: string;
  /** How to undo the work on the branch. */
  readonly undo: string;
  /** The run before was one of the same stage; null: this is the first. */
  readonly restart: HandedRestart | null;
  /** All of it as one section of markdown, as the prompts of kanban use it. */
  readonly text: string;
}

export interface HandedReport {
  /** `reviewer (codex)` */
  readonly by: string;
  /** `changes-requested` */
  readonly verdict: string;
  readonly text: string;
  /** The commit of base that recorded it. */
  readonly commit: string;
}

export interface HandedRestart {
  readonly why: string;
  /** Of the runs before, oldest first, one line each. */
  readonly commits: readonly string[];
  /** What they did last, oldest first; at most 20. */
  readonly actions: readonly string[];
  /** `git status` of the worktree, line by line. */
  readonly status: readonly string[];
}

/** Before any stage has done anything. */
export const NOTHING_HANDED_OVER: Handover = {
  next: '',
  reports: [],
  blockers: '',
  undo: '',
  restart: null,
  text: '',
};
