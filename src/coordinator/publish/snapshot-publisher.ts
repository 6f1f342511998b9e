import { join } from 'node:path';
import type { Decision } from '../../pipeline/action.ts';
import { removeWhatever } from '../../system/plain-file.ts';
import type { View } from '../../contract/view.ts';
import { writeWhole } from '../../system/write-once.ts';
import { snapshotFrom } from './inspect.ts';
import type { Observation } from '../observe/observation.ts';
import type { SnapshotQueue } from '../../contract/snapshot.ts';

/** The view is brought up to date at most so often; a tick may take a few milliseconds only. */
const SHOWN_FOR = 200;
/** What `kanban status` reads is at most so old. */
const KEPT_FOR = 500;
const UNCHANGED_FOR = 3_000;

/** Shows how things stand: to the view, and to `kanban status` by `.kanban/snapshot.json`. */
export class SnapshotPublisher {
  readonly #root: string;
  readonly #view: View;
  readonly #since = Date.now();
  #last = '';
  #shownAt = 0;
  #keptAt = 0;
  #behind = false;
  /** What has changed is not in the file yet. */
  #unkept = false;

  constructor(root: string, view: View) {
    this.#root = root;
    this.#view = view;
  }

  /** When what was left out for haste is to be shown (epoch ms); Infinity: nothing was. */
  get dueAt(): number {
    if (this.#behind) return this.#shownAt + SHOWN_FOR;
    return this.#unkept ? this.#keptAt + KEPT_FOR : Infinity;
  }

  show(observation: Observation, decision: Decision, queue: SnapshotQueue): void {
    const now = Date.now();
    this.#behind = now - this.#shownAt < SHOWN_FOR;
    if (this.#behind) return;
    this.#shownAt = now;
    const snapshot = snapshotFrom(this.#root, observation, decision, {
      coordinator: { pid: process.pid, since: this.#since },
      queue,
    });
    this.#view.snapshot(snapshot);
    const text = JSON.stringify({ ...snapshot, at: 0 });
    const recent = now - this.#keptAt < (text === this.#last ? UNCHANGED_FOR : KEPT_FOR);
    this.#unkept = recent && text !== this.#last;
    if (recent) return;
    this.#last = text;
    this.#keptAt = now;
    try {
      writeWhole(this.#path, JSON.stringify(snapshot));
    } catch {
      // A full disk: preflight says so; the view continues.
    }
  }

  /** Nobody keeps it current any more. */
  remove(): void {
    removeWhatever(this.#path);
  }

  get #path(): string {
    return join(this.#root, '.kanban', 'snapshot.json');
  }
}
