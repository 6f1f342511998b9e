import type { Problem } from '../problem.ts';

/** The board, or something of it, can't be read: all problems at once, each with its fix. */
export class BoardError extends Error {
  override readonly name = 'BoardError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message }) => message).join('\n'));
    this.problems = problems;
  }
}
