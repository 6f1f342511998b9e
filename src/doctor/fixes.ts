import { lockHolder, takeLock } from '../system/lock.ts';
import { pruneRuns } from '../runs/run-store.ts';
import { git, type Repository } from '../git/git.ts';
import { readRefs, updateRefs } from '../git/refs.ts';
import { recover } from '../landing/recovery/recover.ts';
import { endProcesses } from '../runner/sweep.ts';
import { kanbanDir } from '../coordinator/observe/git-state.ts';
import { startRef } from '../coordinator/observe/names.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';
import { orphanProcesses } from './leftovers.ts';
import * as messages from './messages.ts';

/** Folders of older runs are removed, ms. */
const RUNS_KEPT_MS = 14 * 24 * 3_600_000;

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
    const pruned = pruneRuns(repo.root, Date.now() - RUNS_KEPT_MS);
    if (pruned.length > 0) fixed.push(messages.removedRuns(pruned.length));
    fixed.push(...(await dropStaleStarts(repo)));
    await git(['worktree', 'prune'], { cwd: repo.root });
    return fixed;
  } finally {
    taken.release();
  }
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
  const { branch } = read.value.workflow.settings;
  const stale = [...refs].filter(([name]) => {
    if (name.startsWith('refs/kanban/inflight/')) return true;
    const id = name.startsWith(startRef('')) ? name.slice(startRef('').length) : null;
    return id !== null && !refs.has(`refs/heads/${branch.replaceAll('{id}', id)}`);
  });
  await updateRefs(
    repo,
    stale.map(([ref, from]) => ({ ref, to: null, from })),
  );
  return stale.map(([name]) => messages.removed(name));
}
