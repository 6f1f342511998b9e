import { existsSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, processIdentity, readClaimFile } from '../system/claim.ts';
import type { HookPhase } from '../contract/agent-event.ts';
import type { Claim } from '../contract/run-files.ts';
import type { LiveRun } from './live-run.ts';
import { reasonIn, tailOf } from './output.ts';
import { supervise } from './supervise.ts';
import { removeWhatever } from '../system/plain-file.ts';
import { submoduleScript } from './git/submodules.ts';
import { writeOnce, writeWhole } from '../system/write-once.ts';
import * as messages from './messages.ts';

/** Written into the worktree's git dir once `after_create` has passed: only then may an agent start in it. */
export const READY_FILE = 'kanban-ready';

/**
 * Makes the worktree ready and runs `before_run`. A hook that fails or is late ends the run as `not-started` with its
 * last 20 lines. Nothing is returned: `run.ended` tells.
 */
export async function prepare(run: LiveRun): Promise<void> {
  const { hooks, gitDir } = run.brief;
  const ready = join(gitDir, READY_FILE);
  if (!existsSync(ready)) {
    const submodules = submoduleScript(run.brief);
    if (submodules !== null) await withLock(run, () => runHook(run, 'submodules', submodules));
    if (run.ended) return;
    if (hooks.afterCreate !== '')
      await withLock(run, () => runHook(run, 'after_create', hooks.afterCreate, { HUSKY: '0' }));
    if (run.ended) return;
    writeWhole(ready, `${run.brief.runId}\n`);
  }
  if (hooks.beforeRun !== '') await runHook(run, 'before_run', hooks.beforeRun);
}

/** Runs `after_run`, also when the run was ended before its time; its failure is only reported. */
export async function cleanUp(run: LiveRun): Promise<void> {
  const { afterRun, timeout } = run.brief.hooks;
  // A worktree that was replaced by a link leads to another's files.
  const isThere = lstatSync(run.brief.worktree, { throwIfNoEntry: false })?.isDirectory() === true;
  if (afterRun === '' || !isThere) return;
  run.phase('after_run');
  const end = await supervise(run, {
    file: 'sh',
    args: ['-c', afterRun],
    stdin: null,
    timeout,
    late: null,
    isAgent: false,
  });
  if (end.exit?.code !== 0)
    run.event({
      at: Date.now(),
      type: 'text',
      text: messages.afterRunFailed(end.spawnError ?? messages.exitOf(end.exit)),
    });
}

async function runHook(
  run: LiveRun,
  name: string,
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  run.phase(name);
  const from = run.outputSize();
  const { timeout } = run.brief.hooks;
  const failed = (reason: string): string =>
    messages.setUpFailed(name, reason, { telling: reasonIn(run.outputPath, from), tail: tailOf(run.outputPath, from) });
  const late = () => ({
    cause: 'not-started' as const,
    detail: failed(messages.tookLongerThan(timeout)),
  });
  const end = await supervise(run, {
    file: 'sh',
    args: ['-c', command],
    stdin: null,
    env,
    timeout,
    late,
    isAgent: false,
  });
  if (end.spawnError !== null) run.end('not-started', failed(messages.couldNotBeStarted(end.spawnError)));
  else if (end.exit?.code !== 0) run.end('not-started', failed(messages.failedWith(end.exit)));
}

/**
 * One `after_create` at a time for the whole repository: six installs side by side fight over one cache. The lock is
 * a linked file with its holder's pid and start time; a dead holder's is taken over.
 */
async function withLock(run: LiveRun, work: () => Promise<void>): Promise<void> {
  const folder = join(run.brief.gitCommonDir, 'kanban');
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'after-create.lock');
  const mine: Claim = { ...processIdentity(process.pid), claimedAt: Date.now() };
  for (let wait = 50; !writeOnce(lock, mine); wait = Math.min(wait * 2, 500)) {
    removeDeadLock(lock);
    // Still there at the second try: its holder is alive.
    if (wait === 100) run.phase('hook-queue' satisfies HookPhase);
    run.lookForStop();
    if (run.ended) return;
    await pause(wait);
  }
  try {
    await work();
  } finally {
    removeWhatever(lock);
  }
}

function removeDeadLock(lock: string): void {
  if (!isLeft(readHolder(lock))) return;
  // Another waiter may have done the same meanwhile and hold it by now: look at what was really taken away.
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    const taken = readHolder(aside);
    if (taken !== null && isAlive(taken) === 'alive') writeOnce(lock, taken);
    removeWhatever(aside);
  } catch {
    // It is gone.
  }
}

/** Of a holder on another host nothing can be seen but its age; an unreadable lock (power loss) has no holder. */
function isLeft(holder: Claim | null): boolean {
  if (holder === null) return true;
  const state = isAlive(holder);
  return state === 'dead' || (state === 'foreign' && Date.now() - holder.claimedAt > LONGEST_FOREIGN);
}

const LONGEST_FOREIGN = 60 * 60_000;

function readHolder(path: string): Claim | null {
  return readClaimFile(path);
}
