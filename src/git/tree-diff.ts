import type { Repository } from './git.ts';
import { readTree } from './objects.ts';
import { fromBytes, TREE_MODE, type TreeEntry } from './tree.ts';

/** A path that differs between two trees; null = nothing there. Never a folder. */
export interface TreeChange {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/** `git diff-tree -r --no-renames`, in this process: equal subtrees aren't opened. @param a,b full SHAs; null = empty. */
export async function diffTrees(
  repo: Repository,
  a: string | null,
  b: string | null,
  folder = '',
): Promise<TreeChange[]> {
  if (a === b) return [];
  const [left, right] = await Promise.all([named(repo, a), named(repo, b)]);
  const names = new Set([...left.keys(), ...right.keys()]);
  const parts = await Promise.all([...names].map((name) => one(repo, folder + name, left.get(name), right.get(name))));
  return parts.flat();
}

async function one(repo: Repository, path: string, before?: TreeEntry, after?: TreeEntry): Promise<TreeChange[]> {
  if (before?.sha === after?.sha && before?.mode === after?.mode) return [];
  const changes: TreeChange[] = [];
  const file = (entry?: TreeEntry): TreeEntry | null => (entry && entry.mode !== TREE_MODE ? entry : null);
  const tree = (entry?: TreeEntry): string | null => (entry?.mode === TREE_MODE ? entry.sha : null);
  if (file(before) || file(after)) changes.push({ path: fromBytes(path), before: file(before), after: file(after) });
  if (tree(before) || tree(after)) changes.push(...(await diffTrees(repo, tree(before), tree(after), `${path}/`)));
  return changes;
}

async function named(repo: Repository, tree: string | null): Promise<Map<string, TreeEntry>> {
  return new Map((tree ? await readTree(repo, tree) : []).map((entry) => [entry.name, entry]));
}
