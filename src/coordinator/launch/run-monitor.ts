import { join } from 'node:path';
import { readActivity } from '../../runs/run-activity.ts';
import { aliveIds, type RunRecord } from '../../runs/list-runs.ts';
import { linkLost, markTaken } from '../../runs/run-store.ts';
import { removeWhatever } from '../../system/plain-file.ts';
import { salvageRun } from '../../runner/salvage-run.ts';
import { endProcesses, findMarked } from '../../runner/sweep.ts';
import type { Identity } from '../../pipeline/failures.ts';
import { failureOf } from '../failure-of.ts';
import type { FailureRegister } from '../perform/failure-register.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import type { RunLauncher } from './run-launcher.ts';
import type { EventPublisher } from '../publish/event-publisher.ts';

/** Looks after runs that nobody else looks after, and tells what became of all of them. */
export class RunMonitor {
  readonly #root: string;
  readonly #observer: Observer;
  readonly #launcher: RunLauncher;
  readonly #publisher: EventPublisher;
  readonly #wake: () => void;
  readonly #known = new Map<string, RunRecord['state']>();
  readonly #stalled = new Set<string>();
  readonly #salvaging = new Map<string, Promise<void>>();
  readonly #failures: FailureRegister;

  constructor(deps: {
    readonly root: string;
    readonly observer: Observer;
    readonly launcher: RunLauncher;
    readonly publisher: EventPublisher;
    readonly failures: FailureRegister;
    readonly wake: () => void;
  }) {
    this.#root = deps.root;
    this.#observer = deps.observer;
    this.#launcher = deps.launcher;
    this.#publisher = deps.publisher;
    this.#failures = deps.failures;
    this.#wake = deps.wake;
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
    return this.#failures.has(`salvage ${runId}`);
  }

  async drain(): Promise<void> {
    await Promise.all(this.#salvaging.values());
  }

  /** What runs did since the last tick; runs that nobody looks after any more are ended and their work kept. */
  follow({ runs }: Observation): void {
    this.#launcher.follow(runs);
    for (const record of runs) if (record.taken === null) this.#followOne(record);
  }

  /** A run folder that can't be written holds up nothing but its own run. */
  #followOne(record: RunRecord): void {
    const identity: Identity = {
      key: `follow ${record.runId}`,
      id: record.brief.taskId,
      what: `run ${record.runId}`,
    };
    const now = Date.now();
    if (this.#failures.has(identity.key) && !this.#failures.mayTry(identity, now)) return;
    try {
      const commit = this.#observer.history.history.takenBy.get(record.runId);
      if (commit !== undefined) markTaken(record.folder, { at: now, commit, why: 'named in base' });
      if (record.state === 'unclaimed' && !this.#launcher.isOurs(record.runId)) linkLost(record.folder);
      if (record.state === 'dead' || record.state === 'lost') this.#salvage(record);
      this.#report(record);
      this.#failures.done(identity);
    } catch (error) {
      const why = failureOf(error);
      if (why === null) throw error;
      this.#failures.mayTry(identity, now);
      this.#failures.failed(identity, { why: `it can't be recorded: ${why}` }, now);
    }
  }

  /** Processes of this repository's runs that no living run accounts for are ended. */
  async killLeftoverProcesses(): Promise<void> {
    const alive = aliveIds(this.#root);
    const strays = findMarked(this.#root).filter(({ runId }) => !alive.has(runId));
    if (strays.length === 0) return;
    await endProcesses(strays);
    this.#publisher.emit({
      type: 'recovered',
      what: `ended processes that earlier runs had left: ${strays.map(({ pid, command }) => `${pid} (${command})`).join(', ')}`,
    });
  }

  #report(record: RunRecord): void {
    const { runId, brief, state, result } = record;
    const { taskId: id, role, agent } = brief;
    if (state === 'alive') this.#reportStall(record);
    const before = this.#known.get(runId);
    if (before === state) return;
    this.#known.set(runId, state);
    if (before === undefined && state === 'alive' && !this.#launcher.knew(runId))
      this.#publisher.emit({ type: 'run-adopted', id, run: runId, role, agent });
    if (state === 'ended') removeWhatever(join(this.#root, '.kanban', 'ended', runId));
    if (state === 'ended' && result !== null)
      this.#publisher.emit({
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

  #reportStall({ runId, folder, brief }: RunRecord): void {
    const { stalledSince } = readActivity(folder);
    if (stalledSince === null) this.#stalled.delete(runId);
    else if (!this.#stalled.has(runId)) {
      this.#stalled.add(runId);
      this.#publisher.emit({ type: 'run-stalled', id: brief.taskId, run: runId, since: stalledSince });
    }
  }

  #salvage(record: RunRecord): void {
    const { runId, brief, folder } = record;
    const identity: Identity = { key: `salvage ${runId}`, id: brief.taskId, what: `run ${runId}` };
    if (!this.#failures.mayTry(identity, Date.now()) || this.#salvaging.has(runId)) return;
    const work = salvageRun(folder, undefined, brief)
      .then(() => this.#failures.done(identity))
      .catch((error: unknown) => {
        const words = error instanceof Error ? error.message : String(error);
        this.#failures.failed(identity, { why: `it was lost and can't be closed: ${words}` }, Date.now());
      })
      .finally(() => {
        this.#salvaging.delete(runId);
        this.#wake();
      });
    this.#salvaging.set(runId, work);
  }
}
