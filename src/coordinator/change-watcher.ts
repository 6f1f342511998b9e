import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { messagesFolder } from '../runs/message-store.ts';
import type { Observation } from './observe/observation.ts';
import { mailboxOf } from './perform/answer-request.ts';
import { watchBoard, type BoardWatch, type WatchedPaths } from '../system/watch.ts';
import { statOrNone } from '../system/plain-file.ts';

/** With more writes of our own, watching costs more than looking. */
const MAX_OWN_WRITES_PER_SECOND = 8;
const SECOND = 1_000;

/**
 * Watches the files that people, commands and orphaned runners write. While the coordinator itself writes the board many times
 * a second, each of its writes would come back as events for which whole folders are listed: it then looks every 100 ms
 * instead.
 */
export class ChangeWatcher {
  readonly #wake: () => void;
  readonly #onError: (reason: string) => void;
  #watch: BoardWatch | null = null;
  #watched = '';
  #own: number[] = [];

  constructor(wake: () => void, onTrouble: (reason: string) => void) {
    this.#wake = wake;
    this.#onError = onTrouble;
  }

  /** The coordinator has written the board. */
  wrote(now: number): void {
    this.#own.push(now);
    if (this.#own.length > MAX_OWN_WRITES_PER_SECOND) this.#own.shift();
  }

  /** ms after which to look, since nothing is watched; null: files are watched. */
  get lookAfter(): number | null {
    return this.#watch === null ? 100 : null;
  }

  /** To be called at every tick: watches these paths, or stops while there is a burst. */
  follow(paths: WatchedPaths, now: number): void {
    for (const folder of [paths.mailbox, paths.messages, paths.ended])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    const first = this.#own[0];
    const burst = this.#own.length === MAX_OWN_WRITES_PER_SECOND && first !== undefined && now - first < SECOND;
    // A folder that was removed and made again is another one to the watcher.
    const made = statOrNone(paths.mailbox)?.ino ?? 0;
    const key = burst ? '' : JSON.stringify([paths, made]);
    if (key === this.#watched) return;
    this.#watched = key;
    void this.#watch?.close();
    this.#watch = burst ? null : watchBoard({ paths, onChange: this.#wake, onError: this.#onError });
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }
}

/** The files that a coordinator watches: those of the checkout of base, and its own folders. */
export function watchedPaths(root: string, { workflow, git }: Observation): WatchedPaths {
  const { settings } = workflow;
  const checkout = git.checkout?.path ?? root;
  return {
    board: join(checkout, settings.board),
    workflow: join(checkout, 'WORKFLOW.md'),
    prompts: join(checkout, settings.prompts),
    mailbox: mailboxOf(root),
    messages: messagesFolder(root),
    ended: join(root, '.kanban', 'ended'),
  };
}
