/** A line that the user meant as an entry's heading and that markdown, or the ids in use, read otherwise. */
export interface Suspect {
  readonly kind: 'swallowed' | 'unknown-prefix' | 'misspelt' | 'level' | 'no-id' | 'no-box';
  /** The id as written; of a line without one that looks like a task: the line that would make it one. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  /** The line that would be read. */
  readonly line?: string;
  /** A word stands before the id: it may only be mentioned. */
  readonly isWorded?: boolean;
  /** Swallowed: by what, and where that opens. */
  readonly by?: {
    readonly kind: 'fence' | 'comment' | 'html' | 'list' | 'indentation';
    readonly offset: number;
    readonly length: number;
  };
}
