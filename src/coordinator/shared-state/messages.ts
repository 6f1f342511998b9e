import { firstOf } from '../../first-of.ts';
import { join } from 'node:path';
import type { HiddenFile } from './hidden-files.ts';
import { shellPath } from '../../shell-word.ts';
import { unreachable } from '../../unreachable.ts';

const short = (sha: string): string => sha.slice(0, 10);

/* Stash. */

/** The command has the whole id: of a short one that is all digits git takes `stash@{<digits>}`. */
export const leftInStash = ({ sha, message }: { readonly sha: string; readonly message: string }): string =>
  `it left work in a stash, ${short(sha)} (${message}). Fix: git stash apply ${sha}, then commit`;

export const tookStash = (entries: readonly { readonly sha: string; readonly message: string }[]): string =>
  `it took your stash ${entries.map(({ sha, message }) => `${short(sha)} (${message})`).join(', ')}; kanban restored it`;

export const stashMayBeInBranch = (
  fault: string,
  { worktree, tip, taskId }: { readonly worktree: string; readonly tip: string; readonly taskId: string },
): string =>
  `${fault}, but its content may be in the branch. Fix: git -C ${shellPath(worktree)} reset --keep ${short(tip)} (or kanban rescope ${taskId})`;

/* The user's checkout. */

/** `head`: only HEAD was changed, and files and index are as they were. `stash`: changed files are in the way. */
export type WayBack = 'switch' | 'head' | 'stash';

/** @param before,now content of `.git/HEAD` */
export function switchedCheckout(
  root: string,
  { before, now, back }: { readonly before: string; readonly now: string; readonly back: WayBack },
): string {
  const shown = (head: string): string => head.replace(/^ref: (refs\/heads\/)?/, '');
  const git = `git -C ${shellPath(root)}`;
  const isBranch = before.startsWith('ref: ');
  const switched = `${git} switch ${isBranch ? shown(before) : `--detach ${before}`}`;
  const what = `it switched your checkout from ${shown(before)} to ${shown(now)}`;
  switch (back) {
    case 'switch':
      return `${what}; kanban does not touch your files. Fix: ${switched}`;
    case 'head':
      return `${what} and left its files as they are. Fix: ${git} ${isBranch ? `symbolic-ref HEAD ${before.slice('ref: '.length)}` : `update-ref --no-deref HEAD ${before}`}`;
    case 'stash':
      return `${what}; kanban does not touch your files. Some of them have changed since: the fix keeps the changes in a stash (git stash list). Fix: ${git} stash push --include-untracked && ${switched}`;
    default:
      return unreachable(back);
  }
}

/** @param files at least one */
export function filesHidden(files: readonly HiddenFile[]): string {
  const commands = new Map<string, string[]>();
  for (const { folder, path, shownBy } of files) {
    const command = `git -C ${shellPath(folder)} update-index ${shownBy} --`;
    commands.set(command, [...(commands.get(command) ?? []), shellPath(path)]);
  }
  const fix = [...commands].map(([command, paths]) => `${command} ${paths.join(' ')}`).join(' && ');
  return `changes of files in your checkout were hidden from git while it was active: ${firstOf(files.map(({ path }) => path))}. Fix: ${fix}`;
}

export const filesChanged = (paths: readonly string[]): string =>
  `files in your checkout changed while it was active: ${firstOf(paths)}. If you did not change them, see: git diff`;

/* Refs. */

/** @param current null: it is gone; '' = another commit; else the branch that it is an alias of now */
export const refChanged = (ref: string, from: string | null, current: string | null): string =>
  `${ref} was ${
    from === null
      ? 'made'
      : current === null
        ? 'deleted'
        : current === ''
          ? 'moved'
          : `made an alias of ${current} (git symbolic-ref)`
  }`;

export type RefLeftWhy = 'moved-again' | 'kanban-moves-it' | 'checked-out';

/** @param from as in `Refs` */
const commandOf = (ref: string, from: string | null): string =>
  from?.startsWith('ref: ') === true
    ? `git symbolic-ref ${ref} ${from.slice('ref: '.length)}`
    : `git update-ref --no-deref ${from === null ? `-d ${ref}` : `${ref} ${from}`}`;

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

/** @param kept null: it was an alias */
export const branchRemoved = (change: string, sha: string, kept: string | null): string =>
  kept === null ? `${change}, and removed` : `${change} at ${short(sha)}, and removed; it is kept as ${kept}`;

/* Base. */

interface BaseMoved {
  /** In full. */
  readonly base: string;
  readonly from: string;
  readonly to: string | null;
}

const baseMoved = ({ base, from, to }: BaseMoved): string =>
  to === null
    ? `it deleted ${shortBranch(base)}, which was at ${short(from)}`
    : `it moved ${shortBranch(base)} from ${short(from)} to ${short(to)}, which does not contain it`;

const shortBranch = (ref: string): string => ref.replace(/^refs\/heads\//, '');

/** @param kept the ref that keeps what it had made of base; null: nothing is to be kept */
export const baseMovedBack = (move: BaseMoved, kept: string | null): string =>
  `${baseMoved(move)}; kanban moved it back${kept === null ? '' : `, and keeps the other commit as ${kept}`}`;

export const baseNotMovedBack = (root: string, move: BaseMoved, why: string): string =>
  `${baseMoved(move)}; it could not be moved back (${why}). Fix: git -C ${shellPath(root)} ${commandOf(move.base, move.from).slice('git '.length)}`;

/** @param path of the checkout of base */
export const baseMovedWithCheckout = (path: string, move: BaseMoved): string =>
  `${baseMoved(move)}, with the files of your checkout. kanban does not touch your files, and waits. Fix: git -C ${shellPath(path)} reset --keep ${move.from}`;

/* Files of the git dir. */

export const fifoRemoved = (names: readonly string[]): string =>
  `${firstOf(names.map((name) => join('.git', name)))} was made a FIFO or device, which blocks git; kanban removed it${names.includes('index') ? '. Fix: git reset' : ''}`;

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
  `objects that the repository borrows could not be copied into it (${why}). Fix: git repack -a -d && rm ${shellPath(path)}`;

export const SHALLOW_NEEDED = 'commits that it cuts off are not in the repository. Fix: git fetch --unshallow';

/* Runs. */

export const notCompared = (why: string): string => `its changes outside its branch could not be compared: ${why}`;

export const ofRuns = (runIds: readonly string[], text: string): string =>
  `${runIds.length === 1 ? 'run' : 'runs'} ${runIds.join(', ')}: ${text}`;
