import { join } from 'node:path';
import { COLUMNS, type Column } from '../../../board/entry.ts';
import type { GlimpsedText } from '../../../board/saves/save-history.ts';
import { checkoutState } from '../../../git/checkout.ts';
import { statOrNone, textFollowing } from '../../../system/plain-file.ts';

/** Between two glimpses, ms: a text that is on disk for longer is seen. */
const EVERY = 200;
/** At most so many texts wait for the next look. */
const MAX_TEXTS = 1_000;

/** Where the board is on disk. */
export interface BoardPlace {
  /** The root of the checkout of base. */
  readonly root: string;
  readonly gitDir: string;
  readonly baseRef: string;
  /** Of the board, relative to the root. */
  readonly folder: string;
}

/**
 * What the column files have while a tick is at work, which may take seconds: a text that a user saved, and that their next
 * save replaces before the next look, has been on disk and must not be lost. Reads only files that have changed.
 */
export class Glimpses {
  #place: BoardPlace | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** The inode, size and times of the text that was read last. */
  readonly #known = new Map<Column, string>();
  #texts: GlimpsedText[] = [];

  /** A tick begins. */
  start(): void {
    this.#timer ??= setInterval(() => this.#look(), EVERY).unref();
  }

  /** The coordinator sleeps: it is woken by changes. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The board is read now. @returns what was seen since it was read last */
  take(place: BoardPlace | null): readonly GlimpsedText[] {
    const texts = this.#texts;
    this.#texts = [];
    this.#place = place;
    return texts;
  }

  #look(): void {
    if (this.#place === null || !isTheUsers(this.#place)) return;
    const { root, folder } = this.#place;
    for (const column of COLUMNS) {
      const path = join(root, folder, `${column}.md`);
      const stat = statOrNone(path);
      if (stat === undefined) continue;
      const state = [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(' ');
      if (this.#known.get(column) === state) continue;
      this.#known.set(column, state);
      const text = textFollowing(path);
      if (text !== null && this.#texts.length < MAX_TEXTS) this.#texts.push({ column, text, at: Date.now() });
    }
  }
}

/** What git itself puts there is in commits. */
function isTheUsers({ gitDir, baseRef }: BoardPlace): boolean {
  try {
    const { branch, indexLocked, operation } = checkoutState(gitDir);
    return !indexLocked && operation === null && branch === baseRef;
  } catch {
    // The next look reports it.
    return false;
  }
}
