import { join, resolve } from 'node:path';
import type { Repository } from '../../git/git.ts';
import type { Settings } from '../../workflow/settings.ts';

/** The task's branch, by the `branch` setting. */
export const branchName = (settings: Settings, id: string): string => settings.branch.replaceAll('{id}', id);

/** Absolute path of the task's worktree. */
export const worktreePath = (repo: Pick<Repository, 'root'>, settings: Settings, id: string): string =>
  join(resolve(repo.root, settings.worktrees), id);

/** Start refs, one per task branch. */
export const START_REFS = 'refs/kanban/start/';

/** The ref that keeps the commit of base from which the task's branch starts. */
export const startRef = (id: string): string => `${START_REFS}${id}`;
