import type { Which } from '../../pipeline/queue/decide-queue.ts';
import { unreachable } from '../../unreachable.ts';
import type { Aside, Batch } from './batch.ts';
import type { Facts } from './queue-facts.ts';
import type { KeyedChain, Tree } from './chain-cache.ts';

/** A commit that is to be checked, and whose landings it holds over base. */
export type Ordered = Tree & { readonly entries: readonly string[] };

/** The commit that `decideQueue` asks for. */
export function treeOf(which: Which, look: Facts, chain: KeyedChain, batch: Batch): Ordered {
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

/** The first undecided task of the chain, as it is suspected. */
export function asideOf(look: Facts, chain: KeyedChain, batch: Batch): Aside {
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
    restIsGreen: false,
    held: chain.trees
      .slice(batch.floor + 2)
      .map(({ key }, at) => ({ key, others: rest.slice(0, at + 1).map(({ id }) => id) })),
  };
}
