import { git, type Repository } from '../../git/git.ts';
import type { EndedRunTrace } from './compare-shared.ts';
import * as messages from './messages.ts';
import { readStash } from './reflogs.ts';
import type { SharedStateBefore } from './shared-state.ts';

/** Stashes that the run left, and stashes of the user that it took: these are restored. */
export async function compareStash(
  repo: Repository,
  before: SharedStateBefore,
  { brief: { identity, worktree, taskId, tip }, result, commands }: EndedRunTrace,
): Promise<{ readonly faults: string[]; readonly escalate: string | null }> {
  const now = readStash(repo);
  const had = new Set(before.stash.map(({ sha }) => sha));
  const has = new Set(now.map(({ sha }) => sha));
  const faults = now.filter(({ sha, email }) => !had.has(sha) && email === identity.email).map(messages.leftInStash);
  const isDropping = commands.some(
    (argv) => argv.includes('stash') && argv.some((word) => /^(pop|drop|clear|branch)$/.test(word)),
  );
  // A task may take back what its own earlier runs left.
  const own = new RegExp(`^${taskId.toLowerCase()}\\.[a-z]+\\..*@kanban\\.invalid$`);
  const gone = isDropping ? before.stash.filter(({ sha, email }) => !has.has(sha) && !own.test(email)) : [];
  for (const { sha, message } of gone.toReversed())
    await git(['stash', 'store', '-m', message, sha], { cwd: repo.root });
  if (gone.length === 0) return { faults, escalate: null };
  const fault = messages.tookStash(gone);
  if (result.tip === tip) return { faults: [...faults, fault], escalate: null };
  return { faults: [...faults, fault], escalate: messages.stashMayBeInBranch(fault, { worktree, tip, taskId }) };
}
