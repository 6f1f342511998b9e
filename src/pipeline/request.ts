/** What a command asks of the coordinator through the mailbox. */
export interface Request {
  /** Unique; named in the commit's `Kanban-Request` trailer, so that a request is carried out once. */
  readonly id: string;
  readonly at: number;
  readonly by: { readonly name: string; readonly email: string };
  readonly command:
    | 'add'
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
  /** add: the entry's markdown. */
  readonly text?: string;
  /** retry: the mend is committed in the worktree already; go on at the stage that failed. */
  readonly mended?: boolean;
  /** stop: end runs at once. */
  readonly now?: boolean;
}

/** What the coordinator answered. */
export interface Reply {
  readonly ok: boolean;
  readonly message: string;
}
