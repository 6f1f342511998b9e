import { OTHER, type Held } from '../../contract/hold.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { updateRefs } from '../../git/refs.ts';
import { checkoutObstacle, inThePersonsWay, type Built } from '../../landing/chain.ts';
import { heldByFiles, type InTheWay } from '../../landing/files-in-the-way.ts';
import type { Action, Candidate } from '../../pipeline/action.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Batch } from './batch.ts';
import { chainOf, landAll, planLanding, type LandDeps, type PlannedLanding } from '../perform/land.ts';
import type { Performed } from '../perform/performed.ts';
import { PUSH_PIN, type PushHold } from '../remote/push-gate.ts';
import type { KeyedChain, HeldChain, ChainCache } from './chain-cache.ts';
import { LANDINGS, type QueueStatus } from './queue-status.ts';
import type { Remote } from '../remote/remote.ts';
import * as messages from './messages.ts';

/** What a turn of the queue needs besides what a landing needs. */
export interface QueueDeps extends LandDeps {
  /** Does another action, such as sending an entry back. */
  readonly act: (action: Action) => Promise<Performed>;
}

/** Why nothing lands now. */
type Obstacle = Pick<Held, 'why'> & Partial<Held>;

/** Landings that are on their way to the remote. */
interface Pushing {
  readonly landings: readonly Built[];
  readonly planned: readonly PlannedLanding[];
}

const DONE: Performed = { kind: 'done' };

/** Brings what is green onto base: all of it with one push and one move, or nothing. */
export class BatchLanding {
  readonly #repo: Repository;
  readonly #remote: Remote;
  readonly #gate: (settings: Settings, base: string) => Promise<PushHold | null>;
  readonly #emit: (event: KanbanEvent) => void;
  readonly #trees: ChainCache;
  readonly #batch: Batch;
  readonly #status: QueueStatus;
  #pushing: Pushing | null = null;

  constructor(parts: {
    readonly repo: Repository;
    readonly remote: Remote;
    /** Why a landing on this tip of base can't be pushed now; null = it can. */
    readonly gate: (settings: Settings, base: string) => Promise<PushHold | null>;
    readonly emit: (event: KanbanEvent) => void;
    readonly trees: ChainCache;
    readonly batch: Batch;
    readonly status: QueueStatus;
  }) {
    this.#repo = parts.repo;
    this.#remote = parts.remote;
    this.#gate = parts.gate;
    this.#emit = parts.emit;
    this.#trees = parts.trees;
    this.#batch = parts.batch;
    this.#status = parts.status;
  }

  get isPushing(): boolean {
    return this.#pushing !== null;
  }

