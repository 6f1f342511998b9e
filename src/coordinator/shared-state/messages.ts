import { join } from 'node:path';

const short = (sha: string): string => sha.slice(0, 10);

/** The first paths, and how many more there are. */
const listed = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more`;

/* Stash. */

export const leftInStash = ({ sha, message }: { readonly sha: string; readonly message: string }): string =>
  `it left work in a stash, ${short(sha)} (${message}). Fix: git stash apply ${short(sha)}, then commit`;

export const tookStash = (entries: readonly { readonly sha: string; readonly message: string }[]): string =>
  `it took your stash ${entries.map(({ sha, message }) => `${short(sha)} (${message})`).join(', ')}; kanban restored it`;

export const stashMayBeInBranch = (
  fault: string,
  { worktree, tip, taskId }: { readonly worktree: string; readonly tip: string; readonly taskId: string },
): string =>
  `${fault}, but its content may be in the branch. Fix: git -C '${worktree}' reset --keep ${short(tip)} (or kanban rescope ${taskId})`;

/* The user's checkout. */

/** @param before,now content of `.git/HEAD` */
export function switchedCheckout(root: string, before: string, now: string): string {
  const shown = (head: string): string => head.replace(/^ref: (refs\/heads\/)?/, '');
  const branch = before.startsWith('ref: ') ? shown(before) : `--detach ${before}`;
  return `it switched your checkout from ${shown(before)} to ${shown(now)}; kanban does not touch your files. Fix: git -C '${root}' switch ${branch}`;
}

export const filesChanged = (paths: readonly string[]): string =>
  `files in your checkout changed while it was active: ${listed(paths)}. If you did not change them, see: git diff`;

/* Refs. */

export const refChanged = (ref: string, from: string | null, current: string | null): string =>
  `${ref} was ${from === null ? 'made' : current === null ? 'deleted' : 'moved'}`;

export type RefLeftWhy = 'moved-again' | 'kanban-moves-it' | 'checked-out';

const commandOf = (ref: string, from: string | null): string =>
  from === null ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${from}`;

export function refLeft(change: string, why: RefLeftWhy, ref: string, from: string | null): string {
  switch (why) {
    case 'moved-again':
      return `${change}, and moved again by another process, so it was left as it is. Before: ${from ?? 'none'}`;
    case 'kanban-moves-it':
      return `${change}; kanban moves it as well, so it was left as it is. Fix: ${commandOf(ref, from)}`;
    case 'checked-out':
      return `${change}; it is checked out, so it was left as it is. Fix: ${commandOf(ref, from)}`;
  }
}

/** @param kept the ref that keeps what was replaced */
export const refRestored = (change: string, kept: string | null): string =>
  `${change}, and restored${kept === null ? '' : `; the replaced commit is kept as ${kept}`}`;

export const refNotRestored = (change: string, why: string, ref: string, from: string | null): string =>
  `${change}, and not restored (${why}). Fix: ${commandOf(ref, from)}`;

export const branchRemoved = (change: string, sha: string, kept: string): string =>
  `${change} at ${short(sha)}, and removed; it is kept as ${kept}`;

/* Files of the git dir. */

export const fifoRemoved = (names: readonly string[]): string =>
  `${listed(names.map((name) => join('.git', name)))} was made a FIFO or device, which blocks git; kanban removed it${names.includes('index') ? '. Fix: git reset' : ''}`;

export const changeLeft = (change: string): string =>
  `${change} changed while it was active; it was left as it is, since kanban cannot tell who changed it`;

/** @param failed why it could not be restored; null = it is. @param command makes the change again */
export function changeUndone(change: string, failed: string | null, command: string | null): string {
  const done =
    failed === null
      ? ', and restored'
      : `. kanban cannot restore it now (${failed}); it tries again, and holds landings until then`;
  return `${change} was changed${done}${command === null ? '' : `. If you changed it yourself: ${command}`}`;
}

export const notRestorable = (changes: readonly string[], why: string): string =>
  `${changes.join(', ')} cannot be restored: ${why}`;

export const landingsHeld = (why: string): string => `${why}. kanban holds landings, and tries again`;

export const RESTORED = 'what runs changed in .git is restored; landings continue';

export const borrowedNotCopied = (why: string, path: string): string =>
  `objects that the repository borrows could not be copied into it (${why}). Fix: git repack -a -d && rm '${path}'`;

export const SHALLOW_NEEDED = 'commits that it cuts off are not in the repository. Fix: git fetch --unshallow';

/* Runs. */

export const notCompared = (why: string): string => `its changes outside its branch could not be compared: ${why}`;

export const ofRuns = (runIds: readonly string[], text: string): string =>
  `${runIds.length === 1 ? 'run' : 'runs'} ${runIds.join(', ')}: ${text}`;
