import { nameOfKey, OTHER, type HoldKey } from '../contract/hold.ts';
import { readCheckLog } from './merge-queue/check-log-file.ts';
import type { RunnerPool } from '../runs/runner-pool.ts';
import type { KanbanEvent } from '../contract/event.ts';
import type { Repository } from '../git/git.ts';
import type { Candidate } from '../pipeline/action.ts';
import type { World } from '../pipeline/world.ts';
import { BaseSync } from './remote/base-sync.ts';
import type { BoardWriter } from './perform/board-writer.ts';
import { CheckRuns } from './merge-queue/check-runs.ts';
import type { FailureRegister } from './perform/failure-register.ts';
import { MergeQueue, type QueueDeps } from './merge-queue/merge-queue.ts';
import type { Observation } from './observe/observation.ts';
import type { Observer } from './observe/observer.ts';
import type { Performed } from './perform/performed.ts';
import { pushGate, type PushHold } from './remote/push-gate.ts';
import { queueView } from './merge-queue/queue-snapshot.ts';
import type { RemoteFacts } from './remote/remote-facts.ts';
import { Remote } from './remote/remote.ts';
import type { SnapshotQueue } from '../contract/snapshot.ts';
import * as messages from './messages.ts';
import type { Settings } from '../workflow/settings.ts';
import type { EventPublisher } from './publish/event-publisher.ts';
import { UnpushedUndo } from './remote/unpushed-undo.ts';

/** A shorter wait is not reported. */
const MIN_REPORTED_WAIT_MS = 1_000;
/** A coordinator that is to stop at once waits this long for the end of a push, ms. */
const LAST_PUSH_TIMEOUT_MS = 3_000;

/** All that has to do with landing: the merge queue, its checks, the remote, and base's being up to it. */
export class BaseBranch {
  readonly queue: MergeQueue;
  readonly #repo: Repository;
  readonly #checks: CheckRuns;
  readonly #remote: Remote;
  readonly #sync: BaseSync;
  readonly #undone: UnpushedUndo;
  readonly #failures: FailureRegister;
  /** Holds that were reported, by the names of their keys. */
  readonly #reported = new Map<string, HoldKey>();
  #facts: RemoteFacts | null = null;
  #frozen = false;
  #frozenSince: number | null = null;
  #stoppedAt: number | null = null;
  /** An undo waits to be pushed, and nothing prevents the push. */
  #owes = false;

