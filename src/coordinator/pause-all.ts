import { endHolds, pauseAll, resumeAll, resumedAt } from '../runs/pause.ts';
import { listRuns } from '../runs/list-runs.ts';
import { holdsAgent } from '../pipeline/agent-backoff.ts';
import * as messages from './messages.ts';
import type { KanbanEvent } from '../contract/event.ts';
import type { Reply, Request } from '../contract/request.ts';

/** Carries out `kanban pause` and `kanban resume` without an id, by whoever holds the coordinator's lock. */
export function pauseOrResume(
  root: string,
  { command, by, why, at }: Request,
  emit: (event: KanbanEvent) => void,
): Reply {
  if (command === 'resume') {
    const held = failingAgents(root);
    endHolds(root, Date.now());
    if (resumeAll(root)) {
      emit({ type: 'resumed', id: null, why });
      return { ok: true, message: messages.WORK_CONTINUES };
    }
    return held.length === 0
      ? { ok: false, message: messages.NOTHING_HELD }
      : { ok: true, message: messages.agentsRetried(held) };
  }
  const outcome = pauseAll(root, { by: by.name, why, at });
  if (outcome !== 'paused-already') emit({ type: 'paused', id: null, why });
  const message = {
    paused: messages.PAUSED,
    'reason-changed': messages.PAUSE_REASON_CHANGED,
    'paused-already': messages.PAUSED_ALREADY,
  }[outcome];
  return { ok: true, message };
}

/** Agents whose last run failed because of its provider, its login or its start. */
function failingAgents(root: string): string[] {
  const since = resumedAt(root);
  const last = new Map<string, boolean>();
  for (const { brief, result } of listRuns(root).runs)
    // One that was stopped or lost tells nothing of its agent.
    if (result !== null && result.cause !== 'stopped' && result.cause !== 'lost')
      last.set(brief.agent, holdsAgent(result.cause) && result.endedAt > since);
  return [...last].flatMap(([agent, held]) => (held ? [agent] : []));
}
