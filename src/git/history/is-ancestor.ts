import { git, type Repository } from '../git.ts';
import { diverge } from './ancestry.ts';

/**
 * Whether `newer` contains `older`; a commit that is missing is not contained. No process, but for histories that only git
 * can walk.
 * @param older,newer full SHAs
 */
export async function isAncestor(repo: Repository, older: string, newer: string): Promise<boolean> {
  const known = await diverge(repo, newer, older);
  if (known !== null) return known.mergeBase.sha === older;
  const { code } = await git(['merge-base', '--is-ancestor', older, newer], { cwd: repo.root, okExit: [0, 1, 128] });
  return code === 0;
}
