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
  /** add: the entry's markdown; edit: its new text, whole. */
  readonly text?: string;
  /** edit: what `entryHash` makes of the text that the edit was made from; if the entry has another one, nothing is written. */
  readonly was?: string;
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
  /** The commit on base that carried it out. */
  readonly commit?: string;
  /** edit: the entry's present text, where it is another one than the edit was made from. */
  readonly text?: string;
}
