import { firstOf } from '../../first-of.ts';
import { shellPath, shellQuoted, shellWord } from '../../shell-word.ts';

export const MAX_IN_COMMAND = 30;

/** In .gitattributes blanks end a pattern, and `*?[\` match. */
const attributePattern = (path: string): string => `/${path.replaceAll(/[\s*?[\]\\"]/g, '?')}`;

const short = (sha: string): string => sha.slice(0, 10);

export const cannotExamine = (reason: string): string =>
  `the branch cannot be examined: ${reason}. Fix: git fsck --connectivity-only`;
export const noCommonHistory = (tip: string): string =>
  `commit ${short(tip)} cannot be examined: it has no history in common with base`;
export const cannotExamineMerge = (merge: string, firstParent: string): string =>
  `merge ${short(merge)} cannot be examined: git does not merge its parents. Fix: git reset --hard ${short(firstParent)}, then merge again`;
const restorePaths = (from: string, to: string, paths: readonly string[]): string =>
  `git diff --binary ${short(from)} ${short(to)} -- ${paths.slice(0, MAX_IN_COMMAND).map(shellPath).join(' ')} | git apply --3way --index`;
export const takesBackLanded = (
  id: string,
  paths: readonly string[],
  trees: { readonly from: string; readonly to: string },
): string =>
  `the branch was put on a later base and takes back what landed there: ${firstOf(paths)}. Fix: ${restorePaths(trees.from, trees.to, paths)} && git commit -m '${id}: put back what had landed'`;
export const mergeDrops = (
  id: string,
  paths: readonly string[],
  { merge, tree }: { readonly merge: string; readonly tree: string },
): string =>
  `merge ${short(merge)} drops what git merges clean: ${firstOf(paths)}. Fix: ${restorePaths(merge, tree, paths)} && git commit -m '${id}: put back what the merge dropped'`;
/** @param isCommitted git has its commit id in the branch */
export const nestedRepository = (id: string, path: string, isCommitted: boolean): string => {
  const folder = shellPath(path);
  const drop = isCommitted ? `git rm -q --cached ${folder} && ` : '';
  return `${path} is a repository of its own: git keeps none of its files in the branch. Fix: ${drop}rm -rf ${shellPath(`${path}/.git`)} && git add ${folder} && git commit -m ${shellQuoted(`${id}: the files of ${path}`)}`;
};
export const markersLeft = (id: string, paths: readonly string[]): string => {
  const some = paths.slice(0, MAX_IN_COMMAND);
  const attributes = some.map((path) => shellWord(`${attributePattern(path)} conflict-marker-size=32`));
  return `conflict markers were left in ${firstOf(paths)}. Fix: resolve the lines that this prints, then commit: git grep -nE '^(<<<<<<<|=======|>>>>>>>)' -- ${some.map(shellPath).join(' ')}. If the file is meant to contain them: printf '%s\\n' ${attributes.join(' ')} >> .gitattributes && git add .gitattributes && git commit -m '${id}: these files contain conflict markers on purpose'`;
};
