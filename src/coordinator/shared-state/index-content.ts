import type { Worktree } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { stagedEntries } from '../../git/index/edit-index.ts';
import { readCommit } from '../../git/objects/objects.ts';
import { diffTrees } from '../../git/objects/tree-diff.ts';

/**
 * Has the index of the checkout what `wanted` has, wherever the two commits differ? Then a ref was moved without its
 * checkout (`git update-ref`, `git symbolic-ref`), and moving it back is all there is to do.
 * @param other null: none (a branch without a commit)
 */
export async function indexHas(
  repo: Repository,
  checkout: Worktree,
  wanted: string,
  other: string | null,
): Promise<boolean> {
  const to = await readCommit(repo, wanted);
  const from = other === null ? null : await readCommit(repo, other);
  const changes = await diffTrees(repo, from?.tree ?? null, to?.tree ?? null);
  const staged = await stagedEntries(
    repo,
    checkout,
    changes.map(({ path }) => path),
  );
  return changes.every(({ path, after }) => {
    const entry = staged.get(path);
    return entry?.sha === after?.sha && entry?.mode === after?.mode;
  });
}
