import type { Brief } from '../../contract/brief.ts';
import { git, zeroSplit } from './runner-git.ts';

/** git's own merge of two commits, without a worktree. @returns tree null when git could not even try. */
export async function mergeTrees(
  brief: Brief,
  [ours, theirs]: readonly [string, string],
): Promise<{ tree: string | null; clean: boolean; conflicted: string[] }> {
  const end = await git(brief, ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', ours, theirs]);
  const [tree, ...conflicted] = zeroSplit(end.stdout);
  // 2.39: exit 1 also for an unknown commit, then without a tree.
  if ((end.code !== 0 && end.code !== 1) || tree === undefined || !/^[0-9a-f]{40,64}$/.test(tree))
    return { tree: null, clean: false, conflicted: [] };
  return { tree, clean: end.code === 0, conflicted: [...new Set(conflicted)] };
}