  constructor(parts: {
    readonly repo: Repository;
    readonly pool: RunnerPool;
    readonly failures: FailureRegister;
    readonly emit: (event: KanbanEvent) => void;
    readonly wake: () => void;
  }) {
    const { repo, failures, emit } = parts;
    this.#repo = repo;
    this.#failures = failures;
    this.#checks = new CheckRuns(parts);
    this.#remote = new Remote(parts);
    this.#sync = new BaseSync(repo, failures, emit);
    this.#undone = new UnpushedUndo(repo);
    const gate = (settings: Settings, base: string): Promise<PushHold | null> =>
      pushGate(repo, this.#remote, settings, { base, behind: this.#sync.held('remote') });
    this.queue = new MergeQueue({ repo, emit, checks: this.#checks, remote: this.#remote, gate });
  }

  /** What is known of the remote; null: there is none, or it was not asked yet. */
  get remoteFacts(): RemoteFacts | null {
    return this.#remote.state === 'off' ? null : this.#facts;
  }

  /** Base must not move: a push is in progress, or was interrupted and the remote has not confirmed yet whether it arrived. */
  get isFrozen(): boolean {
    return this.#frozen || this.queue.isPushing;
  }

  /**
   * Work is under way that the coordinator's end waits for. A push that the user wants to stop is given a moment only: what
   * became of it is asked for at the next start.
   */
  isBusy(mode: World['mode']): boolean {
    if (mode !== 'stop') this.#stoppedAt = null;
    else this.#stoppedAt ??= performance.now();
    const gone = this.#stoppedAt !== null && performance.now() - this.#stoppedAt > LAST_PUSH_TIMEOUT_MS;
    const owes = this.#owes && mode === 'run';
    return owes || this.queue.isChecking || ((this.#remote.isPushing || this.#frozen) && !gone);
  }

  /** At each tick, after the look: starts what is due beside it, and reads what is known of the remote. */
  async follow({ workflow: { settings }, git }: Observation): Promise<void> {
    this.#remote.follow(settings, Date.now());
    this.#facts = await this.#remote.facts(git.base);
    this.#frozen = await this.#sync.isUnsure(this.#facts, settings);
  }

  /** Brings base up to the remote and to upstream. @returns null when there is nothing to be done. */
  async bringUp(parts: {
    observer: Observer;
    observation: Observation;
    writer: BoardWriter;
  }): Promise<Performed | null> {
    return this.#facts === null || this.isFrozen ? null : this.#sync.step(this.#facts, parts);
  }

  /** @param candidates null: `decide` lets nothing land now */
  async turn(candidates: readonly Candidate[] | null, parts: QueueDeps): Promise<Performed> {
    const undone = await this.#pushUndone(parts);
    if (undone !== null) return undone;
    if (candidates !== null || this.queue.isPushing) return this.queue.turn(candidates ?? [], parts);
    this.queue.idle(parts.observation.world.mode === 'stop');
    return { kind: 'later', why: messages.NOTHING_MAY_LAND };
  }

  /** The undo of a landing is pushed at once, not with the next landing. */
  async #pushUndone(parts: QueueDeps): Promise<Performed | null> {
    const { observer, observation } = parts;
    this.#owes = false;
    if (this.#facts?.tip == null || !observation.workflow.settings.push || this.queue.isPushing) return null;
    const ids = await this.#undone.ids(observer.history.history.takenBack, this.#facts.tip);
    if (ids.length === 0) return null;
    const { away, rejected, foreign, lost, lock } = this.#facts;
    const isOpen = away === null && rejected === null && lost === null && foreign.length === 0;
    this.#owes = isOpen && typeof lock !== 'object';
    if (!this.#owes) this.#notPushed(ids, away?.why ?? rejected ?? messages.NOT_PUSHABLE);
    return this.queue.pushBase(parts);
  }

  #notPushed(ids: readonly string[], why: string): void {
    const identity = { key: `push undo ${ids.join(' ')}`, id: null, what: messages.pushOfUndo(ids) };
    const now = Date.now();
    if (this.#failures.mayTry(identity, now)) this.#failures.failed(identity, { why }, now);
  }

  /** Reports what waits longer than a moment, and when it continues. */
  report(publisher: EventPublisher): void {
    const now = Date.now();
    const holds = [...this.queue.holds];
    this.#frozenSince = this.#frozen ? (this.#frozenSince ?? now) : null;
    if (this.#frozenSince !== null)
      holds.push({
        key: { on: 'board' },
        why: messages.ASKING_REMOTE,
        reason: OTHER,
        since: this.#frozenSince,
        state: 'lands',
      });
    for (const { key, why, since, state } of holds) {
      if (now - since < MIN_REPORTED_WAIT_MS) continue;
      this.#reported.set(nameOfKey(key), key);
      publisher.hold(key, why, state === 'lands');
    }
    const names = new Set(holds.map(({ key }) => nameOfKey(key)));
    for (const [name, key] of this.#reported)
      if (!names.has(name)) {
        this.#reported.delete(name);
        publisher.hold(key, null);
      }
  }

  /** `kanban resume`: tries again what waits. @returns false when nothing waits. */
  resume(): boolean {
    const { away = null, rejected = null, lock = 'none' } = this.remoteFacts ?? {};
    const waits = away !== null || rejected !== null || typeof lock === 'object';
    this.#remote.resume();
    return this.queue.tryAgain() || waits;
  }

  view(world: World): SnapshotQueue {
    const look = this.queue.observe();
    return queueView(this.#repo, {
      world,
      log: readCheckLog(this.#repo),
      look: { ...look, held: look.held ?? this.#sync.held('remote') ?? this.#sync.held('upstream') },
      statuses: this.queue.statuses,
      remote: this.remoteFacts,
    });
  }

  async drain(): Promise<void> {
    await this.#checks.drain();
  }

  async close(): Promise<void> {
    await this.#checks.drain();
    await this.#remote.close();
  }
}
