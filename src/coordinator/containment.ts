import { join } from 'node:path';
import { appendPlain } from '../plain-file.ts';
import type { Performed } from './perform.ts';

/** ms before the first repetition of an action that failed unexpectedly; doubled each time, up to the longest. */
const FIRST_AGAIN = 1_000;
const LONGEST_AGAIN = 60_000;

interface Failure {
  readonly tries: number;
  /** Epoch ms. */
  readonly until: number;
  readonly why: string;
}

/**
 * Keeps an error that nobody expected (a broken file, a disk that fails, a bug) to the action that it came from: the action
 * is reported once, and repeated with growing pauses; everything else continues. The stack goes to `.kanban/errors.log`.
 */
export class FailureContainment {
  readonly #root: string;
  readonly #report: (key: string, message: string) => void;
  readonly #failures = new Map<string, Failure>();

  /** @param report says the same thing once */
  constructor(root: string, report: (key: string, message: string) => void) {
    this.#root = root;
    this.#report = report;
  }

  /** Does an action, unless it failed a moment ago. After a failure nothing of what was observed counts: `stale`. */
  async perform<T extends Performed | null>(name: string, work: () => Promise<T>): Promise<T | Performed> {
    const before = this.#failures.get(name);
    if (before !== undefined && Date.now() < before.until) return { kind: 'later', why: before.why };
    try {
      const performed = await work();
      this.#failures.delete(name);
      return performed;
    } catch (error) {
      const tries = (before?.tries ?? 0) + 1;
      const wait = Math.min(LONGEST_AGAIN, FIRST_AGAIN * 2 ** (tries - 1));
      this.#failures.set(name, { tries, until: Date.now() + wait, why: `it failed: ${messageOf(error)}` });
      this.note(name, error);
      return { kind: 'stale' };
    }
  }

  /** Reports an error, once, and keeps its stack. */
  note(name: string, error: unknown): void {
    const words = messageOf(error);
    this.#report(
      `failed ${name} ${words.replaceAll(/\d+|[0-9a-f]{6,}/g, '#')}`,
      `${name} failed and is tried again: ${words} (.kanban/errors.log has the details)`,
    );
    try {
      const stack = error instanceof Error ? (error.stack ?? words) : words;
      appendPlain(join(this.#root, '.kanban', 'errors.log'), `${new Date().toISOString()} ${name}\n${stack}\n\n`);
    } catch {
      // The report has the message.
    }
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
