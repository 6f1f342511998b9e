import { existsSync } from 'node:fs';
import { containmentOf } from '../system/containment.ts';
import type { Settings } from '../workflow/settings.ts';

/** How an agent's processes are kept together here, and why not better, for `kanban doctor`. */
export async function describeContainment(contain: Settings['contain']): Promise<string> {
  const { bwrap, why, problem } = await containmentOf(contain);
  if (problem !== null) return `none: ${problem.message} Nothing starts. Fix: ${problem.fix ?? ''}`;
  const group = existsSync('/proc/self/environ')
    ? 'process group and a sweep by mark (/proc)'
    : 'process group and a sweep by what was seen (no /proc here: a process that hides its origin escapes)';
  return bwrap === null
    ? `${group}; ${why}`
    : `bubblewrap (${bwrap}): each program in a PID namespace of its own; ${group}`;
}
