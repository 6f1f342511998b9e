import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import type { RequestSender, RunOrigin } from '../contract/request.ts';
import { isAlive, processIdentity } from '../system/claim.ts';
import { environmentOf, readProcess } from '../system/process-table.ts';
import { listRuns } from './list-runs.ts';

/** Processes above one that are looked at; a longer chain is a loop. */
const MOST_ANCESTORS = 100;

/**
 * The run of this repository that a process belongs to: by the mark in its own environment or in that of a process above
 * it. null: none that can be seen. A program that drops its environment and its parents is not recognised by this.
 * @param own the environment of the process, where the caller is that process
 */
export function runOfProcess(
  pid: number,
  root: string,
  own: Readonly<Record<string, string | undefined>> | null = null,
): RunOrigin | null {
  const marked = own === null ? null : runOfEnvironment((name) => own[name], root);
  if (marked !== null) return marked;
  let next = pid;
  for (let count = 0; next > 0 && count < MOST_ANCESTORS; count += 1) {
    const environment = environmentOf(next);
    const found = environment === null ? null : runOfEnvironment((name) => valueIn(environment, name), root);
    if (found !== null) return found;
    next = readProcess(next)?.ppid ?? 0;
  }
  return null;
}

/** The run that is at work in a folder: there a command of the user looks like one of the agent. */
export function runAtWorkIn(folder: string, root: string): RunOrigin | null {
  const here = `${real(folder)}${sep}`;
  const found = listRuns(root).runs.find(
    ({ state, brief }) => state === 'alive' && here.startsWith(`${real(brief.worktree)}${sep}`),
  );
  return found === undefined ? null : { run: found.runId, taskId: found.brief.taskId };
}

/** Who sent a request, for the coordinator to look at. */
export const senderOf = (pid: number): RequestSender => {
  const { startTime, pidNamespace } = processIdentity(pid);
  return { pid, startTime, pidNamespace };
};

/**
 * What the coordinator finds of a request's sender. `user`: a living process that belongs to no run. `unknown`: it has ended,
 * or lives where it can't be seen from here.
 */
export function inspectSender(
  sender: RequestSender | undefined,
  root: string,
): { readonly kind: 'user' | 'unknown' } | { readonly kind: 'run'; readonly origin: RunOrigin } {
  if (sender === undefined) return { kind: 'unknown' };
  const here = processIdentity(process.pid);
  const claim = { ...here, pid: sender.pid, startTime: sender.startTime, claimedAt: 0 };
  if (sender.pidNamespace !== here.pidNamespace || isAlive(claim) !== 'alive') return { kind: 'unknown' };
  const origin = runOfProcess(sender.pid, root);
  return origin === null ? { kind: 'user' } : { kind: 'run', origin };
}

function runOfEnvironment(read: (name: string) => string | undefined, root: string): RunOrigin | null {
  const run = read('KANBAN_RUN_ID');
  // A run may work on another repository with a kanban of its own (a test of one, say).
  if (run === undefined || run === '' || ![read('KANBAN_MARK'), read('KANBAN_ROOT')].includes(root)) return null;
  return { run, taskId: read('KANBAN_TASK') ?? '' };
}

/** The environment as /proc has it: latin1, with NULs. */
function valueIn(environment: string, name: string): string | undefined {
  const at = environment.indexOf(`\0${name}=`);
  if (at < 0) return undefined;
  const from = at + name.length + 2;
  const end = environment.indexOf('\0', from);
  return Buffer.from(environment.slice(from, end < 0 ? undefined : end), 'latin1').toString('utf8');
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
