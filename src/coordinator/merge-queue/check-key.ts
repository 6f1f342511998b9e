import { createHash } from 'node:crypto';
import type { Repository } from '../../git/git.ts';
import { objectName } from '../../git/objects/loose.ts';
import { readTree } from '../../git/objects/objects.ts';
import { serialiseTree, toBytes, TREE_MODE, type TreeEntry } from '../../git/objects/tree.ts';
import type { Settings } from '../../workflow/settings.ts';

/**
 * Under what a check's result is remembered: the tree without the board and the changelog, and what the check does. Board
 * moves and CHANGELOG lines so leave a result as it is; any other byte, the command, its time limit, its environment and
 * `after_create` don't (a check that was too slow is no longer red once it may take longer). No process, no object written.
 * @param tree full SHA of a root tree
 * @returns `<SHA of the tree without them>-<8 hex>`
 */
export async function checkKey(repo: Repository, tree: string, settings: Settings): Promise<string> {
  const { board, changelog, merge_queue, hooks, env } = settings;
  const paths = [board, ...(changelog === null ? [] : [changelog])].map(toBytes);
  const rest = await treeWithout(repo, tree, paths);
  const how = JSON.stringify([merge_queue.check, merge_queue.check_timeout, hooks.after_create, env]);
  return `${rest ?? 'empty'}-${createHash('sha256').update(how).digest('hex').slice(0, 8)}`;
}

/** The SHA that the tree would have; null if nothing is left of it. @param paths bytes as in TreeEntry, with `/` */
async function treeWithout(repo: Repository, tree: string, paths: readonly string[]): Promise<string | null> {
  const kept: TreeEntry[] = [];
  for (const entry of await readTree(repo, tree)) {
    if (paths.includes(entry.name)) continue;
    const inside = `${entry.name}/`;
    const below = paths.filter((path) => path.startsWith(inside)).map((path) => path.slice(inside.length));
    if (entry.mode !== TREE_MODE || below.length === 0) kept.push(entry);
    else {
      const sha = await treeWithout(repo, entry.sha, below);
      if (sha !== null) kept.push({ ...entry, sha });
    }
  }
  return kept.length === 0 ? null : objectName(repo, 'tree', serialiseTree(kept));
}
