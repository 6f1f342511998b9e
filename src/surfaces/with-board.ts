import type { GitState } from '../coordinator/observe/git-state.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';
import { closeRepository } from '../git/close.ts';
import { openRepository } from '../git/open-repository.ts';
import { type Repository } from '../git/git.ts';
import { ok, type Result } from '../problem.ts';
import type { Settings } from '../workflow/settings.ts';

export interface BoardContext {
  readonly repo: Repository;
  readonly settings: Settings;
  /** The prose of WORKFLOW.md. */
  readonly rules: string;
  readonly view: GitState;
}

/** The repository that `cwd` is in and its settings, for commands that only look; git processes that stay are ended. */
export async function withBoard<T>(cwd: string, look: (board: BoardContext) => Promise<Result<T>>): Promise<Result<T>> {
  const opened = await openRepository(cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  try {
    const read = await new WorkflowReader(repo).read();
    return read.ok ? await look({ repo, ...read.value.workflow, view: read.value.view }) : read;
  } finally {
    closeRepository(repo);
  }
}

/** For commands that need no more than the settings. */
export const readSettings = (cwd: string): Promise<Result<Settings>> =>
  withBoard(cwd, async ({ settings }) => ok(settings));
