import { resolve } from 'node:path';
import type { Entry } from '../../board/entry.ts';
import type { Repository } from '../../git/git.ts';
import type { Problem } from '../../problem.ts';
import { namesIn } from '../../system/folder-names.ts';
import type { Settings } from '../../workflow/settings.ts';
import { inspectPlace } from '../../worktrees/worktree-place.ts';
import type { GitState } from './git-state.ts';
import { branchName, startRef, worktreePath } from './names.ts';
import * as messages from './messages.ts';

const HEADS = 'refs/heads/';

interface Sources {
  readonly repo: Repository;
  readonly git: Pick<GitState, 'refs'>;
  readonly settings: Settings;
}

/**
 * What keeps entries from getting their branch and worktree: a branch that the user made, a branch whose name rules
 * theirs out, something else at the path of their worktree. Each problem holds its entry. One folder is read, and what
 * stands there under the name of an entry.
 */
export function obstacleProblems(entries: readonly Entry[], sources: Sources): Problem[] {
  const { repo, git, settings } = sources;
  // That it cannot be read is reported by the start of the run.
  const folders = new Set(namesIn(resolve(repo.root, settings.worktrees)));
  const longer = longerNames(git.refs);
  return entries.flatMap(({ key, id, column, parked }) => {
    if (id === null || parked) return [];
    const name = branchName(settings, id);
    const held = (code: string, message: string, fix: string): Problem[] => [{ code, message, fix, holds: [key] }];
    if (git.refs.has(HEADS + name))
      return git.refs.has(startRef(id))
        ? []
        : held('foreign-branch', messages.foreignBranch(name), messages.renameBranch(name, id));
    const blocking = longer.get(HEADS + name) ?? shorterName(HEADS + name, git.refs);
    if (blocking !== undefined) {
      const other = blocking.slice(HEADS.length);
      return held('branch-blocked', messages.branchBlocked(name, other), messages.renameOther(other));
    }
    if (column !== 'TODO' || !folders.has(id)) return [];
    const path = worktreePath(repo, settings, id);
    const what = whatIsAt(repo, path, id);
    return what === null ? [] : held('worktree-path-taken', messages.pathTaken(path, what), messages.moveAway(path));
  });
}

/** What stands at a path besides the task's own worktree; null: nothing that is in the way. */
function whatIsAt(repo: Repository, path: string, id: string): string | null {
  const place = inspectPlace(repo, path, id);
  if (place.kind === 'foreign') return place.what;
  return place.kind === 'registered' && !place.ours ? messages.OTHER_WORKTREE : null;
}

/** Branches by the names that they rule out: `refs/heads/a/b` keeps `refs/heads/a` from being made. */
function longerNames(refs: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const ref of refs.keys()) {
    if (!ref.startsWith(HEADS)) continue;
    for (let end = ref.lastIndexOf('/'); end >= HEADS.length; end = ref.lastIndexOf('/', end - 1))
      names.set(ref.slice(0, end), ref);
  }
  return names;
}

/** A branch whose name is a folder in this one: `refs/heads/a` keeps `refs/heads/a/b` from being made. */
function shorterName(name: string, refs: ReadonlyMap<string, string>): string | undefined {
  for (let end = name.lastIndexOf('/'); end >= HEADS.length; end = name.lastIndexOf('/', end - 1))
    if (refs.has(name.slice(0, end))) return name.slice(0, end);
  return undefined;
}
