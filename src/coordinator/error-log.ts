import { join } from 'node:path';
import { appendPlain } from '../plain-file.ts';

/** Keeps the stacks of errors that nobody expected in `.kanban/errors.log`, and reports each once. */
export class ErrorLog {
  readonly #root: string;
  readonly #report: (key: string, message: string) => void;

  /** @param report says the same thing once */
  constructor(root: string, report: (key: string, message: string) => void) {
    this.#root = root;
    this.#report = report;
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
