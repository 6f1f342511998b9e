import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Snapshot } from '../contract/snapshot.ts';
import { patchBetween } from '../contract/snapshot-change.ts';
import { SNAPSHOT_FILES } from '../contract/snapshot-files.ts';
import type { Repository } from '../git/git.ts';
import type { Problem } from '../problem.ts';
import { follow, unfollow } from '../system/followers.ts';
import type { BoardChange, Cancellable } from './board-types.ts';
import { BoardError } from './board-error.ts';
import { Doorbell } from './doorbell.ts';
import type { SnapshotSource } from './snapshot-source.ts';

/** Two changes are at least so far apart, ms. */
const GAP_MS = 100;
/** ms between two looks that nothing asked for: beside a coordinator, which the folder tells of; without one; while agents work. */
const LOOK_MS = { coordinator: 2_000, alone: 5_000, working: 500 } as const;
/** A look that nothing asked for waits so many times what the last one took: a large board costs no more than this share of a core. */
const REST_FACTOR = 40;
const MAX_REST_MS = 60_000;
/** ms after which a follower says again that it follows. */
const TOUCH_MS = 30_000;

interface Latest {
  readonly snapshot: Snapshot | null;
  readonly problems: readonly Problem[];
}

let feeds = 0;

/** Follows the board of a repository for any number of readers: one look for all of them, and only while there are any. */
export class BoardFeed {
  readonly #repo: Repository;
  readonly #source: SnapshotSource;
  readonly #bell = new Doorbell();
  readonly #name = `${process.pid}-${++feeds}`;
  readonly #waiting = new Set<() => void>();
  #readers = 0;
  #isRunning = false;
  #latest: Latest | null = null;
  /** A bug, or a disk that can't be read: every reader gets it. */
  #failure: { readonly error: unknown } | null = null;
  #touchedAt = 0;
  #closed = false;

  constructor(repo: Repository, source: SnapshotSource) {
    this.#repo = repo;
    this.#source = source;
  }

  /** The board now, then every change. @throws BoardError when the board can't be read at the beginning */
  async *changes({ signal }: Cancellable = {}): AsyncGenerator<BoardChange> {
    const wake = (): void => this.#notify();
    signal?.addEventListener('abort', wake);
    this.#join();
    try {
      let last: Snapshot | null = null;
      let shownProblems = NONE;
      for (let seq = 1; ;) {
        await this.#until(() => this.#isOver(signal) || this.#failure !== null || this.#isNews(last, shownProblems));
        if (this.#isOver(signal)) return;
        const { snapshot, problems } = this.#state();
        const shown: Snapshot | null = snapshot ?? last;
        if (shown === null) throw new BoardError(problems);
        const patch = patchBetween(last, shown);
        const isNews = patch !== null || problems !== shownProblems;
        [last, shownProblems] = [shown, problems];
        if (isNews) yield { seq: seq++, snapshot: shown, patch: patch ?? {}, problems };
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      if (--this.#readers === 0) this.#bell.ring();
    }
  }

  #join(): void {
    if (this.#readers++ === 0) [this.#latest, this.#failure] = [null, null];
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  #state(): Latest {
    if (this.#failure !== null) throw this.#failure.error;
    return this.#latest ?? NOTHING;
  }

  close(): void {
    this.#closed = true;
    this.#notify();
    this.#bell.ring();
  }

  #isOver(signal: AbortSignal | undefined): boolean {
    return this.#closed || signal?.aborted === true;
  }

  #isNews(last: Snapshot | null, shownProblems: readonly Problem[]): boolean {
    const { snapshot, problems } = this.#latest ?? NOTHING;
    return (snapshot !== null && snapshot !== last) || problems !== shownProblems;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #notify(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #run(): Promise<void> {
    try {
      while (this.#readers > 0 && !this.#closed) {
        const begun = Date.now();
        const isCoordinated = this.#touch();
        await this.#look();
        const took = Date.now() - begun;
        this.#bell.watch(this.#folders(isCoordinated));
        await this.#bell.wait(
          Math.max(this.#lookAfter(isCoordinated), isCoordinated ? 0 : Math.min(MAX_REST_MS, REST_FACTOR * took)),
        );
        await pause(Math.max(0, GAP_MS - (Date.now() - begun)));
      }
    } catch (error) {
      this.#failure = { error };
      this.#notify();
    } finally {
      this.#bell.close();
      unfollow(join(this.#repo.root, '.kanban', SNAPSHOT_FILES.followers), this.#name);
      this.#touchedAt = 0;
      this.#isRunning = false;
    }
  }

  /** Says that a surface follows, to the coordinator if there is one. */
  #touch(): boolean {
    const isCoordinated = this.#source.coordinator !== null;
    if (!isCoordinated || Date.now() - this.#touchedAt < TOUCH_MS) return isCoordinated;
    this.#touchedAt = Date.now();
    follow(join(this.#repo.root, '.kanban', SNAPSHOT_FILES.followers), this.#name);
    return true;
  }

  async #look(): Promise<void> {
    const read = await this.#source.read();
    const before = this.#latest;
    if (!read.ok) {
      if (JSON.stringify(before?.problems ?? []) === JSON.stringify(read.error)) return;
      this.#latest = { snapshot: before?.snapshot ?? null, problems: read.error };
    } else {
      const isSame = before?.snapshot != null && patchBetween(before.snapshot, read.value) === null;
      if (isSame && before.problems.length === 0) return;
      this.#latest = { snapshot: isSame ? before.snapshot : read.value, problems: NONE };
    }
    this.#notify();
  }

  #lookAfter(isCoordinated: boolean): number {
    if (this.#latest?.snapshot?.entries.some(({ run }) => run !== null) === true) return LOOK_MS.working;
    return isCoordinated ? LOOK_MS.coordinator : LOOK_MS.alone;
  }

  /** What is written when something changes. */
  #folders(isCoordinated: boolean): string[] {
    const { root, commonDir } = this.#repo;
    const own = join(root, '.kanban');
    const board = this.#source.boardFolder;
    if (isCoordinated || board === null) return [own];
    const heads = join(commonDir, 'refs', 'heads', dirname(this.#latest?.snapshot?.base.name ?? ''));
    return [own, board, dirname(board), heads, join(own, 'runs'), join(own, 'messages'), join(commonDir, 'kanban')];
  }
}

const NONE: readonly Problem[] = [];
const NOTHING: Latest = { snapshot: null, problems: NONE };
