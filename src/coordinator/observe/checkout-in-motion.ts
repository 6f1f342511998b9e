import { join } from 'node:path';
import { checkoutState } from '../../git/checkout.ts';
import type { Repository } from '../../git/git.ts';
import { resolve } from '../../git/objects/objects.ts';
import { statOrNone } from '../../system/plain-file.ts';
import type { GitState } from './git-state.ts';

/** git writes files, then the index, and HEAD or the branch last: ms for which a written index may still be followed by one. */
const AFTER_INDEX = 100;

/** Asked before the files are read: git may write the last of them, and let go of its index, while they are. */
export const isIndexLocked = ({ checkout }: GitState): boolean =>
  checkout !== null && checkoutState(checkout.gitDir).indexLocked;

/**
 * Is git just changing the files of base's checkout (switch, reset, pull, stash)? Then what stands on disk is neither the
 * old nor the new commit's, and no edit. No process.
 * @param view as it was before the files were read
 * @param since epoch ms: an index written until then was our own work
 */
export async function isInMotion(
  repo: Repository,
  view: GitState & { readonly base: string },
  since: number,
): Promise<boolean> {
  if (view.checkout === null) return false;
  const { gitDir } = view.checkout;
  const { branch, indexLocked } = checkoutState(gitDir);
  if (indexLocked || branch !== view.baseRef || (await resolve(repo, view.baseRef)) !== view.base) return true;
  const written = statOrNone(join(gitDir, 'index'))?.mtimeMs ?? 0;
  return written > since + 1 && written + AFTER_INDEX > Date.now();
}
