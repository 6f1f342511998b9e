import { OTHER } from '../../contract/hold.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import type { Candidate } from '../../pipeline/action.ts';
import type { QueueNote } from '../../pipeline/world.ts';
import type { Settings } from '../../workflow/settings.ts';
import { Batch } from './batch.ts';
import { CheckScheduler } from './check-scheduler.ts';
import type { CheckRuns } from './check-runs.ts';
import type { Performed } from '../perform/performed.ts';
import type { PushHold } from '../remote/push-gate.ts';
import { CheckedBatch } from './checked-batch.ts';
import type { QueueObserved } from './queue-facts.ts';
import { BatchLanding, type QueueDeps } from './batch-landing.ts';
import { SendBack } from './send-back.ts';
import { ChainCache } from './chain-cache.ts';
import { LANDINGS, QueueStatus, type Hold } from './queue-status.ts';
import type { Remote } from '../remote/remote.ts';
import * as messages from './messages.ts';

export type { QueueDeps } from './batch-landing.ts';

/** A check that no task waits for is ended after this time: a hold may be over in a moment, ms. */
const UNWANTED_CHECK_GRACE_MS = 30_000;

/**
 * The merge queue (docs/queue.md): forms batches of tested tasks, builds their chain, has it checked, finds out who is to
 * blame, and lands what is green. A turn never waits: checks and pushes continue beside it.
 */
export class MergeQueue {
  readonly #scheduler: CheckScheduler;
  readonly #batch = new Batch();
  readonly #status = new QueueStatus();
  readonly #landing: BatchLanding;
  readonly #returns: SendBack;
  readonly #checking: CheckedBatch;
  #wantedAt = Date.now();

  constructor(parts: {
    readonly repo: Repository;
    readonly checks: CheckRuns;
    readonly remote: Remote;
    /** Why a landing on this tip of base can't be pushed now; null = it can. */
    readonly gate: (settings: Settings, base: string) => Promise<PushHold | null>;
    readonly emit: (event: KanbanEvent) => void;
  }) {
    const { repo, emit } = parts;
    this.#scheduler = new CheckScheduler(repo, parts.checks, emit);
    const trees = new ChainCache(repo);
    this.#landing = new BatchLanding({ ...parts, trees, batch: this.#batch, status: this.#status });
    this.#returns = new SendBack(repo, trees, emit);
    this.#checking = new CheckedBatch({
      repo,
      trees,
      scheduler: this.#scheduler,
      batch: this.#batch,
      status: this.#status,
      landing: this.#landing,
      returns: this.#returns,
    });
  }

  /** A check is running, or its result is not recorded yet. */
  get isChecking(): boolean {
    return this.#scheduler.isBusy;
  }

  /** A check or a push is under way. */
  get isBusy(): boolean {
    return this.isChecking || this.isPushing;
  }

  /** No other part may move base. */
  get isPushing(): boolean {
    return this.#landing.isPushing;
  }

  /** What waits, and why; the longest first. */
  get holds(): readonly Hold[] {
    return this.#status.holds;
  }

  /** The status of each task, for `decide`. */
  get statuses(): ReadonlyMap<string, QueueNote> {
    return this.#status.statuses;
  }

  /** For what is shown. */
  observe(): QueueObserved {
    const { members, greenCount, suspect } = this.#batch;
    return {
      members: members.map(({ id }) => id),
      greenCount,
      suspect: suspect?.member.id ?? null,
      running: this.#scheduler.running,
      purpose: this.#scheduler.purpose,
      held: this.holds[0] ?? null,
      until: this.#status.landAgainAt,
    };
  }

  /** `kanban resume`: tries again what a check or base waits for. @returns false when nothing waits. */
  tryAgain(): boolean {
    return this.#checking.tryAgain();
  }

  /** No task may land now. The batch is kept for a moment: that may change at once. */
  idle(isStopping: boolean): void {
    this.#scheduler.record();
    this.#status.clear();
    if (!isStopping && Date.now() - this.#wantedAt <= UNWANTED_CHECK_GRACE_MS) return;
    this.#scheduler.stop(messages.NO_TASK_WAITS);
    this.#batch.begin([], []);
  }

  /** Pushes base as it is: what was done to it doesn't wait for a landing. @returns null when that can't be done now. */
  pushBase(parts: QueueDeps): Promise<Performed | null> {
    return this.#landing.pushBase(parts);
  }

  /** Does what can be done now for the tasks that may land, in this order. */
  async turn(candidates: readonly Candidate[], parts: QueueDeps): Promise<Performed> {
    this.#wantedAt = Date.now();
    const full = this.#scheduler.record();
    const pushed = await this.#landing.afterPush(parts);
    if (pushed !== null) return pushed;
    if (this.isPushing) return { kind: 'later', why: messages.PUSHING };
    this.#status.begin(candidates);
    this.#batch.keep(candidates);
    if (full !== null) return this.#status.hold({ key: LANDINGS, ...full }, candidates);
    const sentBack = await this.#returns.conflicts(candidates, parts);
    if (sentBack !== null) return this.#notSentBack(sentBack, candidates);
    const { check } = parts.observation.workflow.settings.merge_queue;
    const done = await (check === '' ? this.#unchecked(candidates, parts) : this.#checking.turn(candidates, parts));
    if (done.kind === 'later') this.#status.end();
    return this.#notSentBack(done, candidates);
  }

  /** A task that is to go back, and can't be moved now, keeps the others waiting with it. */
  #notSentBack(done: Performed, candidates: readonly Candidate[]): Performed {
    return done.kind === 'failed'
      ? this.#status.hold({ key: LANDINGS, why: done.why, reason: done.reason ?? OTHER }, candidates)
      : done;
  }

  /** Without a check: what the user's files don't keep out lands, one or many at a time. */
  async #unchecked(candidates: readonly Candidate[], parts: QueueDeps): Promise<Performed> {
    const { mode, max_batch: most } = parts.observation.workflow.settings.merge_queue;
    this.#scheduler.stop(messages.NO_CHECK);
    this.#batch.begin([], []);
    const early = candidates.filter(({ id }) => this.#status.isTooEarly(id));
    const tried = new Set(early.map(({ id }) => id));
    for (const id of tried) this.#status.stillHolds({ on: 'landing', id });
    if (this.#status.isTooEarly('')) {
      this.#status.stillHolds(LANDINGS);
      return { kind: 'later', why: this.#status.ofLandings?.why ?? messages.LANDINGS_HELD };
    }
    for (;;) {
      const free = candidates.filter(({ id }) => !tried.has(id));
      const members = free.slice(0, mode === 'serial' ? 1 : most);
      if (members.length === 0) return { kind: 'later', why: this.holds[0]?.why ?? messages.HELD };
      const chain = await this.#landing.chain(members, parts, false);
      if ('held' in chain) return this.#status.hold({ key: LANDINGS, ...chain.held }, candidates);
      const held = await this.#landing.blocked(chain, parts);
      for (const [id, why] of [...held, ...chain.left.map((left) => [left.id, left] as const)]) {
        this.#status.holdOne(id, why);
        tried.add(id);
      }
      if (held.size > 0 || chain.landings.length === 0) continue;
      return this.#landing.land(chain, chain.landings.length, parts, candidates);
    }
  }
}
