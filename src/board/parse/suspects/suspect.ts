/** A line that the user meant as an entry's heading and that markdown, or the ids in use, read otherwise. */
export interface Suspect {
  readonly kind: 'swallowed' | 'unknown-prefix' | 'misspelt' | 'misspelt-note' | 'level' | 'no-id' | 'no-box';
  /** The id as written; of a line without one that looks like a task: the line that would make it one. */
  readonly id: string;
  readonly offset: number;
  readonly length: number;
  /** The line that would be read. */
  readonly line?: string;
  /** A word stands before the id: it may only be mentioned. */
  readonly isWorded?: boolean;
  /** What it names is done: it matters only where it would go along with a task. */
  readonly isDone?: boolean;
  /** It may be the heading of a part of an entry's text: it matters only where it is in none. */
  readonly mayBePart?: boolean;
  /** Swallowed: by what, and where that opens. */
  readonly by?: {
    readonly kind: 'fence' | 'comment' | 'html' | 'list' | 'indentation';
    readonly offset: number;
    readonly length: number;
  };
}
