import { lockHolder, takeLock } from '../system/lock.ts';
import { removeOldRuns } from '../runs/retention.ts';
import { git, type Repository } from '../git/git.ts';
import { readRefs, updateRefs } from '../git/refs.ts';
import { recover } from '../landing/recovery/recover.ts';
import { endProcesses } from '../runner/sweep.ts';
import { kanbanDir } from '../coordinator/observe/git-state.ts';
import { branchName, startRef } from '../coordinator/observe/names.ts';
import { idsWithNeededRuns } from '../coordinator/observe/needed-runs.ts';
import { WITHOUT_COORDINATOR } from '../coordinator/observe/observation.ts';
import { Observer } from '../coordinator/observe/observer.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';
import { orphanProcesses } from './leftovers.ts';
import * as messages from './messages.ts';

/** Only while no coordinator runs: it does all this by itself. */
export async function applyFixes(repo: Repository): Promise<string[]> {
  const other = lockHolder(kanbanDir(repo));
  if (other !== null && other.holder?.command === undefined) return [messages.COORDINATOR_CLEANS_UP];
  const taken = await takeLock(kanbanDir(repo), { command: 'kanban doctor --fix', wait: 10_000 });
  if (!taken.ok) return [taken.problem.message];
  try {
    const fixed = (await recover(repo)).map((event) =>
      'message' in event ? event.message : `${event.type} ${event.commit.slice(0, 10)}`,
    );
    const left = orphanProcesses(repo);
    if (left.length > 0) await endProcesses(left);
    fixed.push(...left.map(({ pid, command }) => messages.endedProcess(pid, command)));
    const pruned = await oldRuns(repo);
    if (pruned > 0) fixed.push(messages.removedRuns(pruned));
    fixed.push(...(await dropStaleStarts(repo)));
    await git(['worktree', 'prune'], { cwd: repo.root });
    return fixed;
  } finally {
    taken.release();
  }
}

/** @returns how many folders of old runs were removed */
async function oldRuns(repo: Repository): Promise<number> {
  const observed = await new Observer(repo).observe({ ...WITHOUT_COORDINATOR, now: Date.now() });
  const needed = observed.ok ? idsWithNeededRuns(observed.value) : null;
  if (!observed.ok || needed === null) return 0;
  return (await removeOldRuns(repo.root, observed.value.workflow.settings.keep, needed, Date.now())).length;
}

/** Start refs and pins whose branch is gone. */
async function dropStaleStarts(repo: Repository): Promise<string[]> {
  const refs = new Map(
    (await readRefs(repo, ['refs/heads/', 'refs/kanban/start/', 'refs/kanban/inflight/'])).map(({ name, sha }) => [
      name,
      sha,
    ]),
  );
  const read = await new WorkflowReader(repo).read();
  if (!read.ok) return [];
  const { settings } = read.value.workflow;
  const stale = [...refs].filter(([name]) => {
    if (name.startsWith('refs/kanban/inflight/')) return true;
    const id = name.startsWith(startRef('')) ? name.slice(startRef('').length) : null;
    return id !== null && !refs.has(`refs/heads/${branchName(settings, id)}`);
  });
  await updateRefs(
    repo,
    stale.map(([ref, from]) => ({ ref, to: null, from })),
  );
  return stale.map(([name]) => messages.removed(name));
}
