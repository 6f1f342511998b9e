import type { Repository } from '../git.ts';
import type { TreeEntry } from '../objects/tree.ts';

/** Merges that git made itself, without a conflict: nothing needs to be looked at again. */
export function knowHonestMerges(repo: Repository, shas: readonly string[], board: string): void {
  for (const sha of shas) memoryOf(repo).merges.set(`${sha} ${board}`, null);
}

/** A path of a merge whose content is simply that of one side, where git would have merged both. */
export interface Dropped {
  readonly path: string;
  /** What git's own merge has there. */
  readonly expected: TreeEntry | null;
  /** What the merge has there. */
  readonly actual: TreeEntry | null;
  /** The parents that have something else there. */
  readonly sides: readonly string[];
}

/** What git itself makes of a merge, and what the merge lacks of it. */
export interface JudgedMerge {
  readonly tree: string;
  readonly dropped: readonly Dropped[];
}

interface Memory {
  /** By SHA and board: a merge never changes. null: nothing to object to. */
  readonly merges: Map<string, JudgedMerge | typeof UNKNOWN | null>;
  readonly branches: Map<string, string[]>;
}

export const MAX_REMEMBERED = 2_000;

const memories = new WeakMap<Repository, Memory>();

export function memoryOf(repo: Repository): Memory {
  let memory = memories.get(repo);
  if (!memory) memories.set(repo, (memory = { merges: new Map(), branches: new Map() }));
  return memory;
}

/** What git can't merge either may hide anything. */
export const UNKNOWN = 'unknown';