  /** The chain of these tasks. `current`: on base as it is at this moment, not on one that differs only in the board. */
  chain(members: readonly Candidate[], parts: LandDeps, current: boolean): Promise<KeyedChain | HeldChain> {
    const { settings } = parts.observation.workflow;
    return this.#trees.chain(members, { base: parts.writer.base, settings, current }, async (some, under) => {
      const landed = members.filter(({ id }) => under?.ids.includes(id));
      return chainOf(await plansOf(some, parts), parts, under && { sha: under.sha, landed });
    });
  }

  /** Which landings of the chain would touch what the user has changed, and why. */
  async blocked({ landings }: KeyedChain, { observation }: LandDeps): Promise<ReadonlyMap<string, Held>> {
    const theirs = await this.#inTheWay(landings, observation);
    const blocked = new Map<string, Held>();
    for (const { id, changes } of landings) {
      const met = theirs.filter(({ path }) => changes.some((change) => change.path === path));
      if (met.length > 0) blocked.set(id, heldByFiles(met));
    }
    return blocked;
  }

  /** But for the files that every landing writes: the chain may stand on an older base, which had other ones. */
  async #inTheWay(
    landings: readonly Built[],
    { git: { checkout }, workflow }: LandDeps['observation'],
  ): Promise<readonly InTheWay[]> {
    const { board, changelog } = workflow.settings;
    if (checkout === null || landings.length === 0) return [];
    const all = await inThePersonsWay(this.#repo, checkout, landings);
    return all.filter(({ path }) => path !== changelog && !path.startsWith(`${board}/`));
  }

  /** Lands the first part of the chain, after a push where there is one. */
  async land(
    built: KeyedChain,
    length: number,
    parts: QueueDeps,
    candidates: readonly Candidate[],
  ): Promise<Performed> {
    const { observation, writer } = parts;
    const { settings } = observation.workflow;
    const hold = ({ why, reason = OTHER }: Obstacle): Performed =>
      this.#status.hold({ key: LANDINGS, why, reason }, candidates);
    const gate = await this.#gate(settings, writer.base);
    if (gate !== null) return this.#status.hold(gate, candidates);
    const prefix = built.landings.slice(0, length);
    // Looked at before anything is built anew: a file of the user's may be in the way for hours.
    const inTheWay = await this.#inTheWay(prefix, observation);
    if (inTheWay.length > 0) return hold(heldByFiles(inTheWay));
    const edited = await writer.commitEdits(['TESTING']);
    if (edited.kind === 'later' || edited.kind === 'failed') return hold(edited);
    if (edited.kind !== 'done') return { kind: 'stale' };
    const members = prefix.map(({ id, tip }) => candidates.find((one) => one.id === id) ?? { id, tip, key: id });
    const fresh = built.base === writer.base ? built : await this.chain(members, parts, true);
    if ('held' in fresh) return hold(fresh.held);
    const landings = fresh.landings.slice(0, length);
    if (landings.length !== length || fresh.trees[length]?.key !== built.trees[length]?.key) return { kind: 'stale' };
    const { checkout } = observation.git;
    const obstacle = await checkoutObstacle(this.#repo, { landings, checkout, board: settings.board });
    if (obstacle !== null)
      return hold('held' in obstacle ? { why: obstacle.held, reason: obstacle.reason } : { why: staged(settings) });
    const planned = await plansOf(members, parts);
    return settings.push ? this.#push({ landings, planned }, hold) : this.#arrive({ landings, planned }, parts, hold);
  }

  async #arrive(
    { landings, planned }: Pushing,
    parts: QueueDeps,
    hold: (obstacle: Obstacle) => Performed,
  ): Promise<Performed> {
    const landed = await landAll(landings, planned, parts);
    if (landed.kind === 'later') {
      this.#status.failed();
      return hold(landed);
    }
    if (landed.kind === 'stale') return landed;
    const ids = landings.map(({ id }) => id);
    this.#batch.drop(ids);
    this.#status.landed(ids);
    return DONE;
  }

  /** One push for all of them, beside the tick; base and its checkout follow once it has arrived. */
  async #push(pushing: Pushing, hold: (obstacle: Obstacle) => Performed): Promise<Performed> {
    const sha = pushing.landings.at(-1)?.sha ?? '';
    const pinned = await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: sha }]);
    if (!pinned.ok) return hold({ why: messages.lockedByGit(pinned.message), reason: { code: 'git-locked' } });
    this.#pushing = pushing;
    this.#remote.push(sha);
    for (const { id } of pushing.landings)
      this.#status.set(id, { state: 'lands', code: 'pushing', why: messages.BEING_PUSHED, until: null });
    return { kind: 'later', why: messages.BEING_PUSHED };
  }

  /** Pushes base as it is, where that can be done now. @returns null when it can't: the landings have the reason. */
  async pushBase({ observation, writer }: LandDeps): Promise<Performed | null> {
    const { settings } = observation.workflow;
    if ((await this.#gate(settings, writer.base)) !== null) return null;
    const pinned = await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: writer.base }]);
    if (!pinned.ok) return null;
    this.#pushing = { landings: [], planned: [] };
    this.#remote.push(writer.base);
    return { kind: 'later', why: messages.BEING_PUSHED };
  }

  /** How the last push ended. @returns null: there was none, or it is still in progress */
  async afterPush(parts: QueueDeps): Promise<Performed | null> {
    const pushed = this.#remote.takePushed();
    const pushing = this.#pushing;
    if (pushed === null || pushing === null) return null;
    const landed = await this.#landPushed(pushing, pushed, parts);
    this.#pushing = null;
    await updateRefs(this.#repo, [{ ref: PUSH_PIN, to: null }]);
    return landed;
  }

  /** Whatever else became of the push, base is brought up to the remote like after any other. */
  async #landPushed(
    pushing: Pushing,
    pushed: NonNullable<ReturnType<Remote['takePushed']>>,
    parts: QueueDeps,
  ): Promise<Performed> {
    if (pushed.outcome.kind !== 'done') return { kind: 'stale' };
    const { remote, base } = parts.observation.workflow.settings;
    const ids = pushing.landings.map(({ id }) => id);
    this.#emit({ type: 'pushed', remote: remote ?? '', branch: base, commit: pushed.sha, entries: ids });
    // Nothing was to land with it, or another process moved base meanwhile.
    if (parts.writer.base !== pushing.landings[0]?.parent) return { kind: 'stale' };
    return this.#arrive(pushing, parts, ({ why, reason = OTHER }) =>
      this.#status.hold({ key: LANDINGS, why, reason }, []),
    );
  }
}

/** Nothing of TESTING.md is left to be committed as a hand edit, and yet its index entry is not base's. */
const staged = ({ board }: Settings): string => messages.stagedBoard(`${board}/TESTING.md`);

async function plansOf(members: readonly Candidate[], parts: LandDeps): Promise<readonly PlannedLanding[]> {
  const planned: PlannedLanding[] = [];
  for (const candidate of members) {
    const facts = parts.observation.world.entries.find(({ entry }) => entry.id === candidate.id);
    if (facts !== undefined) planned.push(await planLanding(candidate, facts, parts));
  }
  return planned;
}
