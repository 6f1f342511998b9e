import { OTHER } from '../../contract/hold.ts';
import { appendCheckLog, readCheckLog } from './check-log-file.ts';
import type { Repository } from '../../git/git.ts';
import type { Candidate } from '../../pipeline/action.ts';
import { waitAfter, WAITS } from '../../pipeline/backoff.ts';
import { decideQueue, FIRST_BATCH, nextBatchSize, type QueueStep } from '../../pipeline/queue/decide-queue.ts';
import { unreachable } from '../../unreachable.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Batch } from './batch.ts';
import type { CheckScheduler } from './check-scheduler.ts';
import type { Performed } from '../perform/performed.ts';
import { factsOfQueue, forgetOutage, type Facts } from './queue-facts.ts';
import type { BatchLanding, QueueDeps } from './batch-landing.ts';
import { suspectOf, treeOf, type Ordered } from './check-target.ts';
import { reportPositions, type PositionReport } from './queue-positions.ts';
import type { SendBack } from './send-back.ts';
import type { KeyedChain, ChainCache } from './chain-cache.ts';
import { LANDINGS, type QueueStatus } from './queue-status.ts';
import * as messages from './messages.ts';

/** The part of the merge queue that has to do with its check: one step after the other, as `decideQueue` says. */
export class CheckedBatch {
  readonly #repo: Repository;
  readonly #trees: ChainCache;
  readonly #scheduler: CheckScheduler;
  readonly #batch: Batch;
  readonly #status: QueueStatus;
  readonly #landing: BatchLanding;
  readonly #returns: SendBack;
  /** What waits for a time is tried at the next turn. */
  #hastened = false;

  constructor(parts: {
    readonly repo: Repository;
    readonly trees: ChainCache;
    readonly scheduler: CheckScheduler;
    readonly batch: Batch;
    readonly status: QueueStatus;
    readonly landing: BatchLanding;
    readonly returns: SendBack;
  }) {
    this.#repo = parts.repo;
    this.#trees = parts.trees;
    this.#scheduler = parts.scheduler;
    this.#batch = parts.batch;
    this.#status = parts.status;
    this.#landing = parts.landing;
    this.#returns = parts.returns;
  }

  /** What a check or base waits for is fixed. @returns false when nothing waits. */
  tryAgain(): boolean {
    this.#hastened = this.#status.isHeld({ on: 'base' }) || this.#status.isHeld({ on: 'check' });
    return this.#hastened;
  }

  /** With a check: the batch is checked, searched through, landed as far as it is green. */
  async turn(candidates: readonly Candidate[], parts: QueueDeps): Promise<Performed> {
    const batch = this.#batch;
    const { settings } = parts.observation.workflow;
    const isEarly = this.#status.isTooEarly('');
    if (isEarly) this.#status.stillHolds(LANDINGS);
    let tried = isEarly;
    for (let steps = 0; steps < 100 + candidates.length * 4; steps += 1) {
      const chain = await this.#landing.chain(batch.members, parts, false);
      if ('held' in chain) return this.#status.hold({ key: LANDINGS, ...chain.held }, candidates);
      if (chain.left.length > 0) {
        this.#leave(chain);
        continue;
      }
      const { passes } = readCheckLog(this.#repo);
      const keys = chain.trees.map(({ key }) => key);
      batch.confirm(keys, (key) => passes.has(key));
      if (batch.greenCount > 0 && !tried) {
        const landed = await this.#landing.land(chain, batch.greenCount, parts, candidates);
        if (landed.kind !== 'later' || this.#landing.isPushing) return landed;
        tried = true;
      }
      const under = chain.trees[batch.greenCount];
      if (under !== undefined) batch.follow(under);
      forgetOutage(this.#repo, under?.key ?? '');
      const look = await factsOfQueue(this.#repo, this.#trees, { batch, chain, settings });
      const done = await this.#take(decideQueue(look.facts), { observed: look, chain, candidates, parts });
      if (done !== null) return done;
    }
    return this.#status.hold({ key: LANDINGS, why: messages.QUEUE_LOOPS, reason: OTHER }, candidates);
  }

  /** Those that can't come behind the others wait until something else stands there, or for a moment. */
  #leave({ left }: KeyedChain): void {
    for (const { id, why, reason, key } of left) {
      const member = this.#batch.members.find((one) => one.id === id);
      if (key === null || member === undefined) {
        this.#batch.drop([id]);
        this.#status.holdOne(id, { why, reason });
      } else this.#batch.leave(member, { key, why });
    }
  }

  /** One step. @returns null when the batch has changed and the next step is to be looked for. */
  async #take(step: QueueStep, at: Situation): Promise<Performed | null> {
    const batch = this.#batch;
    const { observed, chain, candidates, parts } = at;
    const { settings } = parts.observation.workflow;
    switch (step.do) {
      case 'nothing':
        return this.#next(at) ? null : this.#say(candidates);
      case 'land': {
        const end = batch.greenCount + step.length;
        const gone = chain.landings.slice(batch.greenCount, end).map(({ id, sha }) => ({ id, sha }));
        batch.confirmGreen(gone, chain.trees[end]?.key ?? '');
        this.#takeOutcome(settings);
        return null;
      }
      case 'check':
        return this.#check(step.why, treeOf(step.which, observed, chain, batch), at);
      case 'base-fails':
        return this.#baseFails(at);
      case 'set-aside':
        batch.setSuspect(suspectOf(observed, chain, batch));
        return null;
      case 'take-back':
        if (batch.suspect !== null) batch.takeBack(batch.suspect.member);
        return null;
      case 'send-back':
        return this.#sendBack(step, at);
      default:
        return unreachable(step);
    }
  }

  async #sendBack(
    step: Extract<QueueStep, { do: 'send-back' }>,
    { observed, chain, parts }: Situation,
  ): Promise<Performed> {
    const batch = this.#batch;
    batch.hadFailure = true;
    const suspect = step.who === 'suspect' ? batch.suspect : suspectOf(observed, chain, batch);
    const partner = step.partner === null ? null : (batch.landedSince[step.partner - 1]?.id ?? null);
    if (suspect === null) return { kind: 'stale' };
    const sent = await this.#returns.red(suspect, partner, parts);
    if (sent.kind !== 'done') return sent;
    batch.drop([suspect.member.id]);
    this.#status.forget(suspect.member.id);
    this.#takeOutcome(parts.observation.workflow.settings);
    return sent;
  }

  /** The batch is through: the next one, on top of what is green and held. @returns false when nobody is left. */
  #next({ chain, candidates, parts }: Situation): boolean {
    const batch = this.#batch;
    const { settings } = parts.observation.workflow;
    this.#takeOutcome(settings);
    const key = chain.trees.at(-1)?.key ?? '';
    const fresh = candidates.filter(
      (one) => !batch.has(one.id) && batch.clashOf(one, key) === null && !this.#status.isTooEarly(one.id),
    );
    const size = settings.merge_queue.mode === 'serial' ? 1 : this.#batchSize(settings);
    if (fresh.length > 0) batch.begin(batch.members, fresh.slice(0, size));
    return fresh.length > 0;
  }

