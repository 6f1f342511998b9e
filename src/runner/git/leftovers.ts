import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Repository } from '../../git/git.ts';
import { nestedRepository } from '../../git/branch/messages.ts';
import { commitAt, orNull } from './branch-facts.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Rescue } from '../../contract/result.ts';
import { git, mustGit } from './runner-git.ts';
import { identityOf, removePaths, rescuePaths } from './rescue.ts';
import { commitStaged } from './run-commit.ts';
import type { Change, WorktreeState } from './worktree-state.ts';
import * as messages from './messages.ts';

const BIGGEST = 5 * 1024 * 1024;

/** What became of the uncommitted work. */
export interface Leftovers {
  /** The commit that holds it; null if nothing was to be committed. */
  readonly commit: string | null;
  readonly rescued: readonly Rescue[];
  readonly faults: readonly string[];
}

/**
 * Commits what the agent left uncommitted, by one commit with one parent. Not committed but rescued: files over 5 MB
 * or named like secrets (they stay on disk), repositories of their own (likewise), and a tester's new files (out of
 * the worktree, or the next status would be full of them).
 * @param message the commit's message.
 */
export async function commitLeftovers(
  brief: Brief,
  repo: Repository,
  state: WorktreeState,
  message: string,
): Promise<Leftovers> {
  if (state.changes.length === 0) return { commit: null, rescued: [], faults: [] };
  const { commit, aside, away } = sort(brief, state.changes);
  const rescued: Rescue[] = [];
  const faults = nestedFaults(brief, aside);
  if (aside.length > 0) rescued.push(await rescuePaths(brief, aside, messages.NOT_COMMITTED, null));
  if (away.length > 0) rescued.push(await rescuePaths(brief, away, messages.NEW_FILES_OF_TESTER, null));
  await unstage(
    brief,
    state.changes.filter((change) => change.kind === 'added' && !commit.includes(change)).map((change) => change.path),
  );
  removePaths(brief, away);
  if (commit.length === 0) return { commit: null, rescued, faults };
  const done = await commitPaths(brief, repo, state, { changes: commit, message });
  if (done.failure === null) return { commit: done.commit, rescued, faults };
  const kept = await rescuePaths(
    brief,
    commit.map((change) => change.path),
    messages.COMMIT_FAILED,
    state.head,
  );
  return {
    commit: null,
    rescued: [...rescued, kept],
    faults: [...faults, messages.leftoversNotCommitted(kept.ref, done.failure)],
  };
}

function sort(brief: Brief, changes: readonly Change[]): { commit: Change[]; aside: string[]; away: string[] } {
  const commit: Change[] = [];
  const aside: string[] = [];
  const away: string[] = [];
  for (const change of changes) {
    if (change.kind === 'changed') commit.push(change);
    else if (staysOut(brief.worktree, change.path))
      (brief.role === 'tester' && !isRepository(change.path) ? away : aside).push(change.path);
    else if (brief.role === 'tester') away.push(change.path);
    else commit.push(change);
  }
  return { commit, aside, away };
}

function staysOut(worktree: string, path: string): boolean {
  const name = basename(path);
  if (isRepository(path) || name.startsWith('.env') || name.endsWith('.pem') || name.endsWith('.key')) return true;
  try {
    return lstatSync(join(worktree, path)).size > BIGGEST;
  } catch {
    return false;
  }
}

/** `git status` shows a repository inside the worktree as a folder, even with `--untracked-files=all`. */
const isRepository = (path: string): boolean => path.endsWith('/');

/** What a task agent builds in a repository of its own is not in its branch. A tester's may be what a test needs. */
function nestedFaults(brief: Brief, paths: readonly string[]): string[] {
  if (brief.role !== 'task') return [];
  return paths.filter(isRepository).map((path) => nestedRepository(brief.taskId, path.replace(/\/$/, ''), false));
}

async function unstage(brief: Brief, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await mustGit(brief, ['--literal-pathspecs', 'reset', '-q', '--pathspec-from-file=-', '--pathspec-file-nul'], {
    input: paths.map((path) => `${path}\0`).join(''),
  });
}

/** @returns the commit (null when there was nothing after all), or what git said. */
async function commitPaths(
  brief: Brief,
  repo: Repository,
  state: WorktreeState,
  { changes, message }: { readonly changes: readonly Change[]; readonly message: string },
): Promise<{ commit: string | null; failure: string | null }> {
  const paths = changes.map((change) => change.path);
  const add =
    changes.length === state.changes.length
      ? await git(brief, ['add', '-A', '--sparse'])
      : await git(
          brief,
          ['--literal-pathspecs', 'add', '-A', '--sparse', '--pathspec-from-file=-', '--pathspec-file-nul'],
          {
            input: paths.map((path) => `${path}\0`).join(''),
          },
        );
  if (add.code !== 0) return { commit: null, failure: add.stderr.trim() };
  const quick =
    state.head === null ? null : await orNull(commitStaged(repo, brief, { head: state.head, paths, message }));
  if (quick !== null) return { commit: quick === 'nothing' ? null : quick, failure: null };
  const commit = await git(brief, ['commit', '-q', '--no-verify', '--cleanup=verbatim', '-F', '-'], {
    env: identityOf(brief),
    input: `${message}\n`,
  });
  if (commit.code === 0) return { commit: await commitAt(repo, brief, brief.branch), failure: null };
  const nothing = /nothing to commit|nothing added to commit|no changes added/.test(commit.stdout + commit.stderr);
  return { commit: null, failure: nothing ? null : (commit.stderr + commit.stdout).trim() };
}
