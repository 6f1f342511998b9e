import type { KanbanEvent } from '../../contract/event.ts';
import type { Repository } from '../../git/git.ts';
import { updateRefs } from '../../git/refs.ts';
import { ensureWorktree } from '../../worktrees/worktrees.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { GitState } from '../observe/git-state.ts';
import { branchName, startRef, worktreePath } from '../observe/names.ts';
import * as messages from './messages.ts';

/** Where a run works. */
export interface Place {
  /** Full ref. */
  readonly branch: string;
  /** The worktree, absolute. */
  readonly path: string;
  readonly gitDir: string;
  /** The commit of base that the branch starts from. */
  readonly start: string;
  readonly tip: string;
}

export interface PlaceInput {
  readonly id: string;
  readonly git: GitState;
  readonly settings: Settings;
  /** Base's tip. */
  readonly base: string;
}

/** The task's branch and worktree, made where they are missing. */
export async function ensurePlace(
  repo: Repository,
  { id, git, settings, base }: PlaceInput,
  emit: (event: KanbanEvent) => void,
): Promise<{ readonly ok: true; readonly value: Place } | { readonly ok: false; readonly why: string }> {
  const branch = `refs/heads/${branchName(settings, id)}`;
  const path = worktreePath(repo, settings, id);
  const tip = git.refs.get(branch);
  const start = git.refs.get(startRef(id));
  if (tip === undefined && start !== undefined) await updateRefs(repo, [{ ref: startRef(id), to: null, from: start }]);
  const startSha = tip !== undefined && start !== undefined ? start : base;
  const made = await ensureWorktree({
    repo,
    id,
    branchRef: branch,
    path,
    startSha,
    branchExists: tip !== undefined,
  });
  if (!made.ok) return { ok: false, why: messages.withFix(made.problem) };
  for (const file of made.notCopied) emit({ type: 'notice', message: messages.notCopied(file, path) });
  return { ok: true, value: { branch, path, gitDir: made.gitDir, start: startSha, tip: tip ?? startSha } };
}
