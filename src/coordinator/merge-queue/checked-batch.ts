import { appendCheckLog, readCheckLog } from './check-log-file.ts';
import type { Repository } from '../../git/git.ts';
import type { Candidate } from '../../pipeline/action.ts';
import { waitAfter, WAITS } from '../../pipeline/backoff.ts';
import { decideQueue, FIRST_BATCH, nextBatchSize, type QueueStep } from '../../pipeline/queue/decide-queue.ts';
import { unreachable } from '../../unreachable.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Batch } from './batch.ts';
import type { CheckDesk } from './check-scheduler.ts';
import type { Performed } from '../perform/perform.ts';
import { factsOfQueue, forgetOutage, type Facts } from './queue-facts.ts';
import type { QueueLanding, QueueParts } from './batch-landing.ts';
import { asideOf, treeOf, type Ordered } from './check-target.ts';
import { sayPlaces, type Said } from './queue-positions.ts';
import type { QueueReturns } from './send-back.ts';
import type { KeyedChain, QueueTrees } from './chain-cache.ts';
import type { QueueWords } from './queue-status.ts';

/** The part of the merge queue that has to do with its check: one step after the other, as `decideQueue` says. */
export class QueueChecking {
  readonly #repo: Repository;
  readonly #trees: QueueTrees;
  readonly #desk: CheckDesk;
  readonly #batch: Batch;
  readonly #words: QueueWords;
  readonly #landing: QueueLanding;
  readonly #returns: QueueReturns;
  /** What waits for a time is tried at the next turn. */
  #hastened = false;

  constructor(parts: {
    readonly repo: Repository;
    readonly trees: QueueTrees;
    readonly desk: CheckDesk;
    readonly batch: Batch;
    readonly words: QueueWords;
    readonly landing: QueueLanding;
    readonly returns: QueueReturns;
  }) {
    this.#repo = parts.repo;
    this.#trees = parts.trees;
    this.#desk = parts.desk;
    this.#batch = parts.batch;
    this.#words = parts.words;
    this.#landing = parts.landing;
    this.#returns = parts.returns;
  }

  /** What a check or base waits for is mended. @returns false when nothing waits. */
  tryAgain(): boolean {
    const { holds } = this.#words;
    this.#hastened = holds.has('base') || holds.has('the check');
    return this.#hastened;
  }

