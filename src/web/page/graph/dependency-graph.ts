import type { SnapshotDependency, SnapshotEntry } from '../../../contract/snapshot.ts';

export interface GraphNode {
  readonly id: string;
  /** null: it is not on the board. */
  readonly entry: SnapshotEntry | null;
  /** Of one that is not on the board. */
  readonly state: SnapshotDependency['state'] | null;
}

export interface DependencyGraph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Entries that depend on nothing, and on which nothing depends. */
  readonly alone: number;
  /** There are more. */
  readonly isCut: boolean;
}

/** Entries with what they depend on. @param most nodes at most */
export function graphOf(entries: readonly SnapshotEntry[], most: number): DependencyGraph {
  const byId = new Map(entries.flatMap((entry) => (entry.id === null ? [] : [[entry.id, entry]])));
  const nodes = new Map<string, GraphNode>();
  const edges: [string, string][] = [];
  let isCut = false;
  const add = (id: string, state: SnapshotDependency['state'] | null): boolean => {
    if (nodes.has(id)) return true;
    if (nodes.size >= most) {
      isCut = true;
      return false;
    }
    const entry = byId.get(id) ?? null;
    nodes.set(id, { id, entry, state: entry === null ? state : null });
    return true;
  };
  for (const { id, depends } of entries)
    for (const { id: on, state } of depends)
      if (id !== null && on !== id && add(on, state) && add(id, null)) edges.push([on, id]);
  const alone = entries.filter(({ id }) => id === null || !nodes.has(id)).length;
  return { nodes, edges, alone: isCut ? 0 : alone, isCut };
}

/** The longest chain of what has not landed yet, up to an entry: `from to` of its edges. */
export function criticalPath(
  { nodes, edges }: Pick<DependencyGraph, 'nodes' | 'edges'>,
  to: string,
): ReadonlySet<string> {
  const before = new Map<string, string[]>();
  for (const [from, next] of edges)
    if (nodes.get(from)?.state !== 'landed') before.set(next, [...(before.get(next) ?? []), from]);
  const longest = new Map<string, readonly string[]>();
  const chainTo = (id: string, seen: ReadonlySet<string>): readonly string[] => {
    const known = longest.get(id);
    if (known !== undefined) return known;
    let best: readonly string[] = [];
    for (const from of before.get(id) ?? []) {
      if (seen.has(from)) continue;
      const chain = chainTo(from, new Set([...seen, from]));
      if (chain.length + 1 > best.length) best = [...chain, `${from} ${id}`];
    }
    longest.set(id, best);
    return best;
  };
  return new Set(chainTo(to, new Set([to])));
}
