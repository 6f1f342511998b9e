import { appendCheckLog, readCheckLog } from '../effects/check-log.ts';
import type { KanbanEvent } from '../event.ts';
import type { Repository } from '../git/git.ts';
import { updateRefs } from '../git/refs.ts';
import { checkoutObstacle, inThePersonsWay, type Built } from '../landing/chain.ts';
import { precheck } from '../landing/merge-onto.ts';
import { sayInTheWay } from '../landing/preflight.ts';
import type { Action, Candidate } from '../pipeline/action.ts';
import type { CheckLog } from '../pipeline/check-log.ts';
import { decideQueue, FIRST_BATCH, nextBatchSize, type QueueStep, type Which } from '../pipeline/queue.ts';
import { checkedRed, conflicted } from '../pipeline/take-in.ts';
import type { EntryFacts, QueueWord } from '../pipeline/world.ts';
import type { Settings } from '../workflow/settings.ts';
import { unreachable } from '../unreachable.ts';
import { Batch, type Aside } from './batch.ts';
import { CheckDesk } from './check-desk.ts';
import type { Checks } from './checks.ts';
import { evidenceOf } from './check-evidence.ts';
import { chainOf, landAll, planLanding, type LandParts, type PlannedLanding } from './lander.ts';
import type { Performed } from './perform.ts';
import { PUSH_PIN, pushGate } from './push-gate.ts';
import { factsOfQueue, type QueueLook } from './queue-facts.ts';
import { QueueTrees, type KeyedChain, type Tree } from './queue-trees.ts';
import type { Remote } from './remote.ts';

/** What a turn of the queue needs besides what a landing needs. */
export interface QueueParts extends LandParts {
  /** Does another action, such as sending an entry back. */
  readonly act: (action: Action) => Promise<Performed>;
}

/** Between two tries of a landing: the person's files may stand in its way for hours. */
const LAND_AGAIN = 1_000;
/** A check that nobody waits for is ended after so long: a hold may be over in a moment. */
const UNWANTED = 30_000;
/** Steps of one turn; each changes the batch, and most turns take one. */
const MOST_STEPS = 100;
const DONE: Performed = { kind: 'done' };

/**
 * The merge queue (DESIGN.md section 8): forms batches of tested tasks, builds their chain, has it checked, finds out who is to
 * blame, and lands what is green. A turn never waits: checks and pushes go on beside it.
 */
export class MergeQueue {
  readonly #repo: Repository;
  readonly #remote: Remote;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #desk: CheckDesk;
  readonly #trees: QueueTrees;
  readonly #batch = new Batch();
  readonly #words = new Map<string, QueueWord>();
  /** What waits, by what it is: why and since when (epoch ms). */
  readonly #holds = new Map<string, { readonly why: string; readonly since: number }>();
  /** Until when a landing is not tried again, by task id; '' = all. */
  readonly #notBefore = new Map<string, number>();
  /** Known to merge with base: `<key of base> <tip>`. */
  readonly #clean = new Set<string>();
  #pushing: { readonly landings: readonly Built[]; readonly planned: readonly PlannedLanding[] } | null = null;
  #wantedAt = Date.now();

  constructor(parts: {
    readonly repo: Repository;
    readonly checks: Checks;
    readonly remote: Remote;
    readonly emit: (event: KanbanEvent) => void;
  }) {
    this.#repo = parts.repo;
    this.#remote = parts.remote;
    this.#emit = parts.emit;
    this.#desk = new CheckDesk(parts.repo, parts.checks, parts.emit);
    this.#trees = new QueueTrees(parts.repo);
  }

  /** A check or a push is under way. */
  get isBusy(): boolean {
    return this.#desk.running !== null || this.#pushing !== null;
  }

  /** Base is not to be moved by anybody else. */
  get isPushing(): boolean {
    return this.#pushing !== null;
  }

  /** What waits, and why, by what it is. */
  get holds(): ReadonlyMap<string, { readonly why: string; readonly since: number }> {
    return this.#holds;
  }

