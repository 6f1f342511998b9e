import { firstOf } from '../first-of.ts';
import { shellPath } from '../shell-word.ts';
import { join } from 'node:path';
import type { Worktree } from '../git/checkout.ts';
import { TREE_MODE } from '../git/objects/tree.ts';
import type { InTheWay } from './files-in-the-way.ts';

/* Why base cannot be moved. */

export const operationOpen = (operation: string, path: string): string =>
  `a ${operation} is open in ${path}: finish or abort it`;
export const gitAtWork = (checkout: string): string => `another git process is at work in ${checkout}`;
export const indexLocked = ({ path, gitDir }: Worktree): string =>
  `${gitAtWork(path)} (${join(gitDir, 'index.lock')} exists; remove it if none is)`;
export const refLocked = (reason: string): string => `another git process holds a lock: ${reason}`;
export const stagedByUser = (path: string): string => `you have staged a change of ${path}: commit or unstage it`;
export const linkInRepository = (path: string): string =>
  `${path} is a symbolic link in the repository; make it a plain file or folder`;
export const linkInCheckout = (path: string): string =>
  `${path} is a symbolic link in the checkout; nothing is written through it: remove the link, then git checkout -- ${shellPath(path)}`;
export const checkoutNotUpdated = (path: string, reason: string): string => `git could not update ${path}: ${reason}`;
export const gitEnded = (output: string): string => `git merge was ended${output === '' ? '' : `: ${output}`}`;
export const problemsWithFixes = (problems: readonly { readonly message: string; readonly fix?: string }[]): string =>
  problems.map(({ message, fix }) => (fix === undefined ? message : `${message} (${fix})`)).join('; ');

const WAYS: Readonly<Record<InTheWay['what'], string>> = {
  changed: 'you have changed',
  staged: 'you have staged',
  deleted: 'you have deleted',
  'not-in-git': 'files that git does not track are in the way:',
};
export const inTheWay = (what: InTheWay['what'], paths: readonly string[]): string => `${WAYS[what]} ${firstOf(paths)}`;

/* The disk. */

export const THE_REPOSITORY = 'the repository';
export const diskFull = (path: string): string => `the disk is full: ${path}`;
export const fileTooLarge = (path: string): string => `the limit of the file size is reached (ulimit -f): ${path}`;
export const notWritable = (path: string): string => `${path} can't be written`;
export const notAFile = (path: string): string => `${path} is not a file`;
export const DISK_CHANGED = 'the disk changed meanwhile';
export const contentGone = (path: string): string => `the new content of ${path} is gone`;

/* What cannot be built or merged. */

export const notACommit = (sha: string): string => `${sha} is not a commit`;
export const notACommitHere = (sha: string): string => `${sha} is not a commit of this repository`;
export const NO_COMMON_HISTORY = 'base and its branch have no common history';
export const ALREADY_IN_BASE = 'base already contains its branch';
export const noTree = (tip: string): string => `git merge-tree gave no tree for ${tip}`;
export const entryNotRemovable = (id: string): string => `the entry of ${id} can't be taken off the board`;
export const noPlaceForChangelog = (found: string, changelog: string | null): string =>
  `${found} in base, and a landing adds its line to a file ${changelog}: move it away, or set changelog: in WORKFLOW.md`;
export const EMPTY_CHAIN = 'the chain has no landing';
export const MERGE_WITHOUT_JOURNAL = 'git merge ran without a journal';

const KINDS: Readonly<Record<string, string>> = {
  [TREE_MODE]: 'a folder',
  '120000': 'a symbolic link',
  '160000': 'a submodule',
};
/** `CHANGELOG.md is a folder` */
export const kindOf = (path: string, mode: string): string =>
  `${path} is ${mode.startsWith('100') ? 'a file' : (KINDS[mode] ?? 'not a file')}`;
export const FILE_NOT_REMOVED = 'not removed: the file itself';
export const notInMerge = (path: string | null, left: readonly string[]): string =>
  `some changes to ${path} are not in the merge (${left.join('; ')})`;

/* What an undo needs. */

export const undoSubject = (sha: string): string => `Take back ${sha}\n`;
export const NO_LONGER_IN_BASE = 'base no longer contains its landing';
export const LANDING_UNKNOWN = 'its landing is not in this repository';
export const HISTORY_TOO_SHORT = 'the history here does not reach back to the commit before its landing';

/* What the audit of a landing finds. */

export const landingOf = (id: string): string => `the landing of ${id}`;
export const landingMissing = (baseRef: string, sha: string): string =>
  `${baseRef} does not contain the landing ${sha}`;
export const otherTree = (sha: string): string => `${sha} does not hold the tree that was built`;
export const otherParents = (sha: string, parents: string | undefined): string =>
  `${sha} has the parents ${parents ?? 'of nothing'}`;
export const changedWithoutBranch = (path: string): string => `${path} changed, but the branch did not change it`;
export const branchChangeMissing = (path: string): string => `the branch's change of ${path} is not in the landing`;
export const baseElsewhere = (baseRef: string, tip: string | null, sha: string): string =>
  `${baseRef} is at ${tip ?? 'nothing'}, not at ${sha}`;
export const notAsPlanned = (path: string): string => `${path} differs from the plan`;

/* Commit messages. */

/** Subject of a commit of the user's own edit. */
export const HAND_EDIT_SUBJECT = 'kanban: board edited by hand';
export const restoredSubject = (ids: readonly string[]): string => `kanban: ${ids.join(', ')} restored`;
export const RESTORED_BODY = 'A save that may have been made from an older text lacked it.';
export const movesSubject = (ids: readonly string[]): string => `kanban: ${ids.length} moves (${ids.join(', ')})`;
export const reasonSubject = (id: string, column: string, reason: string): string =>
  `kanban: ${id} ${column}: ${reason.length > 72 ? `${reason.slice(0, 69)}...` : reason}`;
