import { git, type Repository } from '../git.ts';
import { writeLoose } from '../objects/loose.ts';

/** git's own merge of these commits, side by side as an octopus does it; null: git can't merge them. */
export async function ownMerge(
  repo: Repository,
  parents: readonly string[],
): Promise<{ readonly tree: string; readonly conflicted: readonly string[] } | null> {
  const conflicted: string[] = [];
  let ours = parents[0] ?? '';
  let tree: string | null = null;
  for (const [index, theirs] of parents.slice(1).entries()) {
    const args = ['merge-tree', '--write-tree', '--name-only', '-z', '--no-messages', '--allow-unrelated-histories'];
    const { code, stdout } = await git([...args, ours, theirs], { cwd: repo.root, okExit: ANY_EXIT });
    const [found, ...files] = stdout.split('\0').filter(Boolean);
    // 2.39: exit 1 also for an unknown commit, then without a tree.
    if ((code !== 0 && code !== 1) || found === undefined || !/^[0-9a-f]{40,64}$/.test(found)) return null;
    tree = found;
    conflicted.push(...files);
    if (index === parents.length - 2) break;
    ours = writeSide(repo, tree, [ours, theirs]);
  }
  return tree === null ? null : { tree, conflicted };
}

/** A commit that only git's merge is to see: no ref leads to it. */
export function writeSide(repo: Repository, tree: string, parents: readonly string[]): string {
  const who = 'kanban <kanban@kanban.invalid> 0 +0000';
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who}`, `committer ${who}`];
  return writeLoose(repo, 'commit', Buffer.from(`${lines.join('\n')}\n\nside\n`));
}

const ANY_EXIT = Array.from({ length: 256 }, (_, code) => code);
