import type { RunActivity } from '../contract/snapshot.ts';
import type { AgentEvent } from '../contract/agent-event.ts';
import { phaseText } from './agent-line.ts';
import { plain } from './plain.ts';
import { cut } from './width.ts';

/**
 * What a run does, from its events, oldest first: the last thing it did in a few words, whether it waits for its
 * provider, since when nothing has moved. Anything that the agent does ends a wait and a silence.
 */
export function activityOf(events: readonly AgentEvent[]): RunActivity {
  let activity: RunActivity = { last: '', waiting: null, stalledSince: null };
  let repeats = false;
  for (const event of events) {
    if (event.type === 'stalled') repeats = event.why !== undefined;
    else if (event.type === 'awake') repeats = false;
    const { stalledSince } = activity;
    activity = after(activity, event);
    // An agent that repeats itself goes on doing so: only the runner sees when it does something else.
    if (repeats && event.type !== 'stalled') activity = { ...activity, stalledSince };
  }
  return activity;
}

function after(activity: RunActivity, event: AgentEvent): RunActivity {
  switch (event.type) {
    case 'text':
      return { last: words(event.text) || activity.last, waiting: null, stalledSince: null };
    case 'tool':
      return { last: words(`${event.name} ${event.summary}`), waiting: null, stalledSince: null };
    case 'phase':
      return { last: words(phaseText(event.name)), waiting: null, stalledSince: null };
    case 'waiting':
      return { ...activity, waiting: { until: event.until ?? null, why: event.why } };
    case 'stalled':
      return { ...activity, stalledSince: event.since };
    case 'awake':
      return { ...activity, stalledSince: null };
    case 'usage':
    case 'session':
    default:
      return activity;
  }
}

/** The last line that says something. */
const words = (text: string): string =>
  cut(
    plain(
      text
        .trim()
        .split('\n')
        .findLast((line) => line.trim() !== '') ?? '',
    ),
    160,
  );