  /** What is said of each task, for `decide`. */
  get words(): ReadonlyMap<string, QueueWord> {
    return this.#words;
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
      held: [...this.#holds.values()][0]?.why ?? null,
      until: this.#notBefore.get('') ?? null,
    };
  }

  /** No task may land now. */
  idle(isStopping: boolean): void {
    this.#desk.takeIn();
    this.#batch.keep([]);
    if (isStopping || Date.now() - this.#wantedAt > UNWANTED) this.#desk.stop('no task waits for it');
    this.#words.clear();
    this.#holds.clear();
  }

  /** Does what can be done now for the tasks that may land, in this order. */
  async turn(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    this.#wantedAt = Date.now();
    const full = this.#desk.takeIn();
    const pushed = await this.#afterPush(parts);
    if (pushed !== null) return pushed;
    if (this.#pushing !== null) return { kind: 'later', why: 'a landing is being pushed' };
    for (const id of [...this.#words.keys(), ...this.#notBefore.keys()])
      if (id !== '' && !candidates.some((one) => one.id === id)) this.#forget(id);
    if (full !== null) return this.#hold('landings', full, candidates);
    const sentBack = await this.#conflicts(candidates, parts);
    if (sentBack !== null) return sentBack;
    this.#batch.keep(candidates);
    const { check } = parts.observation.workflow.settings.merge_queue;
    return check === '' ? this.#unchecked(candidates, parts) : this.#checked(candidates, parts);
  }

  /** A tip that doesn't merge with base goes back before anything is built on it. */
  async #conflicts(
    candidates: readonly Candidate[],
    { observation, writer, act }: QueueParts,
  ): Promise<Performed | null> {
    const { settings } = observation.workflow;
    const { board, changelog } = settings;
    const key = await this.#trees.keyOf(writer.base, settings);
    const unknown = candidates.filter(({ tip }) => !this.#clean.has(`${key} ${tip}`));
    if (unknown.length === 0) return null;
    if (this.#clean.size > MOST_CLEAN) this.#clean.clear();
    const tips = unknown.map(({ tip }) => tip);
    const found = await precheck(this.#repo, writer.base, tips, { board, changelog });
    for (const [index, one] of found.entries()) {
      const candidate = unknown[index];
      const facts = candidate && factsOf(observation.world.entries, candidate);
      if (one.clean || one.conflict.length === 0 || facts === undefined) this.#clean.add(`${key} ${one.tip}`);
      else return act(conflicted(facts, one.conflict, settings));
    }
    return null;
  }

  /** Without a check: what the person's files don't keep out lands, one or many at a time. */
  async #unchecked(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    const { mode, max_batch: most } = parts.observation.workflow.settings.merge_queue;
    const now = Date.now();
    const isFree = ({ id }: Candidate): boolean => (this.#notBefore.get(id) ?? 0) <= now;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const members = candidates.filter(isFree).slice(0, mode === 'serial' ? 1 : most);
      if (members.length === 0) return { kind: 'later', why: [...this.#holds.values()][0]?.why ?? 'it is held' };
      const built = await this.#chain(members, parts, true);
      if ('held' in built) return this.#hold('landings', built.held, candidates);
      const blocked = await this.#blocked(built.chain, parts);
      for (const [id, why] of blocked) this.#holdOne(id, why, now);
      if (blocked.size > 0) continue;
      for (const { id } of members) this.#goOn(`landing of ${id}`);
      return this.#land(built, built.chain.landings.length, parts, candidates);
    }
    return { kind: 'later', why: 'too many landings are held' };
  }

  /** Which landings of the chain would touch what the person has changed, and in what words. */
  async #blocked({ landings }: KeyedChain, { observation }: QueueParts): Promise<ReadonlyMap<string, string>> {
    const { checkout } = observation.git;
    const { board } = observation.workflow.settings;
    const blocked = new Map<string, string>();
    if (checkout === null) return blocked;
    const all = await inThePersonsWay(this.#repo, checkout, landings);
    const theirs = all.filter(({ path }) => !path.startsWith(`${board}/`));
    for (const { id, changes } of landings) {
      const met = theirs.filter(({ path }) => changes.some((change) => change.path === path));
      if (met.length > 0) blocked.set(id, sayInTheWay(met));
    }
    return blocked;
  }

  /** With a check: the batch is checked, searched through, landed as far as it is green. */
  async #checked(candidates: readonly Candidate[], parts: QueueParts): Promise<Performed> {
    const batch = this.#batch;
    let tried = (this.#notBefore.get('') ?? 0) > Date.now();
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const built = await this.#chain(batch.members, parts, false);
      if ('held' in built) return this.#hold('landings', built.held, candidates);
      const { chain } = built;
      if (chain.left.length > 0) {
        batch.drop(chain.left.map(({ id }) => id));
        continue;
      }
      if (batch.floor > 0 && !tried) {
        const landed = await this.#land(built, batch.floor, parts, candidates);
        if (landed.kind !== 'later' || this.#pushing !== null) return landed;
        tried = true;
      }
      this.#follow(chain);
      const look = await factsOfQueue(this.#repo, this.#trees, {
        batch,
        chain,
        settings: parts.observation.workflow.settings,
      });
      const step = decideQueue(look.facts);
      const done = await this.#take(step, look, chain, candidates, parts);
      if (done !== null) return done;
    }
    throw new Error('the merge queue goes round in circles');
  }

  /** One step. @returns null when the batch has changed and the next step is to be looked for. */
  async #take(
    step: QueueStep,
    look: Awaited<ReturnType<typeof factsOfQueue>>,
    chain: KeyedChain,
    candidates: readonly Candidate[],
    parts: QueueParts,
  ): Promise<Performed | null> {
    const batch = this.#batch;
    const { floor } = batch;
    const { settings } = parts.observation.workflow;
    switch (step.do) {
      case 'nothing':
        return this.#next(candidates, settings) ? null : this.#wait(candidates);
      case 'land': {
        const gone = chain.landings.slice(floor, floor + step.length).map(({ id, sha }) => ({ id, sha }));
        batch.settle(gone, chain.trees[floor + step.length]?.key ?? '');
        return null;
      }
      case 'check':
        return this.#check(step, treeOf(step.which, look, chain, batch), candidates, parts);
      case 'base-red':
        return this.#baseRed(look, chain, candidates, parts);
      case 'set-aside':
        batch.wasRed = true;
        batch.setAside(asideOf(look, chain, batch));
        return null;
      case 'take-back':
        if (batch.aside !== null) batch.takeBack(batch.aside.member);
        return null;
      case 'send-back':
        batch.wasRed = true;
        return this.#sendBack(step, look, chain, parts);
      default:
        return unreachable(step);
    }
  }

  #follow(chain: KeyedChain): void {
    const batch = this.#batch;
    const under = chain.trees[batch.floor];
    if (under === undefined) return;
    if (batch.underKey !== null && batch.underKey !== under.key) batch.forgetOrigin();
    batch.origin ??= under.commit;
    batch.underKey ??= under.key;
  }

  /** The batch is through: the next one, on top of what is green and held. @returns false when nobody is left. */
  #next(candidates: readonly Candidate[], settings: Settings): boolean {
    const batch = this.#batch;
    const { mode } = settings.merge_queue;
    if (batch.size > 0) {
      if (mode === 'batch')
        appendCheckLog(this.#repo, [
          { type: 'batch', outcome: batch.wasRed ? 'red' : 'green', size: batch.size, at: Date.now() },
        ]);
      batch.begin(batch.members, []);
    }
    const size = mode === 'serial' ? 1 : batchSize(readCheckLog(this.#repo), settings);
    const fresh = candidates.filter(({ id }) => !batch.has(id)).slice(0, size);
    if (fresh.length === 0) return false;
    batch.begin(batch.members, fresh);
    return true;
  }

  #check(
    step: Extract<QueueStep, { do: 'check' }>,
    tree: Tree & { readonly entries: readonly string[] },
    candidates: readonly Candidate[],
    { observation }: QueueParts,
  ): Performed {
    this.#batch.wasRed ||= step.why === 'search' || step.why === 'confirm';
    const { settings } = observation.workflow;
    const asked = this.#desk.ask({ ...tree, purpose: step.why }, settings, observation.git.baseRef);
    if (asked.kind === 'held') return this.#hold('the check', asked.why, candidates, asked.until);
    this.#goOn('the check');
    this.#goOn('base');
    return this.#wait(candidates, tree.entries);
  }

  #baseRed(
    { base }: Awaited<ReturnType<typeof factsOfQueue>>,
    chain: KeyedChain,
    candidates: readonly Candidate[],
    parts: QueueParts,
  ): Performed {
    const { settings } = parts.observation.workflow;
    const under = chain.trees[this.#batch.floor];
    if (under === undefined) throw new Error('a chain without a base');
    const until = base.lastAt + Math.min(BASE_AGAIN.most, BASE_AGAIN.first * 2 ** Math.max(0, base.reds - 2));
    if (until <= Date.now()) {
      const step = { do: 'check', which: { tree: 'prefix', length: 0 }, why: 'control' } as const;
      return this.#check(step, { ...under, entries: this.#ids(0) }, candidates, parts);
    }
    const why = `the check is red on ${settings.base} itself (${under.commit.slice(0, 10)}), without any task: ${base.detail}; see ${base.log}`;
    return this.#hold('base', why, candidates, until);
  }

  /** Ids of what stands under the prefix of this length, in this batch. */
  #ids(length: number): readonly string[] {
    return this.#batch.members.slice(0, this.#batch.floor + length).map(({ id }) => id);
  }

  async #sendBack(
    { who, partner }: Extract<QueueStep, { do: 'send-back' }>,
    look: Awaited<ReturnType<typeof factsOfQueue>>,
    chain: KeyedChain,
    { observation, act }: QueueParts,
  ): Promise<Performed> {
    const batch = this.#batch;
    const { settings } = observation.workflow;
    const aside = who === 'aside' ? batch.aside : asideOf(look, chain, batch);
    const facts = aside === null ? undefined : factsOf(observation.world.entries, aside.member);
    if (aside === null || facts === undefined) return { kind: 'stale' };
    const { id } = aside.member;
    const other = partner === null ? null : (batch.since[partner - 1]?.id ?? null);
    const { why, report } = evidenceOf(this.#repo, settings, {
      id,
      other,
      green: aside.under,
      red: aside.red,
      key: aside.key,
    });
    const sent = await act(checkedRed(facts, why, report, settings));
    if (sent.kind !== 'done') return sent;
    const keys = [aside.key, ...(aside.aloneKey === null ? [] : [aside.aloneKey])];
    appendCheckLog(this.#repo, [{ type: 'spent', keys, at: Date.now() }]);
    batch.drop([id]);
    this.#forget(id);
    this.#emit({ type: 'check-blamed', id, why, partner: other });
    return DONE;
  }

  /** The chain on base, with what its commits are made of. `current`: on base as it is at this moment. */
  async #chain(
    members: readonly Candidate[],
    parts: QueueParts,
    current: boolean,
  ): Promise<BuiltChain | { readonly held: string }> {
    const { settings } = parts.observation.workflow;
    let planned: readonly PlannedLanding[] | null = null;
    const chain = await this.#trees.chain(members, { base: parts.writer.base, settings, current }, async () => {
      planned = await plansOf(members, parts);
      return chainOf(planned, parts);
    });
    if ('held' in chain) return chain;
    return { chain, planned: planned ?? (await plansOf(members, parts)) };
  }

  /** Lands the first so many of the chain, after a push where there is one. */
  async #land(
    built: BuiltChain,
    length: number,
    parts: QueueParts,
    candidates: readonly Candidate[],
  ): Promise<Performed> {
    const { observation, writer } = parts;
    const { settings } = observation.workflow;
    const gate = await pushGate(this.#repo, this.#remote, settings, writer.base);
    if (gate !== null) return this.#hold(gate.what, gate.why, candidates, gate.until, gate.state);
    const edited = await writer.commitEdits(['TESTING']);
    if (edited.kind === 'later') return this.#hold('landings', edited.why, candidates);
    if (edited.kind !== 'done') return { kind: 'stale' };
    const fresh = await this.#chain(this.#membersOf(built, length), parts, true);
    if ('held' in fresh) return this.#hold('landings', fresh.held, candidates);
    const { landings, trees } = fresh.chain;
    if (landings.length !== length || trees[length]?.key !== built.chain.trees[length]?.key) return { kind: 'stale' };
    const { checkout } = observation.git;
    const obstacle = await checkoutObstacle(this.#repo, { landings, checkout, board: settings.board });
    if (obstacle !== null)
      return 'held' in obstacle ? this.#hold('landings', obstacle.held, candidates) : { kind: 'stale' };
    if (settings.push) return this.#push(landings, fresh.planned, candidates);
    return this.#arrive(landings, fresh.planned, parts, candidates);
  }

  #membersOf({ chain }: BuiltChain, length: number): readonly Candidate[] {
    return chain.landings.slice(0, length).map(({ id, tip }) => ({ id, tip, key: id }));
  }

  async #arrive(
    landings: readonly Built[],
    planned: readonly PlannedLanding[],
    parts: QueueParts,
    candidates: readonly Candidate[],
  ): Promise<Performed> {
    const landed = await landAll(landings, planned, parts);
    if (landed.kind === 'later') return this.#hold('landings', landed.why, candidates);
    if (landed.kind === 'stale') return landed;
    this.#batch.drop(landings.map(({ id }) => id));
    for (const { id } of landings) this.#forget(id);
    this.#holds.clear();
    this.#notBefore.clear();
    return DONE;
  }

  /** One push for all of them, beside the tick; base and its checkout follow once it has arrived. */
  async #push(
    landings: readonly Built[],
    planned: readonly PlannedLanding[],
    candidates: readonly Candidate[],
  ): Promise<Performed> {
    const sha = landings.at(-1)?.sha ?? '';
    const pinned = await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: sha }]);
    if (!pinned.ok) return this.#hold('landings', `another git process holds a lock: ${pinned.message}`, candidates);
    this.#pushing = { landings, planned };
    this.#remote.push(sha);
    const ids = landings.map(({ id }) => id);
    for (const id of ids) this.#words.set(id, { state: 'lands', why: 'being pushed', until: null });
    return { kind: 'later', why: 'being pushed' };
  }

  async #afterPush(parts: QueueParts): Promise<Performed | null> {
    const pushed = this.#remote.takePushed();
    const pushing = this.#pushing;
    if (pushed === null || pushing === null) return null;
    this.#pushing = null;
    if (pushed.outcome.kind !== 'done') {
      await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: null }]);
      return { kind: 'stale' };
    }
    const { remote, base } = parts.observation.workflow.settings;
    const ids = pushing.landings.map(({ id }) => id);
    this.#emit({ type: 'pushed', remote: remote ?? '', branch: base, commit: pushed.sha, entries: ids });
    // Somebody moved base meanwhile: it is brought up to the remote like to any other push.
    if (parts.writer.base !== pushing.landings[0]?.parent) return { kind: 'stale' };
    const landed = await this.#arrive(pushing.landings, pushing.planned, parts, []);
    await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: null }]);
    return landed;
  }

  #wait(candidates: readonly Candidate[], checked: readonly string[] = []): Performed {
    const held = this.#holds.get('landings')?.why ?? null;
    const { floor, members, aside } = this.#batch;
    for (const { id } of candidates) {
      const place = members.findIndex((member) => member.id === id);
      const isGreen = place >= 0 && place < floor;
      if (isGreen && held !== null) this.#say(id, 'held', held);
      else if (aside?.member.id === id) this.#say(id, 'lands', 'red in the check: looked at again before it goes back');
      else if (place < 0) this.#say(id, 'lands', 'waits for the batch before it');
      else this.#say(id, 'lands', checked.includes(id) ? sayChecked(id, checked) : 'waits for the check of its batch');
    }
    return { kind: 'later', why: held ?? 'the check is on' };
  }

  #say(id: string, state: QueueWord['state'], why: string, until: number | null = null): void {
    this.#words.set(id, { state, why, until });
  }

  /** Nothing lands for now; it is tried again in a second, or at the time given. */
  #hold(
    what: string,
    why: string,
    candidates: readonly Candidate[],
    until = Date.now() + LAND_AGAIN,
    state: QueueWord['state'] = 'held',
  ): Performed {
    this.#holds.set(what, { why, since: this.#holds.get(what)?.since ?? Date.now() });
    if (what === 'landings') this.#notBefore.set('', until);
    for (const { id } of candidates) this.#say(id, state, why, until);
    return { kind: 'later', why };
  }

  #holdOne(id: string, why: string, now: number): void {
    const what = `landing of ${id}`;
    this.#holds.set(what, { why, since: this.#holds.get(what)?.since ?? now });
    this.#notBefore.set(id, now + LAND_AGAIN);
    this.#say(id, 'held', why, now + LAND_AGAIN);
  }

  #goOn(what: string): void {
    this.#holds.delete(what);
  }

  #forget(id: string): void {
    this.#words.delete(id);
    this.#notBefore.delete(id);
    this.#holds.delete(`landing of ${id}`);
  }
}

