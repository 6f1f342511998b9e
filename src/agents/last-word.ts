import { unreachable } from '../unreachable.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { AgentReading } from './agent.ts';

/**
 * How an agent's events say it ended: by the error after which it neither said nor did anything more. null: there is
 * none, so it continued, or ended well.
 */
export function lastWord(events: readonly AgentEvent[]): AgentReading | null {
  const last = events.findLast(({ type }) => type === 'error' || type === 'text' || type === 'tool');
  if (last?.type !== 'error') return null;
  const { what, why, until } = last;
  switch (what) {
    case 'provider':
      return until === undefined ? { kind: 'provider', detail: why } : { kind: 'provider', detail: why, until };
    case 'login':
      return { kind: 'login', detail: why };
    case 'session':
      return { kind: 'no-session', detail: why };
    case 'other':
      return { kind: 'ended', detail: why };
    default:
      return unreachable(what);
  }
}
