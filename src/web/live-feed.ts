import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../contract/snapshot.ts';
import { patchBetween, type SnapshotPatch } from '../contract/snapshot-change.ts';
import type { Problem } from '../problem.ts';
import { BoardError } from '../surfaces/board-error.ts';
import type { Board, BoardEvent } from '../surfaces/board-types.ts';
import * as messages from './messages.ts';
import { serverSentEvent } from './server-sent-event.ts';

/** Bytes of changes that are kept for viewers that are behind. */
const MAX_BEHIND = 8 * 1024 * 1024;
/** Events that are kept for them. */
const MAX_EVENTS = 2_000;
/** The board is followed on for so long after the last viewer has left, ms: a page that is loaded again starts at once. */
const LINGER_MS = 20_000;
/** ms between two tries, while the board can't be followed at all. */
const RETRY_MS = 1_000;

/** A change as it is sent, the same bytes to every viewer. */
export interface LiveChange {
  readonly seq: number;
  readonly data: Buffer;
}

/**
 * The board as all viewers follow it: it is looked at once, each change is written as JSON once, and a viewer that does not
 * read keeps nothing waiting but itself.
 */
export class LiveFeed {
  readonly #board: Board;
  readonly #onBug: (error: unknown) => void;
  readonly #waiting = new Set<() => void>();
  #viewers = 0;
  #following: AbortController | null = null;
  #linger: NodeJS.Timeout | undefined;

  #snapshot: Snapshot | null = null;
  #problems: readonly Problem[] = [];
  /** Of the newest change; 0: there was none. */
  #seq = 0;
  #whole: LiveChange | null = null;
  #recent: LiveChange[] = [];
  #recentBytes = 0;
  #events: readonly BoardEvent[] = [];
  /** How many events there were before those that are kept. */
  #eventsDropped = 0;

  constructor(board: Board, onBug: (error: unknown) => void) {
    this.#board = board;
    this.#onBug = onBug;
  }

  get viewers(): number {
    return this.#viewers;
  }

  /** The board is followed from here on, until as many have left as have joined. */
  join(): void {
    this.#viewers += 1;
    clearTimeout(this.#linger);
    if (this.#following !== null) return;
    this.#following = new AbortController();
    void this.#followBoard(this.#following.signal);
    void this.#followEvents(this.#following.signal);
  }

  leave(): void {
    this.#viewers -= 1;
    if (this.#viewers === 0) this.#linger = setTimeout(() => this.close(), LINGER_MS).unref();
  }

  close(): void {
    clearTimeout(this.#linger);
    this.#following?.abort();
    this.#following = null;
    // What is not followed is not known: who comes next begins anew.
    [this.#snapshot, this.#problems, this.#whole, this.#recent, this.#recentBytes] = [null, [], null, [], 0];
    this.#seq += 1;
    this.#eventsDropped += this.#events.length;
    this.#events = [];
  }

  /** Until something comes, or is to be looked at. @param ms at most so long */
  async next(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      this.#waiting.add(done);
    });
  }

  /** The number of events so far, those of `eventsAfter` included. */
  get eventCount(): number {
    return this.#eventsDropped + this.#events.length;
  }

  /** @param count of events that are known. null: some of the others are kept no longer */
  eventsAfter(count: number): readonly BoardEvent[] | null {
    return count < this.#eventsDropped ? null : this.#events.slice(count - this.#eventsDropped);
  }

  /** Everything, for a viewer that has nothing; null: nothing is known yet. */
  whole(): LiveChange | null {
    if (this.#whole !== null || (this.#snapshot === null && this.#problems.length === 0)) return this.#whole;
    const patch = this.#snapshot === null ? {} : (patchBetween(null, this.#snapshot) ?? {});
    this.#whole = { seq: this.#seq, data: written({ seq: this.#seq, patch, problems: this.#problems }) };
    return this.#whole;
  }

  /** The changes after the one that a viewer has; null: they are kept no longer. */
  changesAfter(seq: number): readonly LiveChange[] | null {
    if (seq === this.#seq) return [];
    const first = this.#recent[0]?.seq ?? Infinity;
    return seq + 1 < first ? null : this.#recent.slice(seq + 1 - first);
  }

  async #followBoard(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const change of this.#board.follow({ signal })) {
          if (signal.aborted) return;
          // After an interruption the first change has everything.
          const patch = change.seq === 1 ? patchBetween(this.#snapshot, change.snapshot) : change.patch;
          this.#publish(change.snapshot, patch ?? {}, change.problems);
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#publish(this.#snapshot, {}, this.#problemsOf(error));
      }
      await pause(RETRY_MS, signal);
    }
  }

  #publish(snapshot: Snapshot | null, patch: SnapshotPatch, problems: readonly Problem[]): void {
    const isSame = JSON.stringify(problems) === JSON.stringify(this.#problems);
    if (isSame && Object.keys(patch).length === 0 && this.#seq > 0 && snapshot === this.#snapshot) return;
    const hadNone = this.#snapshot === null;
    [this.#snapshot, this.#problems, this.#whole] = [snapshot, problems, null];
    this.#seq += 1;
    if (hadNone) {
      // The first one has everything, and is written for those who ask: whoever saw only problems until now begins anew.
      [this.#recent, this.#recentBytes] = [[], 0];
      this.#wake();
      return;
    }
    const change = { seq: this.#seq, data: written({ seq: this.#seq, patch, problems }) };
    this.#recent.push(change);
    this.#recentBytes += change.data.length;
    while (this.#recentBytes > MAX_BEHIND && this.#recent.length > 0)
      this.#recentBytes -= this.#recent.shift()?.data.length ?? 0;
    this.#wake();
  }

  async #followEvents(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const event of this.#board.events({ since: 'now', follow: true, signal })) {
          if (signal.aborted) return;
          const events = [...this.#events, event];
          this.#events = events.slice(-MAX_EVENTS);
          this.#eventsDropped += events.length - this.#events.length;
          this.#wake();
        }
      } catch (error) {
        if (!signal.aborted && !(error instanceof BoardError)) this.#onBug(error);
      }
      await pause(RETRY_MS, signal);
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #problemsOf(error: unknown): readonly Problem[] {
    if (error instanceof BoardError) return error.problems;
    this.#onBug(error);
    return [
      { code: 'unexpected', message: messages.unexpected(error instanceof Error ? error.message : String(error)) },
    ];
  }
}

const written = (change: object): Buffer => Buffer.from(serverSentEvent('change', change));

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).catch(() => {});
