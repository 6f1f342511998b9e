import type { Repository } from '../git/git.ts';
import { readCommit, writeCommit } from '../git/objects.ts';
import type { Built, Chain } from '../landing/chain.ts';
import { mergeOnto } from '../landing/merge-onto.ts';
import type { Candidate } from '../pipeline/action.ts';
import type { Settings } from '../workflow/settings.ts';
import { authorOf } from './board-writer.ts';
import { checkKey } from './check-key.ts';

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
  readonly left: Extract<Chain, { ok: true }>['left'];
  /** Index 0 is base. */
  readonly trees: readonly Tree[];
}

/** The trees that the queue asks about: built when they are asked for, and remembered as long as they may be asked for again. */
export class QueueTrees {
  readonly #repo: Repository;
  #chain: { readonly name: string; readonly chain: KeyedChain } | null = null;
  readonly #sides = new Map<string, Tree | null>();

  constructor(repo: Repository) {
    this.#repo = repo;
  }

  /** Key of a commit's tree. */
  async keyOf(commit: string, settings: Settings): Promise<string> {
    const read = await readCommit(this.#repo, commit);
    if (read === null) throw new Error(`${commit} is no commit of this repository`);
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
    build: () => Promise<Chain>,
  ): Promise<KeyedChain | { readonly held: string }> {
    const { base, settings, current } = at;
    const baseKey = await this.keyOf(base, settings);
    const name = [baseKey, ...members.map(({ id, tip }) => `${id} ${tip}`)].join('\n');
    const known = this.#chain;
    if (known?.name === name && (!current || known.chain.base === base)) return known.chain;
    const built = await build();
    if (!built.ok) return { held: built.held };
    const trees: Tree[] = [{ commit: base, key: baseKey }];
    for (const { sha, tree } of built.landings)
      trees.push({ commit: sha, key: await checkKey(this.#repo, tree, settings) });
    const chain = { base, landings: built.landings, left: built.left, trees };
    this.#chain = { name, chain };
    return chain;
  }

  /** One task on another commit than in the chain; null: they don't merge. For a check only: nothing of it ever lands. */
  async side(under: string, { id, tip }: Candidate, settings: Settings): Promise<Tree | null> {
    const name = `${under} ${tip} ${JSON.stringify(settings.merge_queue)}`;
    const known = this.#sides.get(name);
    if (known !== undefined) return known;
    if (this.#sides.size >= MOST_SIDES) this.#sides.clear();
    const side = await this.#build(under, id, tip, settings);
    this.#sides.set(name, side);
    return side;
  }

  async #build(under: string, id: string, tip: string, settings: Settings): Promise<Tree | null> {
    const { board, changelog } = settings;
    const merged = await mergeOnto(this.#repo, under, tip, { board, changelog });
    if (!merged.ok) return null;
    const message = `kanban: ${id} on ${under}, to be checked\n`;
    const author = authorOf(settings);
    const commit = await writeCommit(this.#repo, {
      tree: merged.tree,
      parents: [under, tip],
      message,
      author,
      sign: false,
    });
    return commit.ok ? { commit: commit.value, key: await checkKey(this.#repo, merged.tree, settings) } : null;
  }
}

const MOST_SIDES = 200;
