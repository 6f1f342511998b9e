import { join } from 'node:path';
import { entriesText, headText, SNAPSHOT_FILES, type SnapshotHead } from '../../contract/snapshot-files.ts';
import type { Snapshot, SnapshotQueue } from '../../contract/snapshot.ts';
import type { View } from '../../contract/view.ts';
import type { Decision } from '../../pipeline/action.ts';
import { isFollowed } from '../../system/followers.ts';
import { removeWhatever } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';
import type { Observation } from '../observe/observation.ts';
import { EntryLines } from './entry-lines.ts';
import { snapshotFrom } from './inspect.ts';

/** The view is brought up to date at most so often; a tick may take a few milliseconds only. */
const SHOWN_FOR = 200;
/** What other processes read is at most so old. */
const KEPT_FOR = 500;
/** The same, and how often the view is brought up to date, while a surface follows. */
const FOLLOWED_FOR = 150;
const UNCHANGED_FOR = 3_000;

/** Shows how things stand: to the view, and to other processes by files in `.kanban/` (contract/snapshot-files.ts). */
export class SnapshotPublisher {
  readonly #root: string;
  readonly #view: View;
  readonly #since = Date.now();
  readonly #lines = new EntryLines();
  /** Names the entries that are in the file; 0: none are. */
  #seq = 0;
  #last = '';
  #shownAt = 0;
  #keptAt = 0;
  #isFollowed = false;
  #behind = false;
  /** The head, or an entry, has changed and is not in the files yet. */
  #unkept = false;
  #entriesUnkept = false;

  constructor(root: string, view: View) {
    this.#root = root;
    this.#view = view;
  }

  /** When what was left out for haste is to be shown (epoch ms); Infinity: nothing was. */
  get dueAt(): number {
    if (this.#behind) return this.#shownAt + this.#shownFor;
    return this.#unkept ? this.#keptAt + this.#keptFor : Infinity;
  }

  show(observation: Observation, decision: Decision, queue: SnapshotQueue): void {
    const now = Date.now();
    this.#isFollowed = isFollowed(this.#path('followers'), now);
    this.#behind = now - this.#shownAt < this.#shownFor;
    if (this.#behind) return;
    this.#shownAt = now;
    const coordinator = { pid: process.pid, since: this.#since };
    const snapshot = snapshotFrom(this.#root, observation, decision, { coordinator, queue });
    this.#view.snapshot(snapshot);
    this.#keep(snapshot, now);
  }

  #keep({ entries, ...head }: Snapshot, now: number): void {
    const text = JSON.stringify({ ...head, at: 0 });
    if (this.#lines.update(entries) || this.#seq === 0) this.#entriesUnkept = true;
    const changed = this.#entriesUnkept || text !== this.#last;
    const recent = now - this.#keptAt < (changed ? this.#keptFor : UNCHANGED_FOR);
    this.#unkept = recent && changed;
    if (recent) return;
    this.#last = text;
    this.#keptAt = now;
    try {
      this.#write(head, now);
    } catch {
      // A full disk: preflight says so; the view continues.
    }
  }

  /** The entries first: a reader that finds the number of a snapshot finds, or has missed, the entries of that number. */
  #write(head: SnapshotHead, now: number): void {
    if (this.#entriesUnkept) {
      const seq = Math.max(this.#seq + 1, now);
      writeWhole(this.#path('entries'), entriesText(this.#lines.lines, seq));
      this.#seq = seq;
      this.#entriesUnkept = false;
    }
    writeWhole(this.#path('head'), headText(head, this.#seq));
  }

  /** Nobody keeps it current any more. */
  remove(): void {
    removeWhatever(this.#path('head'));
    removeWhatever(this.#path('entries'));
  }

  get #shownFor(): number {
    return this.#isFollowed ? FOLLOWED_FOR : SHOWN_FOR;
  }

  get #keptFor(): number {
    return this.#isFollowed ? FOLLOWED_FOR : KEPT_FOR;
  }

  #path(name: keyof typeof SNAPSHOT_FILES): string {
    return join(this.#root, '.kanban', SNAPSHOT_FILES[name]);
  }
}
