import { join } from 'node:path';
import { readActivity } from '../effects/run-activity.ts';
import { aliveIds, linkLost, markTaken, type RunRecord } from '../effects/runs.ts';
import { removeWhatever } from '../plain-file.ts';
import { salvageRun } from '../runner/salvage-run.ts';
import { endProcesses, findMarked } from '../runner/sweep.ts';
import type { Observation, Observer } from './observe.ts';
import type { RunStarter } from './run-starter.ts';
import type { Teller } from './teller.ts';

/** Between two tries to wind up a lost run (a full disk). */
const AGAIN = 3_000;

/** Looks after runs that nobody else looks after, and tells what became of all of them. */
export class RunFollower {
  readonly #root: string;
  readonly #observer: Observer;
  readonly #starter: RunStarter;
  readonly #teller: Teller;
  readonly #wake: () => void;
  readonly #known = new Map<string, RunRecord['state']>();
  readonly #stalled = new Set<string>();
  readonly #salvaging = new Map<string, Promise<void>>();
  /** When a lost run that could not be wound up is tried again. */
  readonly #salvageAt = new Map<string, number>();

  constructor(parts: {
    readonly root: string;
    readonly observer: Observer;
    readonly starter: RunStarter;
    readonly teller: Teller;
    readonly wake: () => void;
  }) {
    this.#root = parts.root;
    this.#observer = parts.observer;
    this.#starter = parts.starter;
    this.#teller = parts.teller;
    this.#wake = parts.wake;
  }

  /** Ids of runs that were alive when they were last seen. */
  get alive(): string[] {
    return [...this.#known].flatMap(([runId, state]) => (state === 'alive' ? [runId] : []));
  }

  get isSalvaging(): boolean {
    return this.#salvaging.size > 0;
  }

  /** Could this lost run not be wound up so far? */
  isStuck(runId: string): boolean {
    return this.#salvageAt.has(runId);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#salvaging.values());
  }

  /** What runs did since the last tick; runs that nobody looks after any more are ended and their work kept. */
  follow({ runs }: Observation): void {
    const { history } = this.#observer.history;
    this.#starter.follow(runs);
    for (const record of runs) {
      if (record.taken !== null) continue;
      try {
        this.#followOne(record, history.takenBy.get(record.runId));
      } catch (error) {
        // What is wrong with one run's folder keeps no other run waiting.
        const why = `the folder of run ${record.runId} can't be written: ${error instanceof Error ? error.message : String(error)}`;
        this.#teller.once(why, { type: 'told', message: why });
      }
    }
  }

  /** @param commit that took its result in, if there is one */
  #followOne(record: RunRecord, commit: string | undefined): void {
    if (commit !== undefined) markTaken(record.folder, { at: Date.now(), commit, why: 'named in base' });
    if (record.state === 'unclaimed' && !this.#starter.isOurs(record.runId)) linkLost(record.folder);
    if (record.state === 'dead' || record.state === 'lost') this.#salvage(record);
    this.#tell(record);
  }

  /** Processes of this repository's runs that no living run accounts for are ended. */
  async endStrays(): Promise<void> {
    const alive = aliveIds(this.#root);
    const strays = findMarked(this.#root).filter(({ runId }) => !alive.has(runId));
    if (strays.length === 0) return;
    await endProcesses(strays);
    this.#teller.emit({
      type: 'recovered',
      what: `ended processes that earlier runs had left: ${strays.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`,
    });
  }

  #tell(record: RunRecord): void {
    const { runId, brief, state, result } = record;
    const { taskId: id, role, agent } = brief;
    if (state === 'alive') this.#tellStall(record);
    const before = this.#known.get(runId);
    if (before === state) return;
    this.#known.set(runId, state);
    if (before === undefined && state === 'alive' && !this.#starter.knew(runId))
      this.#teller.emit({ type: 'run-adopted', id, run: runId, role, agent });
    if (state === 'ended') removeWhatever(join(this.#root, '.kanban', 'ended', runId));
    if (state === 'ended' && result !== null)
      this.#teller.emit({
        type: 'run-ended',
        id,
        run: runId,
        role,
        agent,
        cause: result.cause,
        detail: result.detail,
        seconds: Math.round((result.endedAt - result.startedAt) / 1000),
      });
  }

  #tellStall({ runId, folder, brief }: RunRecord): void {
    const { stalledSince } = readActivity(folder);
    if (stalledSince === null) this.#stalled.delete(runId);
    else if (!this.#stalled.has(runId)) {
      this.#stalled.add(runId);
      this.#teller.emit({ type: 'run-stalled', id: brief.taskId, run: runId, since: stalledSince });
    }
  }

  #salvage(record: RunRecord): void {
    if (this.#salvaging.has(record.runId) || Date.now() < (this.#salvageAt.get(record.runId) ?? 0)) return;
    const work = salvageRun(record.folder, undefined, record.brief)
      .then(() => this.#wake())
      .catch((error: unknown) => {
        this.#salvageAt.set(record.runId, Date.now() + AGAIN);
        const why = `the run ${record.runId} was lost and can't be wound up yet: ${error instanceof Error ? error.message : String(error)}`;
        this.#teller.once(why, { type: 'removal-held', id: record.brief.taskId, why });
      })
      .finally(() => this.#salvaging.delete(record.runId));
    this.#salvaging.set(record.runId, work);
  }
}
