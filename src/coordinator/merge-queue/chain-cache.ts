import { OTHER, type Held } from '../../contract/hold.ts';
import type { Repository } from '../../git/git.ts';
import { readCommit, writeCommit } from '../../git/objects/objects.ts';
import type { Built, Chain } from '../../landing/chain.ts';
import { mergeOnto } from '../../landing/merge-onto.ts';
import type { Candidate } from '../../pipeline/action.ts';
import type { Settings } from '../../workflow/settings.ts';
import { authorOf } from '../perform/board-writer.ts';
import { checkKey } from './check-key.ts';
import * as messages from './messages.ts';

/** A commit that can be checked, and under which key. */
export interface Tree {
  readonly commit: string;
  readonly key: string;
}

/** A chain with what is under it and the key of each prefix. */
export interface KeyedChain {
  /** The commit of base that it was built on. */
  readonly base: string;
  readonly landings: readonly Built[];
  /** Tasks that can't come behind those before them; `key` of the tree that they conflict with, null: it is no conflict. */
  readonly left: readonly ({ readonly id: string; readonly key: string | null } & Held)[];
  /** Index 0 is base. */
  readonly trees: readonly Tree[];
}

/** Nothing of it can be built. */
export interface HeldChain {
  readonly held: Held;
}

/** Builds the landings of these tasks on top of others that are built already; `under` null: on base. */
export type BuildChain = (
  members: readonly Candidate[],
  under: { readonly sha: string; readonly ids: readonly string[] } | null,
) => Promise<Chain>;

/** The trees that the queue asks about: built when they are asked for, and remembered as long as they may be asked for again. */
export class ChainCache {
  readonly #repo: Repository;
  /** By what they stand on and who is in them; the newest last. */
  readonly #chains = new Map<string, KeyedChain>();
  readonly #isolatedTrees = new Map<string, { readonly commit: string; readonly tree: string } | null>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** Key of a commit's tree. */
  async keyOf(commit: string, settings: Settings): Promise<string> {
    const read = await readCommit(this.#repo, commit);
    if (read === null) throw new Error(messages.noCommit(commit));
    return checkKey(this.#repo, read.tree, settings);
  }

  /**
   * The chain of these tasks on base. `current: false` lets one do that was built on an earlier base which differed in
   * nothing but the board and CHANGELOG.md: its keys are the same, and rebuilding it at every move of the board would
   * fill the object store.
   */
  async chain(
    members: readonly Candidate[],
    at: { readonly base: string; readonly settings: Settings; readonly current: boolean },
    build: BuildChain,
  ): Promise<KeyedChain | HeldChain> {
    const { base, settings, current } = at;
    const baseKey = await this.keyOf(base, settings);
    const nameOf = (some: readonly Candidate[]): string =>
      [baseKey, JSON.stringify(settings.commits), ...some.map(({ id, tip }) => `${id} ${tip}`)].join('\n');
    const known = (length: number): KeyedChain | undefined => {
      const chain = this.#chains.get(nameOf(members.slice(0, length)));
      return chain === undefined || (current && chain.base !== base) ? undefined : chain;
    };
    let length = members.length;
    let under = known(length);
    while (under === undefined && length > 0) under = known((length -= 1));
    if (under !== undefined && length === members.length) return under;
    const start = under ?? { base, landings: [], left: [], trees: [{ commit: base, key: baseKey }] };
    const chain = await this.#extended(start, members.slice(length), settings, build);
    if ('held' in chain) return chain;
    const left = new Set(chain.left.map(({ id }) => id));
    if (chain.left.every(({ key }) => key !== null)) this.#remember(nameOf(members), chain);
    if (left.size > 0) this.#remember(nameOf(members.filter(({ id }) => !left.has(id))), { ...chain, left: [] });
    return chain;
  }

  async #extended(
    start: KeyedChain,
    members: readonly Candidate[],
    settings: Settings,
    build: BuildChain,
  ): Promise<KeyedChain | HeldChain> {
    const all = await build(members, underOf(start));
    if (all.ok) return this.#withKeys(start, members, all, settings);
    // Is it one of them that can't be built (base contains its branch), or nothing at all (the disk is full)?
    let chain = start;
    for (const member of members) {
      const one = await build([member], underOf(chain));
      if (one.ok) chain = await this.#withKeys(chain, [member], one, settings);
      else chain = { ...chain, left: [...chain.left, { id: member.id, why: one.held, reason: one.reason, key: null }] };
    }
    return chain.landings.length === start.landings.length && members.length > 1
      ? { held: { why: all.held, reason: all.reason } }
      : chain;
  }

  async #withKeys(
    { base, landings, left, trees }: KeyedChain,
    members: readonly Candidate[],
    built: Extract<Chain, { ok: true }>,
    settings: Settings,
  ): Promise<KeyedChain> {
    const chain = { base, landings: [...landings], left: [...left], trees: [...trees] };
    for (const { id } of members) {
      const landing = built.landings.find((one) => one.id === id);
      const conflict = built.left.find((one) => one.id === id)?.conflict ?? [];
      if (landing !== undefined) {
        chain.landings.push(landing);
        chain.trees.push({ commit: landing.sha, key: await checkKey(this.#repo, landing.tree, settings) });
      } else {
        const why = messages.conflictsBefore(conflict);
        chain.left.push({ id, why, reason: OTHER, key: chain.trees.at(-1)?.key ?? null });
      }
    }
    return chain;
  }

  #remember(name: string, chain: KeyedChain): void {
    this.#chains.delete(name);
    this.#chains.set(name, chain);
    for (const oldest of this.#chains.keys()) {
      if (this.#chains.size <= MOST_CHAINS) break;
      this.#chains.delete(oldest);
    }
  }

  /** One task on another commit than in the chain; null: they don't merge. For a check only: nothing of it ever lands. */
  async side(under: string, { id, tip }: Candidate, settings: Settings): Promise<Tree | null> {
    const name = `${under} ${tip}`;
    let side = this.#isolatedTrees.get(name);
    if (side === undefined) {
      side = await this.#build(under, id, tip, settings);
      if (this.#isolatedTrees.size >= MOST_SIDES) this.#isolatedTrees.clear();
      this.#isolatedTrees.set(name, side);
    }
    return side === null ? null : { commit: side.commit, key: await checkKey(this.#repo, side.tree, settings) };
  }

  async #build(
    under: string,
    id: string,
    tip: string,
    settings: Settings,
  ): Promise<{ commit: string; tree: string } | null> {
    const { board, changelog } = settings;
    const merged = await mergeOnto(this.#repo, under, tip, { board, changelog });
    if (!merged.ok) return null;
    const { tree } = merged;
    const message = `kanban: ${id} on ${under}, to be checked\n`;
    const author = authorOf(settings);
    const made = { tree, parents: [under, tip], message, author, by: 'kanban', sign: false } as const;
    const commit = await writeCommit(this.#repo, made);
    return commit.ok ? { commit: commit.value, tree } : null;
  }
}

/** Of a search the whole, its halves are prefixes of it; and what is on its way to base. */
const MOST_CHAINS = 6;
const MOST_SIDES = 200;

function underOf({ landings }: KeyedChain): Parameters<BuildChain>[1] {
  const last = landings.at(-1);
  return last === undefined ? null : { sha: last.sha, ids: landings.map(({ id }) => id) };
}
