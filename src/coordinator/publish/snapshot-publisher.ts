import { join } from 'node:path';
import { headText, SNAPSHOT_FILES } from '../../contract/snapshot-files.ts';
import type { Snapshot, SnapshotQueue } from '../../contract/snapshot.ts';
import type { View } from '../../contract/view.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { AlertWatch } from '../../pipeline/alerts.ts';
import type { Decision } from '../../pipeline/action.ts';
import { isFollowed } from '../../system/followers.ts';
import { removeWhatever } from '../../system/plain-file.ts';
import { writeWhole } from '../../system/write-once.ts';
import type { Observation } from '../observe/observation.ts';
import { EntriesFiles } from './entries-files.ts';
import { EntryMemo } from './entry-memo.ts';
import { snapshotFrom } from './snapshot-from.ts';

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
  readonly #alerts: AlertWatch;
  readonly #since = Date.now();
  readonly #entries: EntriesFiles;
  readonly #memo = new EntryMemo();
  #last = '';
  #shownAt = 0;
  #keptAt = 0;
  #isFollowed = false;
  #behind = false;
  /** The head, or an entry, has changed and is not in the files yet. */
  #unkept = false;

  constructor(root: string, view: View, alerts: AlertWatch) {
    this.#root = root;
    this.#view = view;
    this.#entries = new EntriesFiles(join(root, '.kanban'));
    this.#alerts = alerts;
  }

  /** When what was left out for haste is to be shown (epoch ms); Infinity: nothing was. */
  get dueAt(): number {
    if (this.#behind) return this.#shownAt + this.#shownFor;
    return this.#unkept ? this.#keptAt + this.#keptFor : Infinity;
  }

  /** @returns alerts that begin, and that are over */
  show(observation: Observation, decision: Decision, queue: SnapshotQueue): readonly KanbanEvent[] {
    const now = Date.now();
    this.#isFollowed = isFollowed(this.#path('followers'), now);
    this.#behind = now - this.#shownAt < this.#shownFor;
    if (this.#behind) return [];
    this.#shownAt = now;
    const coordinator = { pid: process.pid, since: this.#since };
    const observed = snapshotFrom(this.#root, observation, decision, { coordinator, queue, memo: this.#memo });
    const events = this.#alerts.check(observed, observation.workflow.settings.alerts, now);
    const snapshot = { ...observed, alerts: this.#alerts.active };
    this.#view.snapshot(snapshot);
    this.#keep(snapshot, now);
    return events;
  }

  #keep({ entries, ...head }: Snapshot, now: number): void {
    const text = JSON.stringify({ ...head, at: 0 });
    const changed = text !== this.#last || this.#entries.isBehind(entries);
    const recent = now - this.#keptAt < (changed ? this.#keptFor : UNCHANGED_FOR);
    this.#unkept = recent && changed;
    if (recent) return;
    this.#last = text;
    this.#keptAt = now;
    try {
      // The head last: it names the entries that belong to it.
      this.#entries.keep(entries, now);
      writeWhole(this.#path('head'), headText(head, this.#entries.place));
    } catch {
      // A full disk: preflight says so; the view continues.
    }
  }

  /** Nobody keeps it current any more. */
  remove(): void {
    removeWhatever(this.#path('head'));
    this.#entries.remove();
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
