import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../system/processes.ts';
import { aliveIds } from '../runs/list-runs.ts';
import { listWorktrees } from '../worktrees/worktrees.ts';
import type { Repository } from '../git/git.ts';
import { readRefs } from '../git/refs.ts';
import { findMarked } from '../runner/sweep.ts';
import { HistoryReader, SEEN } from '../coordinator/observe/git-state.ts';
import { lostLandings as findLost } from '../coordinator/observe/lost-landings.ts';
import { WorkflowReader } from '../coordinator/observe/workflow-reader.ts';
import * as messages from './messages.ts';

/** Something that is kept or left over. */
export interface Leftover {
  readonly kind: 'worktree' | 'rescued' | 'abandoned' | 'process' | 'runs' | 'missing-landing';
  readonly name: string;
  readonly what: string;
  /** KiB on disk; null = not on disk, or not known. */
  readonly size: number | null;
  /** How to look at it or get rid of it; a command to copy. */
  readonly hint: string;
}

export async function leftovers(repo: Repository): Promise<Leftover[]> {
  const [trees, refs] = await Promise.all([
    listWorktrees(repo),
    readRefs(repo, ['refs/kanban/rescue/', 'refs/kanban/abandoned/']),
  ]);
  const found: Leftover[] = [];
  for (const { path, locked, branch, prunable } of trees.slice(1)) {
    if (!locked?.startsWith('kanban ')) continue;
    const id = locked.slice('kanban '.length);
    found.push({
      kind: 'worktree',
      name: id,
      what: prunable ? messages.FOLDER_GONE : (branch?.replace('refs/heads/', 'branch ') ?? messages.DETACHED),
      size: await sizeOf(path),
      hint: `kanban show ${id}`,
    });
  }
  for (const { name } of refs) found.push(keptRef(name));
  for (const { pid, command, runId } of orphanProcesses(repo))
    found.push({
      kind: 'process',
      name: String(pid),
      what: messages.processOfRun(command, runId),
      size: null,
      hint: messages.FIX_ENDS_IT,
    });
  const runs = join(repo.root, '.kanban', 'runs');
  if (existsSync(runs))
    found.push({
      kind: 'runs',
      name: '.kanban/runs',
      what: messages.runFolders(readdirSync(runs).length),
      size: await sizeOf(runs),
      hint: messages.OLD_RUNS_REMOVED,
    });
  found.push(...(await lostLandings(repo)));
  return found;
}

function keptRef(name: string): Leftover {
  const rescued = name.startsWith('refs/kanban/rescue/');
  const short = name.replace('refs/kanban/', '');
  return {
    kind: rescued ? 'rescued' : 'abandoned',
    name,
    what: rescued ? messages.RESCUED : messages.ABANDONED,
    size: null,
    hint: `git show --stat ${name}; git branch ${short.replaceAll('/', '-')} ${name}; git update-ref --no-deref -d ${name}`,
  };
}

async function lostLandings(repo: Repository): Promise<Leftover[]> {
  const read = await new WorkflowReader(repo).read();
  if (!read.ok) return [];
  const { view, workflow } = read.value;
  const { base } = view;
  if (base === null) return [];
  const history = new HistoryReader(repo);
  await history.follow(base, workflow.settings.base);
  const lost = await findLost(repo, {
    refs: view.refs,
    history: history.history,
    seen: view.refs.get(SEEN) ?? null,
    base,
  });
  return lost.map(({ id, sha }) => ({
    kind: 'missing-landing',
    name: id,
    what: messages.landingMissing(sha, workflow.settings.base),
    size: null,
    hint: `git switch ${workflow.settings.base} && git cherry-pick -m 1 ${sha}`,
  }));
}

/** Processes of runs that no living run accounts for. */
export const orphanProcesses = (repo: Repository): ReturnType<typeof findMarked> => {
  const alive = aliveIds(repo.root);
  return findMarked(repo.root).filter(({ runId }) => !alive.has(runId));
};

async function sizeOf(path: string): Promise<number | null> {
  const { code, tail } = await runCommand({
    command: `du -sk -- "$TARGET" 2>/dev/null | cut -f1`,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', TARGET: path },
    timeout: 10_000,
  });
  const size = Number.parseInt(tail, 10);
  return code === 0 && Number.isSafeInteger(size) ? size : null;
}
