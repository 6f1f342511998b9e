export const MAX_IN_COMMAND = 30;

export const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** In .gitattributes blanks end a pattern, and `*?[\` match. */
export const attributePattern = (path: string): string => `/${path.replaceAll(/[\s*?[\]\\"]/g, '?')}`;

export const listed = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;

const short = (sha: string): string => sha.slice(0, 10);

export const cannotExamine = (reason: string): string =>
  `the branch cannot be examined: ${reason}. Fix: git fsck --connectivity-only`;
export const noCommonHistory = (tip: string): string =>
  `commit ${short(tip)} cannot be examined: it has no history in common with base`;
export const cannotExamineMerge = (merge: string, firstParent: string): string =>
  `merge ${short(merge)} cannot be examined: git does not merge its parents. Fix: git reset --hard ${short(firstParent)}, then merge again`;
