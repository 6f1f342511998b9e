import { appendCheckLog, readCheckLog } from '../effects/check-log.ts';
import type { KanbanEvent } from '../event.ts';
import type { Repository } from '../git/git.ts';
import type { Candidate } from '../pipeline/action.ts';
import { decideQueue, FIRST_BATCH, nextBatchSize, type QueueStep } from '../pipeline/queue.ts';
import type { QueueWord } from '../pipeline/world.ts';
import { unreachable } from '../unreachable.ts';
import type { Settings } from '../workflow/settings.ts';
import { Batch } from './batch.ts';
import { CheckDesk } from './check-desk.ts';
import type { Checks } from './checks.ts';
import type { Performed } from './perform.ts';
import type { AtTheGate } from './push-gate.ts';
import { factsOfQueue, forgetOutage, type Facts, type QueueLook } from './queue-facts.ts';
import { QueueLanding, type QueueParts } from './queue-landing.ts';
import { asideOf, treeOf, type Ordered } from './queue-orders.ts';
import { QueueReturns } from './queue-returns.ts';
import { QueueTrees, type KeyedChain } from './queue-trees.ts';
import { QueueWords } from './queue-words.ts';
import type { Remote } from './remote.ts';

export type { QueueParts } from './queue-landing.ts';

/** A check that nobody waits for is ended after so long: a hold may be over in a moment. */
const UNWANTED = 30_000;
/** ms until base is checked again after it was red: doubling. */
const BASE_AGAIN = { first: 5 * 60_000, most: 60 * 60_000 };

/**
 * The merge queue (DESIGN.md section 8): forms batches of tested tasks, builds their chain, has it checked, finds out who is to
 * blame, and lands what is green. A turn never waits: checks and pushes go on beside it.
 */
export class MergeQueue {
  readonly #repo: Repository;
  readonly #desk: CheckDesk;
  readonly #trees: QueueTrees;
  readonly #batch = new Batch();
  readonly #words = new QueueWords();
  readonly #landing: QueueLanding;
  readonly #returns: QueueReturns;
  #wantedAt = Date.now();
  /** What waits for a time is tried at the next turn. */
  #hastened = false;

  constructor(parts: {
    readonly repo: Repository;
    readonly checks: Checks;
    readonly remote: Remote;
    /** Why a landing on this tip of base can't be pushed now; null = it can. */
    readonly gate: (settings: Settings, base: string) => Promise<AtTheGate | null>;
    readonly emit: (event: KanbanEvent) => void;
  }) {
    const { repo, emit } = parts;
    this.#repo = repo;
    this.#desk = new CheckDesk(repo, parts.checks, emit);
    this.#trees = new QueueTrees(repo);
    this.#landing = new QueueLanding({ ...parts, trees: this.#trees, batch: this.#batch, words: this.#words });
    this.#returns = new QueueReturns(repo, this.#trees, emit);
  }

  /** A check is on, or its result is not taken in yet. */
  get isChecking(): boolean {
    return this.#desk.isBusy;
  }

  /** A check or a push is under way. */
  get isBusy(): boolean {
    return this.isChecking || this.isPushing;
  }

  /** Base is not to be moved by anybody else. */
  get isPushing(): boolean {
    return this.#landing.isPushing;
  }

  /** What waits, and why, by what it is. */
  get holds(): ReadonlyMap<string, { readonly why: string; readonly since: number }> {
    return this.#words.holds;
  }

  /** What is said of each task, for `decide`. */
  get words(): ReadonlyMap<string, QueueWord> {
    return this.#words.words;
  }

  /** For what is shown. */
  look(): QueueLook {
    const { members, floor, aside } = this.#batch;
    return {
      members: members.map(({ id }) => id),
      floor,
      aside: aside?.member.id ?? null,
      running: this.#desk.running,
      purpose: this.#desk.purpose,
      held: [...this.holds.values()][0]?.why ?? null,
      until: this.#words.landAgainAt,
    };
  }

  /** A person says that what a check or base waits for is mended. @returns false when nothing waits. */
  tryAgain(): boolean {
    this.#hastened = this.holds.has('base') || this.holds.has('the check');
    return this.#hastened;
  }

