import { git, zeroSplit } from './git.ts';
import type { LiveRun } from './live-run.ts';
import { identityOf } from './rescue.ts';
import { shortName } from './worktree-state.ts';

/**
 * Merges base into the task's branch, where base has changed anything but the board since: moves alone would only
 * make every tip a new one. A conflict is taken back.
 * @returns null when base is contained, else what is in the way, for the report.
 */
export async function shellMergeBase(run: LiveRun): Promise<string | null> {
  const { base, board, taskId } = run.brief;
  const news = await git(run.brief, ['diff', '--quiet', '--no-ext-diff', `HEAD...${base}`, '--', ':(top)', `:(top,exclude,literal)${board}`]);
  if (news.code === 0) return null;
  const name = shortName(base);
  run.phase(`merge ${name}`);
  const end = await git(run.brief, ['merge', '--no-ff', '--no-edit', '--no-stat', '--no-verify-signatures', '-m', `${taskId}: merge ${name}`, base], { env: identityOf(run.brief) });
  run.say(`$ git merge ${name}\n${end.stdout}${end.stderr}`.trimEnd());
  if (end.code === 0) return null;
  const conflicts = zeroSplit((await git(run.brief, ['diff', '--name-only', '--diff-filter=U', '-z'])).stdout);
  await git(run.brief, ['merge', '--abort']);
  if (conflicts.length > 0) return `Merging ${name} into the branch conflicts in:\n\n${conflicts.map((path) => `- ${path}`).join('\n')}`;
  return `${name} could not be merged into the branch: ${(end.stderr || end.stdout).trim()}`;
}
