import type { Brief } from './folder.ts';
import { filesWithMarkers } from './conflict-markers.ts';
import { git, mustGit, zeroSplit } from './git.ts';

/** A commit with two parents that the run made. */
export interface Merge {
  readonly commit: string;
  readonly parents: readonly [string, string];
}

/**
 * Looks at the merges that a run made: a path that git merges clean but whose content in the merge is simply one
 * side's has dropped the other side (`-s ours`, `checkout --ours .`); a conflicted path whose markers are still in
 * the branch's added lines was not resolved. What else differs from git's own merge may be a mend and is left alone.
 * @returns one fault per merge and kind, by name.
 */
export async function checkMerges(brief: Brief, merges: readonly Merge[], tip: string): Promise<string[]> {
  const faults: string[] = [];
  for (const merge of merges) {
    const { tree, conflicted } = await mergeTrees(brief, merge.parents);
    if (tree === null) continue;
    const dropped = await droppedPaths(brief, merge, tree, conflicted);
    if (dropped.length > 0)
      faults.push(`merge ${merge.commit.slice(0, 10)} drops what git merges clean: ${listed(dropped)}`);
    if (conflicted.length === 0) continue;
    const args = [
      '--literal-pathspecs',
      'diff',
      '-U0',
      '--no-color',
      '--no-ext-diff',
      '--no-textconv',
      '--no-renames',
      `${brief.base}...${tip}`,
      '--',
      ...conflicted.slice(0, 500),
    ];
    const marked = filesWithMarkers(await mustGit(brief, args));
    if (marked.length > 0) faults.push(`conflict markers were left in ${listed(marked)}`);
  }
  return faults;
}

/** git's own merge of two commits, without a worktree. @returns tree null when git could not even try. */
export async function mergeTrees(
  brief: Brief,
  [ours, theirs]: readonly [string, string],
): Promise<{ tree: string | null; clean: boolean; conflicted: string[] }> {
  const end = await git(brief, ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', ours, theirs]);
  const [tree, ...conflicted] = zeroSplit(end.stdout);
  // 2.39: exit 1 also for an unknown commit, then without a tree (GIT.md section 8).
  if ((end.code !== 0 && end.code !== 1) || tree === undefined || !/^[0-9a-f]{40,64}$/.test(tree))
    return { tree: null, clean: false, conflicted: [] };
  return { tree, clean: end.code === 0, conflicted: [...new Set(conflicted)] };
}

async function droppedPaths(
  brief: Brief,
  merge: Merge,
  tree: string,
  conflicted: readonly string[],
): Promise<string[]> {
  const differing = (await differingPaths(brief, tree, merge.commit)).filter(
    (path) => !conflicted.includes(path) && !path.startsWith(`${brief.board}/`),
  );
  if (differing.length === 0) return [];
  const [ours, theirs] = await Promise.all(merge.parents.map((parent) => differingPaths(brief, parent, merge.commit)));
  // A path that doesn't differ between one parent and the merge is that parent's.
  const fromOurs = new Set(ours ?? []);
  const fromTheirs = new Set(theirs ?? []);
  return differing.filter((path) => !fromOurs.has(path) || !fromTheirs.has(path));
}

async function differingPaths(brief: Brief, from: string, to: string): Promise<string[]> {
  const text = await mustGit(brief, ['diff-tree', '-r', '-z', '--no-renames', '--name-only', from, to]);
  return zeroSplit(text);
}

const listed = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;
