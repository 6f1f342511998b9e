import { appendCheckLog } from './check-log-file.ts';
import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { precheck } from '../../landing/merge-onto.ts';
import type { Candidate } from '../../pipeline/action.ts';
import { checkedRed, conflicted, refused } from '../../pipeline/results/apply-result.ts';
import type { EntryFacts } from '../../pipeline/world.ts';
import type { Suspect } from './batch.ts';
import { evidenceOf } from './check-evidence.ts';
import { isAncestor } from '../../git/history/is-ancestor.ts';
import { faultsOf } from '../perform/land.ts';
import { branchName } from '../observe/names.ts';
import type { Performed } from '../perform/performed.ts';
import type { QueueDeps } from './batch-landing.ts';
import type { ChainCache } from './chain-cache.ts';

const MOST_CLEAN = 5_000;

/** Sends tasks back from the merge queue: they conflict with base, or make the check red. */
export class SendBack {
  readonly #repo: Repository;
  readonly #trees: ChainCache;
  readonly #emit: (event: KanbanEvent) => void;
  /** Known to merge with base: `<key of base> <tip>`. */
  readonly #clean = new Set<string>();

  constructor(repo: Repository, trees: ChainCache, emit: (event: KanbanEvent) => void) {
    this.#repo = repo;
    this.#trees = trees;
    this.#emit = emit;
  }

  /** A tip that doesn't merge with base goes back before anything is built on it. @returns null: all merge */
  async conflicts(candidates: readonly Candidate[], parts: QueueDeps): Promise<Performed | null> {
    const { observer, observation, writer, act } = parts;
    const { settings } = observation.workflow;
    const { board, changelog } = settings;
    const key = await this.#trees.keyOf(writer.base, settings);
    const unknown = candidates.filter(({ tip }) => !this.#clean.has(`${key} ${tip}`));
    if (unknown.length === 0) return null;
    if (this.#clean.size > MOST_CLEAN) this.#clean.clear();
    for (const { id, tip } of unknown)
      if (await isAncestor(this.#repo, tip, writer.base)) {
        // Another task stood on it and has landed: there is nothing left to land.
        observer.history.ownLanding(`refs/heads/${branchName(settings, id)}`, tip);
        return { kind: 'stale' };
      }
    const faulty = await this.#faulty(unknown, parts);
    if (faulty !== null) return act(refused(faulty.facts, faulty.faults, settings));
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

  /** The first whose branch as a whole may not land; null: none. */
  async #faulty(
    candidates: readonly Candidate[],
    parts: QueueDeps,
  ): Promise<{ readonly facts: EntryFacts; readonly faults: readonly string[] } | null> {
    for (const candidate of candidates) {
      const facts = factsOf(parts.observation.world.entries, candidate);
      if (facts === undefined) continue;
      const faults = await faultsOf(candidate, facts, parts);
      if (faults.length > 0) return { facts, faults };
    }
    return null;
  }

  /** A task goes back that the check is red with. @param partner id of the one that it is red together with */
  async red(
    { member, under, red, key, aloneKey }: Suspect,
    partner: string | null,
    { observation, act }: QueueDeps,
  ): Promise<Performed> {
    const { settings } = observation.workflow;
    const facts = factsOf(observation.world.entries, member);
    if (facts === undefined) return { kind: 'stale' };
    const { id } = member;
    const { why, report } = evidenceOf(this.#repo, settings, { id, other: partner, green: under, red, key });
    const sent = await act(checkedRed(facts, why, report, settings));
    if (sent.kind !== 'done') return sent;
    const keys = [key, ...(aloneKey === null ? [] : [aloneKey])];
    appendCheckLog(this.#repo, [{ type: 'spent', keys, at: Date.now() }]);
    this.#emit({ type: 'check-blamed', id, why, partner });
    return sent;
  }
}

const factsOf = (entries: readonly EntryFacts[], { id }: Candidate): EntryFacts | undefined =>
  entries.find(({ entry }) => entry.id === id);
