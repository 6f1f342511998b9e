import type { Brief } from '../contract/brief.ts';
import type { RunResult } from '../contract/result.ts';
import type { Usage } from '../contract/agent-event.ts';
import type { Adapter } from './agent.ts';

/** A session to continue with, and what it had used when it was left. */
export interface KeptSession {
  readonly id: string;
  readonly usage: Usage | null;
}

/**
 * The agent's own session that a new run of an entry continues with: that of the last run of the same role and agent, on
 * the same branch since the same start, where the adapter can resume it. null = a new one.
 * @param past runs of the entry, oldest first
 */
export function sessionFor(
  run: { readonly role: Brief['role']; readonly agent: string; readonly start: string },
  adapter: Pick<Adapter, 'name' | 'capabilities'>,
  past: readonly { readonly brief: Brief; readonly result: RunResult | null }[],
): KeptSession | null {
  const { resume } = adapter.capabilities;
  if (resume === 'never') return null;
  const last = past.findLast(
    ({ brief }) =>
      brief.role === run.role &&
      brief.agent === run.agent &&
      brief.adapter === adapter.name &&
      brief.startSha === run.start,
  );
  const result = last?.result;
  if (!result || result.session === undefined || result.noSession === true) return null;
  // One that never spoke to its provider has left nothing to continue with.
  if (result.cause === 'not-started') return null;
  const endedItself = result.cause === 'reported' || result.cause === 'no-report' || result.cause === 'provider';
  if (resume === 'after-end' && !endedItself) return null;
  return { id: result.session, usage: result.sessionUsage ?? null };
}
