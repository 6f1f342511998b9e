import type { Problem } from '../problem.ts';

/** What has been said of problems: each is told once, and again only after it had been mended. */
export class ToldProblems {
  #told: ReadonlySet<string> = new Set();

  /** Tells those that are new among the problems that there are now. */
  keep(problems: readonly Problem[], tell: (problem: Problem) => void): void {
    const now = new Map(problems.map((problem) => [keyOf(problem), problem] as const));
    for (const [key, problem] of now) if (!this.#told.has(key)) tell(problem);
    this.#told = new Set(now.keys());
  }
}

/** Without line numbers and guesses, which change with every move above it. */
const keyOf = ({ code, message, holds = [] }: Problem): string =>
  holds.length > 0 ? `${code} ${holds.join()}` : `${code} ${message}`;
