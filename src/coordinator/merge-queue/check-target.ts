import type { Which } from '../../pipeline/queue/decide-queue.ts';
import { unreachable } from '../../unreachable.ts';
import type { Suspect, Batch } from './batch.ts';
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
      const length = batch.greenCount + which.length;
      return { ...there(chain.trees[length]), entries: ids.slice(0, length) };
    }
    case 'isolated':
      return { ...there(look.isolated), entries: [first] };
    case 'interaction':
      return {
        ...there(look.interactions[which.length - 1]),
        entries: [...batch.landedSince.slice(0, which.length).map(({ id }) => id), first],
      };
    case 'suspect': {
      const { red, key, member } = there(batch.suspect);
      return { commit: red, key, entries: [...ids.slice(0, batch.greenCount), member.id] };
    }
    default:
      return unreachable(which);
  }
}

/** The first undecided task of the chain, as it is suspected. */
export function suspectOf(look: Facts, chain: KeyedChain, batch: Batch): Suspect {
  const [member, ...rest] = batch.undecided;
  const under = chain.trees[batch.greenCount];
  const red = chain.trees[batch.greenCount + 1];
  if (member === undefined || under === undefined || red === undefined) throw new Error('nobody to set aside');
  return {
    member,
    under: under.commit,
    red: red.commit,
    key: red.key,
    aloneKey: look.isolated?.key ?? null,
    rest: rest.map(({ id }) => id).join(' '),
    restIsGreen: false,
    held: chain.trees
      .slice(batch.greenCount + 2)
      .map(({ key }, at) => ({ key, others: rest.slice(0, at + 1).map(({ id }) => id) })),
  };
}
