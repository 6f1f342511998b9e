import type { Board, BoardEntry } from '../surfaces/board-types.ts';
import { problemText } from './problem-text.ts';

/** ms for which an entry stays chosen before it is read: who scrolls by reads none. */
const SETTLE_MS = 150;
/** ms between two reads. */
const GAP_MS = 1_000;

export interface ReadEntry {
  readonly id: string;
  /** null: it could not be read, for this reason. */
  readonly entry: BoardEntry | null;
  readonly problem: string | null;
}

/** Reads one entry after the other, the one that is wanted last, and again when it has changed. */
export class EntryFeed {
  readonly #board: Pick<Board, 'entry'>;
  readonly #tell: (read: ReadEntry) => void;
  /** The entry and its version that are wanted, and those that were read last. */
  #wanted: { readonly id: string; readonly version: string } | null = null;
  #read = '';
  #readAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(board: Pick<Board, 'entry'>, tell: (read: ReadEntry) => void) {
    this.#board = board;
    this.#tell = tell;
  }

  /** @param id null: none. @param version another one when the entry has changed */
  want(id: string | null, version: string): void {
    const before = this.#wanted;
    this.#wanted = id === null ? null : { id, version };
    if (id === null || this.#isReading || nameOf(this.#wanted) === this.#read) return;
    if (before !== null && nameOf(before) === nameOf(this.#wanted) && this.#timer !== undefined) return;
    const isSame = before?.id === id && this.#read.startsWith(`${id} `);
    const wait = isSame ? Math.max(SETTLE_MS, this.#readAt + GAP_MS - Date.now()) : SETTLE_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), wait).unref();
  }

  close(): void {
    this.want(null, '');
    clearTimeout(this.#timer);
  }

  async #load(): Promise<void> {
    this.#timer = undefined;
    const wanted = this.#wanted;
    if (wanted === null) return;
    this.#isReading = true;
    const read = await this.#entry(wanted.id);
    this.#isReading = false;
    [this.#read, this.#readAt] = [nameOf(wanted), Date.now()];
    const now = this.#wanted;
    if (now?.id === wanted.id) this.#tell(read);
    if (now !== null) this.want(now.id, now.version);
  }

  async #entry(id: string): Promise<ReadEntry> {
    try {
      return { id, entry: await this.#board.entry(id), problem: null };
    } catch (error) {
      return { id, entry: null, problem: problemText(error) };
    }
  }
}

const nameOf = (wanted: { readonly id: string; readonly version: string } | null): string =>
  wanted === null ? '' : `${wanted.id} ${wanted.version}`;
