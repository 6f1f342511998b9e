/** What a command asks of the coordinator through the mailbox. */
export interface Request {
  /** Unique; named in the commit's `Kanban-Request` trailer, so that a request is carried out once. */
  readonly id: string;
  readonly at: number;
  readonly by: { readonly name: string; readonly email: string };
  readonly command:
    | 'add'
    | 'move'
    | 'edit'
    | 'tick'
    | 'comment'
    | 'rm'
    | 'prioritize'
    | 'retry'
    | 'rescope'
    | 'deprioritize'
    | 'abandon'
    | 'approve'
    | 'undo'
    | 'stop'
    | 'pause'
    | 'resume';
  /** null: `stop`, `pause` and `resume` of everything. */
  readonly taskId: string | null;
  readonly why: string;
  /** add: the entry's markdown, or that of several entries, which are added together; edit: its new text, whole; comment: what is added to `feedback`. */
  readonly text?: string;
  /** add: what its entries are called in each other's `depends`, in their order. */
  readonly keys?: readonly string[];
  /**
   * What `entryHash` makes of the entry's text that the user has seen: if it has another one, nothing is written. `edit`
   * needs it.
   */
  readonly was?: string;
  /**
   * approve: the commit of the entry's branch that the user has seen, null: there was none. If it has another one, nothing is
   * written.
   */
  readonly tip?: string | null;
  /** tick: the checkbox, by its text. */
  readonly criterion?: string;
  /** tick: false unticks it. */
  readonly done?: boolean;
  /** The surface that it comes from, such as `web`; absent: a command. */
  readonly via?: string;
  /** move: the column. */
  readonly to?: string;
  /** move: the id of the entry of that column that it is put before. */
  readonly before?: string;
  /** add, move: where in the column; absent: add at the bottom, a move back to TODO on top, every other move at the bottom. */
  readonly position?: 'top' | 'bottom';
  /** retry: the fix is committed in the worktree already; continue at the stage that failed. */
  readonly fixed?: boolean;
  /** deprioritize, undo: the entry may be picked again at once; without it, it is paused. */
  readonly resume?: boolean;
  /** stop: end runs at once. */
  readonly now?: boolean;
  /** The process that waits for the answer: the coordinator looks whether it belongs to a run. */
  readonly from?: RequestSender;
  /** The run that it comes from; absent: the user's. Set by the command, and by the coordinator where it finds one. */
  readonly origin?: RunOrigin;
}

export interface RequestSender {
  readonly pid: number;
  readonly startTime: string;
  readonly pidNamespace: string;
}

/** A run as the origin of a request. */
export interface RunOrigin {
  readonly run: string;
  readonly taskId: string;
}

/** What the coordinator answered. */
export interface Reply {
  readonly ok: boolean;
  readonly message: string;
  /** The entry that it is about, where it got a new id. */
  readonly id?: string;
  /** add: the ids of its entries, in their order. */
  readonly ids?: readonly string[];
  /** The commit on base that carried it out. */
  readonly commit?: string;
  /** The entry's present text, where it is another one than `was` names. */
  readonly text?: string;
}
