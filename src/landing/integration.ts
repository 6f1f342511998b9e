import type { BoardTexts } from '../board/entry.ts';
import type { Unclear } from '../board/merge/merge-boards.ts';
import type { BoardOptions } from '../board/parse.ts';
import type { TreeChange } from '../git/objects/tree-diff.ts';

/** Two branches of base that are to become one. */
export interface Integration {
  /** Base's tip, and what it is brought up to: full SHAs of commits. */
  readonly ours: string;
  readonly theirs: string;
  /** `remote`: the same base, elsewhere. `upstream`: another branch; its board is not ours. */
  readonly kind: 'remote' | 'upstream';
  /** Short name of base: merges of it that the user made by `git pull` are known by it. */
  readonly base: string;
  /** Board folder, relative. */
  readonly board: string;
  /** Path of CHANGELOG.md; null when another tool writes it. */
  readonly changelog: string | null;
  readonly boardOptions: BoardOptions;
}

/** What a merge is to hold. No ref names any of it yet. */
export interface IntegrationMerge {
  readonly kind: 'merge';
  readonly tree: string;
  /** Column files that differ from ours, by path; null = no such file. */
  readonly boardFiles: ReadonlyMap<string, Uint8Array | null>;
  readonly texts: BoardTexts;
  readonly parents: readonly [ours: string, theirs: string];
  /** Differences from ours. */
  readonly changes: readonly TreeChange[];
  /** Sentences for an event. */
  readonly notes: readonly string[];
  readonly unclear: readonly Unclear[];
}

export type IntegrationPlan =
  /** Ours contains theirs. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'fast-forward';
      readonly to: string;
      readonly changes: readonly TreeChange[];
      readonly texts: BoardTexts;
    }
  | IntegrationMerge
  | { readonly kind: 'conflict'; readonly files: readonly string[] }
  /** No common history. */
  | { readonly kind: 'unrelated' };