  /** With a check: the batch is checked, searched through, landed as far as it is green. */
  async turn(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    const batch = this.#batch;
    const { settings } = parts.observation.workflow;
    const isEarly = this.#words.isTooEarly('');
    if (isEarly) this.#words.stillHolds('landings');
    let tried = isEarly;
    for (let steps = 0; steps < 100 + candidates.length * 4; steps += 1) {
      const chain = await this.#landing.chain(batch.members, parts, false);
      if ('held' in chain) return this.#words.hold({ what: 'landings', why: chain.held }, candidates);
      if (chain.left.length > 0) {
        this.#leave(chain);
        continue;
      }
      const { passes } = readCheckLog(this.#repo);
      const keys = chain.trees.map(({ key }) => key);
      batch.confirm(keys, (key) => passes.has(key));
      if (batch.floor > 0 && !tried) {
        const landed = await this.#landing.land(chain, batch.floor, parts, candidates);
        if (landed.kind !== 'later' || this.#landing.isPushing) return landed;
        tried = true;
      }
      const under = chain.trees[batch.floor];
      if (under !== undefined) batch.follow(under);
      forgetOutage(this.#repo, under?.key ?? '');
      const look = await factsOfQueue(this.#repo, this.#trees, { batch, chain, settings });
      const done = await this.#take(decideQueue(look.facts), { look, chain, candidates, parts });
      if (done !== null) return done;
    }
    return this.#words.hold(
      { what: 'landings', why: 'the merge queue goes round in circles: please report it' },
      candidates,
    );
  }

  /** Those that can't come behind the others wait until something else stands there, or for a moment. */
  #leave({ left }: KeyedChain): void {
    for (const { id, why, key } of left) {
      const member = this.#batch.members.find((one) => one.id === id);
      if (key === null || member === undefined) {
        this.#batch.drop([id]);
        this.#words.holdOne(id, why);
      } else this.#batch.leave(member, { key, why });
    }
  }

  /** One step. @returns null when the batch has changed and the next step is to be looked for. */
  async #take(step: QueueStep, at: Situation): Promise<Performed | null> {
    const batch = this.#batch;
    const { look, chain, candidates, parts } = at;
    const { settings } = parts.observation.workflow;
    switch (step.do) {
      case 'nothing':
        return this.#next(at) ? null : this.#say(candidates);
      case 'land': {
        const end = batch.floor + step.length;
        const gone = chain.landings.slice(batch.floor, end).map(({ id, sha }) => ({ id, sha }));
        batch.settle(gone, chain.trees[end]?.key ?? '');
        this.#count(settings);
        return null;
      }
      case 'check':
        return this.#check(step.why, treeOf(step.which, look, chain, batch), at);
      case 'base-red':
        return this.#baseRed(at);
      case 'set-aside':
        batch.setAside(asideOf(look, chain, batch));
        return null;
      case 'take-back':
        if (batch.aside !== null) batch.takeBack(batch.aside.member);
        return null;
      case 'send-back': {
        batch.wasRed = true;
        const suspect = step.who === 'aside' ? batch.aside : asideOf(look, chain, batch);
        const partner = step.partner === null ? null : (batch.since[step.partner - 1]?.id ?? null);
        if (suspect === null) return { kind: 'stale' };
        const sent = await this.#returns.red(suspect, partner, parts);
        if (sent.kind !== 'done') return sent;
        batch.drop([suspect.member.id]);
        this.#words.forget(suspect.member.id);
        this.#count(settings);
        return sent;
      }
      default:
        return unreachable(step);
    }
  }

  /** The batch is through: the next one, on top of what is green and held. @returns false when nobody is left. */
  #next({ chain, candidates, parts }: Situation): boolean {
    const batch = this.#batch;
    const { settings } = parts.observation.workflow;
    this.#count(settings);
    const key = chain.trees.at(-1)?.key ?? '';
    const fresh = candidates.filter(
      (one) => !batch.has(one.id) && batch.clashOf(one, key) === null && !this.#words.isTooEarly(one.id),
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
  #count({ merge_queue: { mode } }: Settings): void {
    const counted = this.#batch.count();
    if (counted !== null && mode === 'batch')
      appendCheckLog(this.#repo, [{ type: 'batch', ...counted, at: Date.now() }]);
  }

  #check(
    purpose: Extract<QueueStep, { do: 'check' }>['why'],
    tree: Ordered,
    { candidates, parts: { observation } }: Situation,
  ): Performed {
    this.#batch.wasRed ||= purpose === 'search' || purpose === 'confirm';
    if (observation.world.mode !== 'run' && this.#desk.running?.key !== tree.key) {
      this.#desk.stop('what it was to check has changed');
      return this.#say(candidates, [], { why: 'kanban stop: no check is begun any more', until: null });
    }
    const { settings } = observation.workflow;
    const at = { base: observation.git.baseRef, mayWait: !this.#hastened };
    const asked = this.#desk.ask({ ...tree, purpose }, settings, at);
    if (asked.kind === 'held') {
      this.#words.hold({ what: 'the check', why: asked.why, until: asked.until }, candidates);
      return this.#say(candidates, [], asked);
    }
    this.#hastened = false;
    return this.#say(candidates, tree.entries);
  }

  #baseRed(at: Situation): Performed {
    const { look, chain, candidates, parts } = at;
    const { reds, lastAt, detail, log } = look.base;
    const under = chain.trees[this.#batch.floor];
    if (under === undefined) throw new Error('a chain without a base');
    const { base } = parts.observation.workflow.settings;
    const on = this.#batch.members.slice(0, this.#batch.floor).map(({ id }) => id);
    const which = on.length === 0 ? `${base} itself` : `${base} with ${on.join(', ')}, which was green`;
    const why = `the check is red on ${which} (${under.commit.slice(0, 10)}), without any other task: ${detail}; see ${log}`;
    const until = lastAt + waitAfter(reds - 1, WAITS.base);
    this.#words.hold({ what: 'base', why, until }, candidates);
    if (until > Date.now() && !this.#hastened) return this.#say(candidates, [], { why, until });
    return this.#check('control', { ...under, entries: on }, at);
  }

  #say(candidates: readonly Candidate[], checked: readonly string[] = [], held: Said['held'] = null): Performed {
    return sayPlaces(this.#words, this.#batch, candidates, { checked, held });
  }
}

/** What one step is about. */
interface Situation {
  readonly look: Facts;
  readonly chain: KeyedChain;
  readonly candidates: readonly Candidate[];
  readonly parts: QueueParts;
}
