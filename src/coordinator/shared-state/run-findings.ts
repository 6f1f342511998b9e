import { join } from 'node:path';
import type { KanbanEvent } from '../../contract/event.ts';
import { MOST_SMALL_RECORD } from '../../contract/records.ts';
import { flag, guard, list, object, optional, text } from '../../contract/shape.ts';
import type { Found } from '../../pipeline/world.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import { plainJsonOf } from '../../system/plain-file.ts';
import * as messages from './messages.ts';
import { replaceWith } from './own-folder-files.ts';

/** In a run's folder. */
const FOUND_FILE = 'found.json';
/** Of one run; an agent can make changes without end. */
const MAX_FINDINGS = 50;

const isFound = guard<Found>(
  object({
    faults: list(text()),
    notes: list(text()),
    escalate: optional(text()),
    done: optional(flag),
  }),
);

const storedIn = ({ folder }: RunRecord): Found | null =>
  plainJsonOf(join(folder, FOUND_FILE), isFound, MOST_SMALL_RECORD);

/** What was found about each run: in memory, and in its folder for the next coordinator. */
export class RunFindings {
  readonly #emit: (event: KanbanEvent) => void;
  readonly #isOwn: (runId: string) => boolean;
  readonly #found = new Map<string, Found>();

  /** @param isOwn this coordinator started the run: what its folder holds is not read, for its agent can write it */
  constructor(emit: (event: KanbanEvent) => void, isOwn: (runId: string) => boolean) {
    this.#emit = emit;
    this.#isOwn = isOwn;
  }

  /** By run id. */
  get all(): ReadonlyMap<string, Found> {
    return this.#found;
  }

  /** Keeps only these runs. */
  keep(runIds: ReadonlySet<string>): void {
    for (const id of this.#found.keys()) if (!runIds.has(id)) this.#found.delete(id);
  }

  /** Takes over what an earlier coordinator found. @returns whether that coordinator was done with the run */
  adopt(record: RunRecord): boolean {
    const { runId } = record;
    if (this.#found.has(runId) || this.#isOwn(runId)) return false;
    const stored = storedIn(record);
    if (stored !== null) this.#found.set(runId, stored);
    return stored?.done === true;
  }

  change(record: RunRecord, change: Partial<Found>): void {
    this.#save(record, { ...this.#of(record), ...change });
  }

  /** A fault of this run: its result is rejected. */
  fault(record: RunRecord, text: string): void {
    const found = this.#of(record);
    if (found.faults.includes(text) || found.faults.length >= MAX_FINDINGS) return;
    this.#save(record, { ...found, faults: [...found.faults, text] });
    this.#emit({ type: 'notice', message: messages.ofRuns([record.runId], text) });
  }

  /** A change that may be of any of these runs, or of the user. */
  note(all: readonly RunRecord[], text: string): void {
    const records = all.filter((record) => {
      const { notes } = this.#of(record);
      return !notes.includes(text) && notes.length < MAX_FINDINGS;
    });
    if (records.length === 0) return;
    for (const record of records) {
      const found = this.#of(record);
      this.#save(record, { ...found, notes: [...found.notes, text] });
    }
    const ids = records.map(({ runId }) => runId);
    this.#emit({ type: 'notice', message: messages.ofRuns(ids, text) });
  }

  #of(record: RunRecord): Found {
    const { runId } = record;
    const stored = (): Found | null => (this.#isOwn(runId) ? null : storedIn(record));
    return this.#found.get(runId) ?? stored() ?? { faults: [], notes: [] };
  }

  #save({ runId, folder }: RunRecord, found: Found): void {
    this.#found.set(runId, found);
    try {
      replaceWith(join(folder, FOUND_FILE), JSON.stringify(found), 0o600);
    } catch {
      // The folder is gone or the disk full: this coordinator knows it all the same.
    }
  }
}
