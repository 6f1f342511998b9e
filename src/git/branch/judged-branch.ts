/** A branch that is to be judged as a whole. */
export interface JudgedBranch {
  readonly id: string;
  /** Full SHAs. `start`: the commit of base that the branch starts from. */
  readonly base: string;
  readonly tip: string;
  readonly start: string;
  /** Board folder, relative: nothing in it lands. */
  readonly board: string;
}
