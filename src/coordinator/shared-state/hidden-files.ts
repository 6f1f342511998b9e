import { checkoutOf, type Worktree } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { scanIndex } from '../../git/index/index-scan.ts';

/** A file whose changes `git status` does not show, and `git commit -a` leaves out. */
export interface HiddenFile {
  /** Of the checkout, absolute. */
  readonly folder: string;
  /** Relative to it. */
  readonly path: string;
  /** The option of `git update-index` that shows them again. */
  readonly shownBy: '--no-assume-unchanged' | '--no-skip-worktree';
}

/** A sparse checkout leaves out most files of a repository: then nothing is compared. */
const MAX_HIDDEN = 2_000;

/** The user's checkouts: that of base and the main worktree. @param base full ref */
export function checkoutsOf(repo: Repository, base: string): readonly Worktree[] {
  const main = { path: repo.root, gitDir: repo.gitDir };
  const ofBase = checkoutOf(repo, base);
  return ofBase === null || ofBase.path === main.path ? [main] : [ofBase, main];
}

/** In this process. @returns nothing where the index is one that only git reads, or where there are too many */
export function hiddenIn(
  repo: Repository,
  checkouts: readonly Worktree[],
): { readonly hidden?: readonly HiddenFile[] } {
  const hidden: HiddenFile[] = [];
  for (const { path: folder, gitDir } of checkouts) {
    const scan = scanIndex(gitDir, repo.objectFormat);
    if (scan === null) return {};
    for (const path of scan.assumed) hidden.push({ folder, path, shownBy: '--no-assume-unchanged' });
    for (const path of scan.skipped) hidden.push({ folder, path, shownBy: '--no-skip-worktree' });
  }
  return hidden.length > MAX_HIDDEN ? {} : { hidden };
}

/** What is hidden now and was not before, by checkout and kind. */
export function newlyHidden(before: readonly HiddenFile[], now: readonly HiddenFile[]): HiddenFile[] {
  const key = ({ folder, path, shownBy }: HiddenFile): string => [folder, path, shownBy].join('\0');
  const had = new Set(before.map(key));
  return now.filter((file) => !had.has(key(file)));
}