  /** No task may land now. The batch is kept for a moment: that may change at once. */
  idle(isStopping: boolean): void {
    this.#desk.takeIn();
    this.#words.clear();
    if (!isStopping && Date.now() - this.#wantedAt <= UNWANTED) return;
    this.#desk.stop('no task waits for it');
    this.#batch.begin([], []);
  }

  /** Does what can be done now for the tasks that may land, in this order. */
  async turn(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    this.#wantedAt = Date.now();
    const full = this.#desk.takeIn();
    const pushed = await this.#landing.afterPush(parts);
    if (pushed !== null) return pushed;
    if (this.isPushing) return { kind: 'later', why: 'a landing is being pushed' };
    this.#words.begin(candidates);
    this.#batch.keep(candidates);
    if (full !== null) return this.#words.hold({ what: 'landings', why: full }, candidates);
    const sentBack = await this.#returns.conflicts(candidates, parts);
    if (sentBack !== null) return sentBack;
    const { check } = parts.observation.workflow.settings.merge_queue;
    const done = await (check === '' ? this.#unchecked(candidates, parts) : this.#checked(candidates, parts));
    if (done.kind === 'later') this.#words.end();
    return done;
  }

  /** Without a check: what the person's files don't keep out lands, one or many at a time. */
  async #unchecked(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    const { mode, max_batch: most } = parts.observation.workflow.settings.merge_queue;
    this.#desk.stop('there is no check any more');
    this.#batch.begin([], []);
    this.#words.stillHolds('landings');
    for (const { id } of candidates) this.#words.stillHolds(`landing of ${id}`);
    for (;;) {
      const free = candidates.filter(({ id }) => !this.#words.isTooEarly(id));
      const members = free.slice(0, mode === 'serial' ? 1 : most);
      if (members.length === 0 || this.#words.isTooEarly(''))
        return { kind: 'later', why: [...this.holds.values()][0]?.why ?? 'it is held' };
      const chain = await this.#landing.chain(members, parts, false);
      if ('held' in chain) return this.#words.hold({ what: 'landings', why: chain.held }, candidates);
      const held = await this.#landing.blocked(chain, parts);
      for (const [id, why] of [...held, ...chain.left.map(({ id, why }) => [id, why] as const)])
        this.#words.holdOne(id, why);
      if (held.size > 0 || chain.landings.length === 0) continue;
      return this.#landing.land(chain, chain.landings.length, parts, candidates);
    }
  }

  /** With a check: the batch is checked, searched through, landed as far as it is green. */
  async #checked(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
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
        if (landed.kind !== 'later' || this.isPushing) return landed;
        tried = true;
      }
      const under = chain.trees[batch.floor];
      if (under !== undefined) batch.follow(under);
      forgetOutage(this.#repo, under?.key ?? '');
      const look = await factsOfQueue(this.#repo, this.#trees, { batch, chain, settings });
      const done = await this.#take(decideQueue(look.facts), { look, chain, candidates, parts });
      if (done !== null) return done;
    }
    throw new Error('the merge queue goes round in circles');
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
        return this.#next(at) ? null : this.#wait(candidates);
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
      return this.#wait(candidates, [], 'kanban stop: no check is begun any more');
    }
    const { settings } = observation.workflow;
    const at = { base: observation.git.baseRef, mayWait: !this.#hastened };
    const asked = this.#desk.ask({ ...tree, purpose }, settings, at);
    if (asked.kind === 'held') {
      this.#words.hold({ what: 'the check', why: asked.why, until: asked.until }, candidates);
      return this.#wait(candidates, [], asked.why, asked.until);
    }
    this.#hastened = false;
    return this.#wait(candidates, tree.entries);
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
    const until = lastAt + Math.min(BASE_AGAIN.most, BASE_AGAIN.first * 2 ** Math.max(0, reds - 2));
    this.#words.hold({ what: 'base', why, until }, candidates);
    if (until > Date.now() && !this.#hastened) return this.#wait(candidates, [], why, until);
    return this.#check('control', { ...under, entries: on }, at);
  }

  /**
   * Says of each task where it stands.
   * @param checked those that the check which is on is about
   * @param held why nothing is checked, where a person is needed for that
   */
  #wait(candidates: readonly Candidate[], checked: readonly string[] = [], held?: string, until?: number): Performed {
    const { floor, members, aside, wasRed } = this.#batch;
    const landings = this.#words.ofLandings;
    const waits = wasRed ? 'its batch is red: the culprit is searched for' : 'waits for the check of its batch';
    for (const candidate of candidates) {
      const { id } = candidate;
      const place = members.findIndex((member) => member.id === id);
      if (place >= 0 && place < floor) this.#words.say(id, landings?.state ?? 'lands', landings?.why ?? 'green: lands');
      else if (held !== undefined) this.#words.say(id, 'held', held, until);
      else if (aside?.member.id === id)
        this.#words.say(id, 'lands', 'red in the check: looked at again before it goes back');
      else if (place >= 0) this.#words.say(id, 'lands', checked.includes(id) ? sayChecked(id, checked) : waits);
      else if (!this.holds.has(`landing of ${id}`))
        this.#words.say(id, 'lands', this.#batch.clashOf(candidate) ?? 'waits for the batch before it');
    }
    return { kind: 'later', why: held ?? landings?.why ?? 'the check is on' };
  }
}

/** What one step is about. */
interface Situation {
  readonly look: Facts;
  readonly chain: KeyedChain;
  readonly candidates: readonly Candidate[];
  readonly parts: QueueParts;
}

const sayChecked = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return others.length === 0 ? 'being checked' : `being checked with ${others.join(', ')}`;
};
