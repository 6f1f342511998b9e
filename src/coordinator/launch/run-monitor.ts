import type { HookPhase } from '../../contract/agent-event.ts';
import { hookOf, readActivity } from '../../runs/run-activity.ts';
import { aliveIds, type RunRecord } from '../../runs/list-runs.ts';
import { linkLost, markTaken } from '../../runs/run-store.ts';
import { endProcesses, findMarked } from '../../runner/sweep.ts';
import type { Identity } from '../../pipeline/failures.ts';
import { failureOf } from '../../git/failure-of.ts';
import type { FailureRegister } from '../perform/failure-register.ts';
import type { Observation } from '../observe/observation.ts';
import type { Observer } from '../observe/observer.ts';
import * as messages from './messages.ts';
import type { RunLauncher } from './run-launcher.ts';
import { BackgroundWork, removeEndedSignal, Salvages } from './run-lifecycle.ts';
import type { EventPublisher } from '../publish/event-publisher.ts';

/** Follows all runs and reports how they end; closes those whose runner is gone. */
export class RunMonitor {
  readonly #root: string;
  readonly #observer: Observer;
  readonly #launcher: RunLauncher;
  readonly #publisher: EventPublisher;
  readonly #known = new Map<string, RunRecord['state']>();
  readonly #stalled = new Set<string>();
  readonly #hooks = new Map<string, HookPhase | null>();
  readonly #work: BackgroundWork;
  readonly #salvages: Salvages;
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
    this.#work = new BackgroundWork(deps.wake);
    this.#salvages = new Salvages(this.#work);
  }

  /** Ids of runs that were alive when they were last seen. */
  get alive(): string[] {
    return [...this.#known].flatMap(([runId, state]) => (state === 'alive' ? [runId] : []));
  }

  get isSalvaging(): boolean {
    return this.#work.isBusy;
  }

  /** Whether this lost run could not be closed so far. */
  isStuck(runId: string): boolean {
    return this.#failures.has(`salvage ${runId}`);
  }

  drain(): Promise<void> {
    return this.#work.drain();
  }

  /** Reports what runs did since the last tick; runs whose runner is gone are closed, their work kept. */
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
      if (commit !== undefined) markTaken(record.folder, { at: now, commit, why: messages.RECORDED_IN_BASE });
      if (record.state === 'unclaimed' && !this.#launcher.isStarting(record.runId)) linkLost(record.folder);
      if (record.state === 'dead' || record.state === 'lost') this.#salvage(record);
      this.#report(record);
      this.#failures.done(identity);
    } catch (error) {
      const why = failureOf(error);
      if (why === null) throw error;
      this.#failures.mayTry(identity, now);
      this.#failures.failed(identity, { why: messages.notRecorded(why) }, now);
    }
  }

  /** Processes of this repository's runs that no living run accounts for are ended. */
  async killLeftoverProcesses(): Promise<void> {
    const alive = aliveIds(this.#root);
    const leftovers = findMarked(this.#root).filter(({ runId }) => !alive.has(runId));
    if (leftovers.length === 0) return;
    await endProcesses(leftovers);
    this.#publisher.emit({
      type: 'recovered',
      what: messages.endedLeftovers(leftovers),
    });
  }

  #report(record: RunRecord): void {
    const { runId, brief, state, result } = record;
    const { taskId: id, role, purpose, agent } = brief;
    const before = this.#known.get(runId);
    this.#known.set(runId, state);
    if (before === undefined && state === 'alive' && !this.#launcher.hasStarted(runId))
      this.#publisher.emit({ type: 'run-adopted', id, run: runId, role, purpose, agent });
    if (state === 'alive') this.#reportActivity(record);
    if (before === state) return;
    if (state !== 'alive') this.#hooks.delete(runId);
    if (state === 'ended') removeEndedSignal(this.#root, runId);
    if (state === 'ended' && result !== null)
      this.#publisher.emit({
        type: 'run-ended',
        id,
        run: runId,
        role,
        purpose,
        agent,
        cause: result.cause,
        detail: result.detail,
        seconds: Math.round((result.endedAt - result.startedAt) / 1000),
      });
  }

  #reportActivity({ runId, folder, brief }: RunRecord): void {
    const hook = hookOf(folder);
    if (hook !== null && this.#hooks.get(runId) !== hook)
      this.#publisher.emit({ type: 'run-hook', id: brief.taskId, run: runId, hook });
    this.#hooks.set(runId, hook);
    const { stalledSince } = readActivity(folder);
    if (stalledSince === null) this.#stalled.delete(runId);
    else if (!this.#stalled.has(runId)) {
      this.#stalled.add(runId);
      this.#publisher.emit({ type: 'run-stalled', id: brief.taskId, run: runId, since: stalledSince });
    }
  }

  #salvage(record: RunRecord): void {
    const { runId, brief } = record;
    const identity: Identity = { key: `salvage ${runId}`, id: brief.taskId, what: `run ${runId}` };
    if (!this.#failures.mayTry(identity, Date.now())) return;
    this.#salvages.start(record, (why) => {
      if (why === null) this.#failures.done(identity);
      else this.#failures.failed(identity, { why: messages.notClosed(why) }, Date.now());
    });
  }
}
