import { basename } from 'node:path';
import { baseHasNews, commitAt, repositoryOf, standingOf } from '../git/branch-facts.ts';
import { git, zeroSplit } from '../git/runner-git.ts';
import type { LiveRun } from '../live-run.ts';
import { mergeTrees } from '../git/merge-trees.ts';
import { identityOf } from '../git/rescue.ts';
import { writeRunCommit } from '../git/run-commit.ts';
import { shortName } from '../git/worktree-state.ts';
import * as messages from './messages.ts';

/**
 * Merges base into the task's branch, where base has changed anything but the board since: moves alone would only
 * make every tip a new one. A conflict leaves the worktree as it was.
 * @returns null when base is contained, else what is in the way, for the report.
 */
export async function shellMergeBase(run: LiveRun): Promise<string | null> {
  const { brief } = run;
  // By the name that the worktree's HEAD has in the whole repository.
  const head = await commitAt(repositoryOf(brief), brief, `worktrees/${basename(brief.gitDir)}/HEAD`);
  if (head === null) return mergeInWorktree(run);
  const standing = await standingOf(brief, head);
  if (!(await baseHasNews(standing))) return null;
  const name = shortName(brief.base);
  run.phase(`merge ${name}`);
  const { tree, clean, conflicted } = standing.base === null ? UNKNOWN : await mergeTrees(brief, [head, standing.base]);
  if (tree === null || standing.base === null || (!clean && conflicted.length === 0)) return mergeInWorktree(run);
  if (!clean) return inConflict(run, conflicted);
  const merge = writeRunCommit(standing.repo, brief, {
    tree,
    parents: [head, standing.base],
    message: `${messages.mergeSubject(brief.taskId, name)}\n`,
  });
  const end = await git(brief, ['merge', '-q', '--ff-only', '--no-stat', '--no-verify-signatures', merge], {
    env: identityOf(brief),
  });
  run.emit(`$ git merge ${name}\n${end.stdout}${end.stderr}`.trimEnd());
  if (end.code !== 0) return messages.notMerged(name, end.stderr || end.stdout);
  run.cleanMerges.push(merge);
  return null;
}

const UNKNOWN = { tree: null, clean: false, conflicted: [] };

/** By git alone: `merge-tree` had no answer. */
async function mergeInWorktree(run: LiveRun): Promise<string | null> {
  const { base, taskId } = run.brief;
  const name = shortName(base);
  const end = await git(
    run.brief,
    [
      'merge',
      '--no-ff',
      '--no-edit',
      '--no-stat',
      '--no-verify-signatures',
      '-m',
      messages.mergeSubject(taskId, name),
      base,
    ],
    { env: identityOf(run.brief) },
  );
  run.emit(`$ git merge ${name}\n${end.stdout}${end.stderr}`.trimEnd());
  if (end.code === 0) return null;
  const conflicted = zeroSplit((await git(run.brief, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout);
  await git(run.brief, ['merge', '--abort']);
  return conflicted.length > 0 ? inConflict(run, conflicted) : messages.notMerged(name, end.stderr || end.stdout);
}

function inConflict(run: LiveRun, paths: readonly string[]): string {
  const list = paths.map((path) => `- ${path}`).join('\n');
  run.emit(`conflicts:\n${list}`);
  return messages.mergeConflicts(shortName(run.brief.base), list);
}
