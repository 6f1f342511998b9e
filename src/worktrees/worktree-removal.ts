import { existsSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { git } from '../git/git.ts';
import type { Repository } from '../git/git.ts';
import { scanIndex } from '../git/index/index-scan.ts';
import { isReachable, nestedIn, resolve, snapshot, workState } from './rescue.ts';
import type { WorkFolder, WorkState } from './rescue.ts';
import { inspectPlace, REMOVING_MARK } from './worktree-place.ts';
import type { Place } from './worktree-place.ts';
import * as messages from './messages.ts';
import { shellPath } from '../shell-word.ts';

/** A task's worktree. */
export interface TaskWorktree {
  readonly repo: Repository;
  readonly id: string;
  /** Full ref: `refs/heads/T-12`. */
  readonly branchRef: string;
  /** Absolute. */
  readonly path: string;
}

export type RemovedWorktree =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: string;
      /** Set where a rescue does not help: the user has to look at it. What to do, as text or as a command. */
      readonly fix?: string;
    };

/**
 * Removes a task's worktree if nothing in it would be lost, whole or half-deleted as it may be. Two git processes.
 * @throws GitError
 */
export async function removeIfKept(worktree: TaskWorktree, rescued: string | null = null): Promise<RemovedWorktree> {
  const { repo, id, path } = worktree;
  const place = inspectPlace(repo, path, id);
  if (place.kind === 'free') return { ok: true };
  if (place.kind === 'foreign') return { ok: false, why: messages.isInstead(path, place.what), fix: moveAside(path) };
  if (place.kind === 'registered' && !place.ours)
    return { ok: false, why: messages.notOurs(path), fix: `git worktree remove ${shellPath(path)}` };
  if (place.kind === 'orphan' || place.folder) {
    if (place.kind === 'registered') relink(path, place);
    const folder = folderOf(worktree, place);
    const state = await workState(folder);
    const changes =
      place.kind === 'registered' && place.removing ? state.changes.filter(({ deleted }) => !deleted) : state.changes;
    const nested = nestedIn(folder, changes);
    if (nested.length > 0) return onlyCopy(path, nested);
    const why = await whyNot(folder, { ...state, changes }, rescued);
    if (why !== null) return { ok: false, why };
  }
  return await takeAway(worktree, place);
}

/** A repository's history is in its own folder, so nothing else has it; a nested worktree may have anything in it. */
function onlyCopy(path: string, nested: readonly string[]): RemovedWorktree {
  return {
    ok: false,
    why: messages.holdsRepositories(
      nested.map((name) => `${path}/${name}`),
      path,
    ),
    fix: moveAside(`${path}/${nested[0]}`),
  };
}

const moveAside = (path: string): string => messages.removeByHand(path);

/** The last step of a removal, which asks nothing. Two -f: a locked worktree goes too, whatever stands in it; both were looked at. */
export async function takeAway({ repo, path }: TaskWorktree, place: Place): Promise<RemovedWorktree> {
  if (place.kind === 'orphan') rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  if (place.kind === 'registered') {
    relink(path, place);
    writeFileSync(join(place.gitDir, REMOVING_MARK), '');
    await git(['worktree', 'remove', '--force', '--force', path], { cwd: repo.root });
  }
  return existsSync(path) ? { ok: false, why: messages.filesAppeared(path) } : { ok: true };
}

/** Why this worktree may not be removed; null if all that is in it is kept elsewhere. */
async function whyNot(folder: WorkFolder, state: WorkState, rescued: string | null): Promise<string | null> {
  if (state.changes.length > 0) {
    const why = messages.uncommitted(state.changes.map(({ path }) => path));
    if (rescued === null) return why;
    const now = await snapshot(folder, state.head);
    if (now.tree !== (await resolve(folder.repo, `${rescued}^{tree}`))) return messages.notAllRescued(why, rescued);
  }
  if (!(await isReachable(folder, state))) return messages.headOnNoBranch(state.head ?? '');
  if (folder.gitDir === null) return null;
  const nested = nestedRepositories(folder.path, folder.gitDir, folder.repo);
  if (nested.length > 0) return messages.onlyCopy(nested);
  return existsSync(join(folder.gitDir, 'modules')) ? await submoduleWork(folder) : null;
}

/** Committed as no more than a commit id, with their objects in this very folder (a submodule's are in the git dir). */
const nestedRepositories = (path: string, gitDir: string, repo: Repository): string[] =>
  (scanIndex(gitDir, repo.objectFormat)?.gitlinks ?? []).filter(
    (link) => lstatSync(join(path, link, '.git'), { throwIfNoEntry: false })?.isDirectory() === true,
  );

/** Commits and changes in submodules live in the worktree's git dir only, and would go with it. */
async function submoduleWork({ path }: WorkFolder): Promise<string | null> {
  const look = 'git status --porcelain -unormal && git rev-list -1 HEAD --branches --not --remotes';
  const { stdout } = await git(
    ['submodule', '--quiet', 'foreach', '--recursive', `found=$(${look}) && test -z "$found" || echo "$displaypath"`],
    { cwd: path },
  );
  const dirty = stdout.split('\n').filter((line) => line !== '');
  return dirty.length === 0 ? null : messages.submoduleWork(dirty);
}

/** How git is given it. */
export const folderOf = ({ repo, path, branchRef }: TaskWorktree, place: Place): WorkFolder => ({
  repo,
  path,
  gitDir: place.kind === 'registered' ? place.gitDir : null,
  branchRef,
});

/** Puts back a `.git` file that is missing: git can do nothing with the folder without it. */
export function relink(path: string, place: Place): void {
  if (place.kind === 'registered' && place.folder && !place.linked)
    writeFileSync(join(path, '.git'), `gitdir: ${place.gitDir}\n`);
}
