import { join } from 'node:path';
import type { RunActivity } from '../contract/snapshot.ts';
import { readFrom } from '../system/plain-file.ts';
import { activityOf } from '../report/activity.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import { HOOK_PHASES, type AgentEvent, type HookPhase } from '../contract/agent-event.ts';
import { sizeOf } from '../runner/output.ts';
import { eventOf } from '../contract/records.ts';

const TAIL = 16 * 1024;
interface Known {
  readonly size: number;
  readonly activity: RunActivity;
  readonly hook: HookPhase | null;
}
const known = new Map<string, Known>();

/** What a run did last, from the end of its events and, for agents that tell nothing, of its output. */
export const readActivity = (folder: string): RunActivity => read(folder).activity;

/** The hook that a run is at, before or after its agent; null: none. */
export const hookOf = (folder: string): HookPhase | null => read(folder).hook;

function read(folder: string): Known {
  const events = join(folder, RUN_FILES.events);
  const output = join(folder, RUN_FILES.output);
  const size = sizeOf(events) + sizeOf(output);
  const cached = known.get(folder);
  if (cached?.size === size) return cached;
  const happened = lastLines(events).flatMap(parse);
  const reported = activityOf(happened);
  const hook = hookIn(happened);
  const printed = lastLines(output)
    .findLast((line) => line.trim() !== '')
    ?.trim();
  const spoke = lastLines(events).some((line) => /"type":"(text|tool)"/.test(line));
  const says = (text: string): RunActivity => ({
    ...reported,
    last: activityOf([{ at: 0, type: 'text', text }]).last,
  });
  // Of a hook its own name comes first: what it prints reads as if the agent had printed it.
  const isFirst = hook === 'after_create' || hook === 'submodules';
  const activity =
    spoke || printed === undefined || (hook !== null && !isFirst)
      ? reported
      : says(hook === null ? printed : `${reported.last}: ${printed}`);
  const now = { size, activity, hook };
  known.set(folder, now);
  return now;
}

/** Notes of the runner about silence say nothing of what runs. */
function hookIn(events: readonly AgentEvent[]): HookPhase | null {
  const last = events.findLast(({ type }) => type !== 'stalled' && type !== 'awake');
  return last?.type === 'phase' ? (HOOK_PHASES.find((hook) => hook === last.name) ?? null) : null;
}

/** The last events of a run, oldest first. @param bytes how much of the file is read */
export const lastEvents = (folder: string, bytes: number): AgentEvent[] =>
  lastLines(join(folder, RUN_FILES.events), bytes).flatMap(parse);

/** The last lines of a file; none if it isn't there. */
export function lastLines(path: string, bytes: number = TAIL): string[] {
  return readFrom(path, Math.max(0, sizeOf(path) - bytes), bytes)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** The first line may be cut, the last one half written. */
function parse(line: string): AgentEvent[] {
  const event = eventOf(line);
  return event === null ? [] : [event];
}