  #batchSize({ merge_queue: { max_batch: most } }: Settings): number {
    const { batches } = readCheckLog(this.#repo);
    return batches.reduce((size, { outcome }) => nextBatchSize(size, outcome, most), Math.min(FIRST_BATCH, most));
  }

  /** How the batch came out is written down, for the size of the next. */
  #takeOutcome({ merge_queue: { mode } }: Settings): void {
    const counted = this.#batch.takeOutcome();
    if (counted !== null && mode === 'batch')
      appendCheckLog(this.#repo, [{ type: 'batch', ...counted, at: Date.now() }]);
  }

  #check(
    purpose: Extract<QueueStep, { do: 'check' }>['why'],
    tree: Ordered,
    { candidates, parts: { observation } }: Situation,
  ): Performed {
    this.#batch.hadFailure ||= purpose === 'search' || purpose === 'confirm';
    if (observation.world.mode !== 'run' && this.#scheduler.running?.key !== tree.key) {
      this.#scheduler.stop(messages.CHECK_OUTDATED);
      return this.#say(candidates, [], { why: messages.NO_CHECK_ON_STOP, until: null });
    }
    const { settings } = observation.workflow;
    const at = { base: observation.git.baseRef, mayWait: !this.#hastened };
    const order = { ...tree, purpose: purpose === 'baseline' ? 'control' : purpose } as const;
    const asked = this.#scheduler.ask(order, settings, at);
    if (asked.kind === 'held') {
      this.#status.hold({ key: { on: 'check' }, why: asked.why, reason: asked.reason, until: asked.until }, candidates);
      return this.#say(candidates, [], asked);
    }
    this.#hastened = false;
    return this.#say(candidates, tree.entries);
  }

  #baseFails(at: Situation): Performed {
    const { observed, chain, candidates, parts } = at;
    const { reds, lastAt, detail, log } = observed.base;
    const under = chain.trees[this.#batch.greenCount];
    if (under === undefined) throw new Error('a chain without a base');
    const { base } = parts.observation.workflow.settings;
    const on = this.#batch.members.slice(0, this.#batch.greenCount).map(({ id }) => id);
    const why = messages.baseFails({ base, landings: on, commit: under.commit, detail, log });
    const until = lastAt + waitAfter(reds - 1, WAITS.base);
    const reason = { code: 'base-fails', landings: on, commit: under.commit, log } as const;
    this.#status.hold({ key: { on: 'base' }, why, reason, until }, candidates);
    if (until > Date.now() && !this.#hastened) return this.#say(candidates, [], { why, until });
    return this.#check('baseline', { ...under, entries: on }, at);
  }

  #say(
    candidates: readonly Candidate[],
    checked: readonly string[] = [],
    held: PositionReport['held'] = null,
  ): Performed {
    return reportPositions(this.#status, this.#batch, candidates, { checked, held });
  }
}

/** What one step is about. */
interface Situation {
  readonly observed: Facts;
  readonly chain: KeyedChain;
  readonly candidates: readonly Candidate[];
  readonly parts: QueueDeps;
}
