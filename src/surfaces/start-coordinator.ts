import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { guard, object, pid } from '../contract/shape.ts';
import { SNAPSHOT_FILES } from '../contract/snapshot-files.ts';
import type { Repository } from '../git/git.ts';
import { failed, ok, type Result } from '../problem.ts';
import { lockHolder } from '../system/lock.ts';
import { packageRoot } from '../system/package-root.ts';
import { plainJsonOf, plainTextOf, removeWhatever } from '../system/plain-file.ts';
import type { Started, StartOptions } from './board-types.ts';
import * as messages from './messages.ts';

/** How long it waits for the first look of a coordinator that holds the lock, ms: with unreadable settings there is none. */
const FIRST_LOOK_MS = 10_000;
const POLL_INTERVAL_MS = 20;
/** What `kanban run` prints, which nobody reads while all is well. */
const LOG = 'run.log';
const MAX_HEAD_BYTES = 16 * 1024 * 1024;

/** What counts here of `snapshot.json`. */
const isHead = guard<{ readonly coordinator: { readonly pid: number } }>(object({ coordinator: object({ pid }) }));

/**
 * Starts `kanban run` as a process of its own, unless one is running. Comes back when the coordinator holds the lock and has
 * looked at the board. Problem: `not-started`, with what it printed.
 * @param env its environment
 */
export async function startCoordinator(
  { root, commonDir }: Repository,
  { only = [], untilDone = false }: StartOptions,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<Result<Started>> {
  const running = coordinatorOf(commonDir);
  if (running !== null) return ok({ ok: true, pid: running, started: false });
  const own = join(root, '.kanban');
  // Behind `--` an id that begins with a dash is an id, too.
  const child = spawnRun(own, root, [...(untilDone ? ['--until-done'] : []), '--', ...only], env);
  const pid = child.pid ?? 0;
  const ended = new Promise<{ readonly code: number | null }>((resolve) => {
    child.once('exit', (code) => resolve({ code }));
    child.once('error', () => resolve({ code: null }));
  });
  for (const until = Date.now() + FIRST_LOOK_MS; Date.now() < until;) {
    const over = await Promise.race([ended, pause(POLL_INTERVAL_MS)]);
    if (over !== undefined) return afterEnd(over.code, pid, commonDir, own);
    if (isReady(commonDir, own, pid)) break;
  }
  return ok({ ok: true, pid, started: true });
}

function spawnRun(own: string, root: string, options: readonly string[], env: Readonly<NodeJS.ProcessEnv>) {
  mkdirSync(own, { recursive: true, mode: 0o700 });
  removeWhatever(join(own, LOG));
  const log = openSync(join(own, LOG), 'wx', 0o600);
  const args = [join(packageRoot(), 'dist', 'cli.js'), 'run', ...options];
  const child = spawn(process.execPath, args, { cwd: root, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return child;
}

/** With nothing to do it may have ended already, and well; or another one was faster. */
function afterEnd(code: number | null, pid: number, commonDir: string, own: string): Result<Started> {
  if (code === 0) return ok({ ok: true, pid, started: true });
  const other = coordinatorOf(commonDir);
  if (other !== null) return ok({ ok: true, pid: other, started: false });
  const printed = plainTextOf(join(own, LOG))?.trim() ?? '';
  return failed([{ code: 'not-started', message: printed === '' ? messages.ENDED_AT_ONCE : printed }]);
}

/** It holds the lock, and the snapshot is its own: one of an earlier coordinator may still be there. */
const isReady = (commonDir: string, own: string, pid: number): boolean =>
  coordinatorOf(commonDir) === pid &&
  plainJsonOf(join(own, SNAPSHOT_FILES.head), isHead, MAX_HEAD_BYTES)?.coordinator.pid === pid;

/** Pid of a living coordinator; a command that holds the lock for a moment is none. */
function coordinatorOf(commonDir: string): number | null {
  const holder = lockHolder(join(commonDir, 'kanban'))?.holder ?? null;
  return holder === null || holder.command !== undefined ? null : holder.pid;
}
