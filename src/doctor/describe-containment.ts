import { existsSync } from 'node:fs';
import { containmentOf } from '../system/containment.ts';
import * as messages from './messages.ts';
import type { Settings } from '../workflow/settings.ts';

/** How an agent's processes are kept together here, and why not better, for `kanban doctor`. */
export async function describeContainment(contain: Settings['contain']): Promise<string> {
  const { bwrap, why, problem } = await containmentOf(contain);
  if (problem !== null) return messages.noContainment(problem);
  const group = existsSync('/proc/self/environ') ? messages.SWEEP_BY_MARK : messages.SWEEP_BY_SIGHT;
  return bwrap === null ? `${group}; ${why}` : messages.inBubblewrap(bwrap, group);
}
