import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { appendPlain, lstatOrNone } from '../../system/plain-file.ts';
import * as messages from './messages.ts';

/** The log is begun anew beyond this; the one before is kept as `errors.log.old`. */
const MOST_BYTES = 1024 * 1024;
const MOST_STACK = 16 * 1024;
const MOST_KEPT = 1_000;

/** Keeps the stacks of errors that nobody expected in `.kanban/errors.log`, and reports each, both once. */
export class ErrorLog {
  readonly #root: string;
  /** Keys of errors whose stack was kept. */
  readonly #kept = new Set<string>();
  readonly #report: (key: string, message: string) => void;

  /** @param report reports each key once */
  constructor(root: string, report: (key: string, message: string) => void) {
    this.#root = root;
    this.#report = report;
  }

  /** Reports an error, once, and keeps its stack. */
  note(name: string, error: unknown): void {
    const text = messageOf(error);
    const key = `failed ${name} ${text.replaceAll(/\d+|[0-9a-f]{6,}/g, '#')}`;
    this.#report(key, messages.stepFailed(name, text));
    if (this.#kept.has(key)) return;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    this.#kept.add(key);
    try {
      const path = join(this.#root, '.kanban', 'errors.log');
      const stack = error instanceof Error ? (error.stack ?? text) : text;
      if ((lstatOrNone(path)?.size ?? 0) > MOST_BYTES) renameSync(path, `${path}.old`);
      appendPlain(path, `${new Date().toISOString()} ${name}\n${stack.slice(0, MOST_STACK)}\n\n`);
    } catch {
      // The report has the message.
    }
  }
}

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