interface BuiltChain {
  readonly chain: KeyedChain;
  readonly planned: readonly PlannedLanding[];
}

const MOST_CLEAN = 5_000;
/** ms until base is checked again after it was red: doubling. */
const BASE_AGAIN = { first: 5 * 60_000, most: 60 * 60_000 };

async function plansOf(members: readonly Candidate[], parts: QueueParts): Promise<readonly PlannedLanding[]> {
  const planned: PlannedLanding[] = [];
  for (const candidate of members) {
    const facts = factsOf(parts.observation.world.entries, candidate);
    if (facts !== undefined) planned.push(await planLanding(candidate, facts, parts));
  }
  return planned;
}

const factsOf = (entries: readonly EntryFacts[], { id }: Candidate): EntryFacts | undefined =>
  entries.find(({ entry }) => entry.id === id);

function batchSize(log: CheckLog, { merge_queue: { max_batch: most } }: Settings): number {
  const first = Math.min(FIRST_BATCH, most);
  return log.batches.reduce((size, { outcome }) => nextBatchSize(size, outcome, most), first);
}

function treeOf(
  which: Which,
  look: Awaited<ReturnType<typeof factsOfQueue>>,
  chain: KeyedChain,
  batch: Batch,
): Tree & { readonly entries: readonly string[] } {
  const ids = batch.members.map(({ id }) => id);
  const first = batch.undecided[0]?.id ?? '';
  const there = <T>(tree: T | null | undefined): T => {
    if (tree == null) throw new Error(`no tree was built for ${JSON.stringify(which)}`);
    return tree;
  };
  switch (which.tree) {
    case 'prefix': {
      const length = batch.floor + which.length;
      return { ...there(chain.trees[length]), entries: ids.slice(0, length) };
    }
    case 'alone':
      return { ...there(look.alone), entries: [first] };
    case 'partner':
      return {
        ...there(look.partners[which.length - 1]),
        entries: [...batch.since.slice(0, which.length).map(({ id }) => id), first],
      };
    case 'aside': {
      const { red, key, member } = there(batch.aside);
      return { commit: red, key, entries: [...ids.slice(0, batch.floor), member.id] };
    }
    default:
      return unreachable(which);
  }
}

function asideOf(look: Awaited<ReturnType<typeof factsOfQueue>>, chain: KeyedChain, batch: Batch): Aside {
  const [member, ...rest] = batch.undecided;
  const under = chain.trees[batch.floor];
  const red = chain.trees[batch.floor + 1];
  if (member === undefined || under === undefined || red === undefined) throw new Error('nobody to set aside');
  return {
    member,
    under: under.commit,
    red: red.commit,
    key: red.key,
    aloneKey: look.alone?.key ?? null,
    rest: rest.map(({ id }) => id).join(' '),
  };
}

const sayChecked = (id: string, checked: readonly string[]): string => {
  const others = checked.filter((one) => one !== id);
  return others.length === 0 ? 'being checked' : `being checked with ${others.join(', ')}`;
};
