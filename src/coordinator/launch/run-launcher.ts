import type { KanbanEvent } from '../../contract/event.ts';
import type { Action } from '../../pipeline/action.ts';
import type { PastRun, RunFacts } from '../../pipeline/world.ts';
import { newRunId } from '../../runs/runs-folder.ts';
import type { RunRecord } from '../../runs/list-runs.ts';
import type { Observation } from '../observe/observation.ts';
import * as messages from './messages.ts';
import { prepareRun, type PrepareDeps } from './prepare-run.ts';
import { BackgroundWork } from './run-lifecycle.ts';
import { Slots } from './slots.ts';

type Start = Extract<Action, { type: 'start-run' }>;

/** Refused runs count for backoff as long as runs that have ended, ms. */
const REFUSED_RUNS_KEPT_MS = 12 * 3_600_000;

/** Prepares runs beside the tick (a worktree of a large repository takes seconds) and hands them to the runners. */
export class RunLauncher {
  readonly #deps: PrepareDeps;
  readonly #emit: (event: KanbanEvent) => void;
  /** Runs under preparation or handed over and not yet claimed, by run id. */
  readonly #starting = new Map<string, RunFacts>();
  readonly #slots = new Slots();
  readonly #work: BackgroundWork;
  #refused: PastRun[] = [];
  /** Why a run could not be started, as reported last, by task id. */
  readonly #reported = new Map<string, string>();
  readonly #started = new Set<string>();
  /** Orders that came back from a runner: what is still not claimed then has no folder, or none that can be read. */
  readonly #returned = new Set<string>();

  constructor({ wake, ...deps }: PrepareDeps & { readonly wake: () => void }) {
    this.#deps = deps;
    this.#emit = deps.emit;
    this.#work = new BackgroundWork(wake);
  }

  get starting(): readonly RunFacts[] {
    return [...this.#starting.values()];
  }

  /** Runs that did not even get a folder. */
  get refused(): readonly PastRun[] {
    return this.#refused;
  }

  /** Whether this run is about to be handed over, or was handed over and is not claimed yet. */
  isStarting(runId: string): boolean {
    return this.#starting.has(runId);
  }

  /** Whether this coordinator started the run. */
  hasStarted(runId: string): boolean {
    return this.#started.has(runId);
  }

  /** Runs that are claimed are no longer starting; runs that are gone free their slot. */
  follow(records: readonly RunRecord[]): void {
    for (const { runId, claim } of records) if (claim !== null) this.#starting.delete(runId);
    const known = new Set(records.map(({ runId }) => runId));
    for (const runId of this.#returned) {
      const facts = this.#starting.get(runId);
      if (facts !== undefined && !known.has(runId)) this.#refuse(facts, messages.FOLDER_REMOVED, 'lost');
      else if (facts !== undefined) this.#starting.delete(runId);
    }
    this.#returned.clear();
    this.#slots.follow(records, (runId) => this.#starting.has(runId));
  }

  /** A runner is done with this order, whatever came of it. */
  returned(runId: string): void {
    this.#returned.add(runId);
  }

  /** Ends when nothing is being prepared. */
  drain(): Promise<void> {
    return this.#work.drain();
  }

  start(action: Start, observation: Observation, base: string): void {
    const ofEntry = observation.runs.filter(({ brief }) => brief.taskId === action.id);
    const attempts = ofEntry.filter(({ brief }) => brief.role === action.role && brief.purpose === action.purpose);
    const numbers = ofEntry.map(({ runId }) => Number(/-(\d+)-[a-z]+-[0-9a-f]{8}$/.exec(runId)?.[1] ?? 0));
    const runId = newRunId(action.id, 1 + Math.max(0, ...numbers), action.role);
    const slot = this.#slots.take(runId);
    this.#started.add(runId);
    const facts = startingFacts(runId, action);
    this.#starting.set(runId, facts);
    const order = { action, observation, runId, slot, attempt: 1 + attempts.length, base };
    this.#work.add(
      prepareRun(order, this.#deps)
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
        .then((why) => {
          if (why === null) this.#reported.delete(action.id);
          else this.#refuse(facts, why);
        }),
    );
  }

  /** Counts as a launch that failed, so that it is tried again with growing pauses and not for ever. */
  #refuse(
    { id: runId, taskId, role, agent }: RunFacts,
    why: string,
    cause: 'not-started' | 'lost' = 'not-started',
  ): void {
    this.#starting.delete(runId);
    this.#slots.free(runId);
    const now = Date.now();
    this.#refused = this.#refused.filter(({ endedAt }) => endedAt > now - REFUSED_RUNS_KEPT_MS);
    this.#refused.push({
      id: runId,
      taskId,
      role,
      agent,
      cause,
      detail: why,
      endedAt: now,
      providerUntil: null,
      login: false,
    });
    // The same reason is reported once for an entry; another run of it that starts makes it new.
    if (this.#reported.get(taskId) === why) return;
    this.#reported.set(taskId, why);
    this.#emit({ type: 'run-refused', id: taskId, role, why });
  }
}

/** A run before it has a folder. */
function startingFacts(id: string, { id: taskId, role, purpose, agent, mustDiffer }: Start): RunFacts {
  const now = Date.now();
  return {
    id,
    taskId,
    role,
    purpose,
    agent,
    state: 'starting',
    startedAt: now,
    deadlineAt: now,
    stopping: false,
    lost: false,
    inject: 'none',
    mustDiffer,
    before: '',
    ended: null,
  };
}
