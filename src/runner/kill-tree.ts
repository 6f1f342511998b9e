import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { namespaceLeader } from '../system/contain.ts';
import type { LiveRun } from './live-run.ts';
import { findOfRun } from './sweep.ts';

/** SIGTERM to the program's group, `grace`, SIGKILL; the sweep that is to follow gets the rest. */
export async function killTree(run: LiveRun, child: ChildProcess, exited: Promise<void>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const leader = run.brief.bwrap === null ? null : namespaceLeader(pid);
  const group = leader ?? pid;
  if (leader !== null) run.groups.push(leader);
  // bwrap would leave with the program and take all else with it, before it has heard SIGTERM out.
  if (leader !== null) signalTo(pid, 'SIGSTOP');
  signalTo(-group, 'SIGTERM');
  // A stopped group would hear SIGTERM only after it continues.
  signalTo(-group, 'SIGCONT');
  const begun = performance.now();
  const others = (): boolean => findOfRun(run.sweepTarget()).some((row) => row.pgid === group && row.pid !== leader);
  for (let wait = 10; others() && performance.now() - begun < run.brief.grace; wait = Math.min(wait * 2, 200))
    await pause(wait);
  if (leader !== null) await leave(pid, exited, others());
  signalTo(-pid, 'SIGKILL');
  // An unkillable (D state) leader must not hold the runner for ever: the sweep names it as a survivor.
  await Promise.race([exited, pause(2_000, undefined, { ref: false })]);
}

/** With its program gone, bwrap says how that ended, and goes. */
async function leave(bwrap: number, exited: Promise<void>, isDeaf: boolean): Promise<void> {
  if (isDeaf) return;
  signalTo(bwrap, 'SIGCONT');
  await Promise.race([exited, pause(1_000, undefined, { ref: false })]);
}

function signalTo(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It is gone.
  }
}
