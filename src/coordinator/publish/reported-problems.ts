import type { Problem } from '../../problem.ts';

/** Reports each problem once, and again only after it was fixed. */
export class ReportedProblems {
  #reported: ReadonlySet<string> = new Set();

  /** Tells those that are new among the problems that there are now. */
  keep(problems: readonly Problem[], tell: (problem: Problem) => void): void {
    const now = new Map<string, Problem>();
    for (const problem of problems) {
      const key = keyOf(problem);
      // Several in one line are distinguished by their order.
      let count = 1;
      while (now.has(`${key} ${count}`)) count++;
      now.set(`${key} ${count}`, problem);
    }
    for (const [key, problem] of now) if (!this.#reported.has(key)) tell(problem);
    this.#reported = new Set(now.keys());
  }
}

/** What it is about, without line numbers and guesses, which change with every move above it: by the line that it names. */
const keyOf = ({ code, message, holds = [], where }: Problem): string =>
  holds.length > 0 ? `${code} ${holds.join()} ${where?.lineText.trim() ?? message}` : `${code} ${message}`;
