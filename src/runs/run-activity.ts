import { join } from 'node:path';
import type { RunActivity } from '../contract/snapshot.ts';
import { readFrom } from '../system/plain-file.ts';
import { activityOf } from '../report/activity.ts';
import { RUN_FILES } from '../contract/run-files.ts';
import { type AgentEvent } from '../contract/agent-event.ts';
import { sizeOf } from '../runner/output.ts';
import { eventOf } from '../contract/records.ts';

const TAIL = 16 * 1024;
const known = new Map<string, { readonly size: number; readonly activity: RunActivity }>();

/** What a run did last, from the end of its events and, for agents that tell nothing, of its output. */
export function readActivity(folder: string): RunActivity {
  const events = join(folder, RUN_FILES.events);
  const output = join(folder, RUN_FILES.output);
  const size = sizeOf(events) + sizeOf(output);
  const cached = known.get(folder);
  if (cached?.size === size) return cached.activity;
  const reported = activityOf(lastLines(events).flatMap(parse));
  const printed = lastLines(output)
    .findLast((line) => line.trim() !== '')
    ?.trim();
  const spoke = lastLines(events).some((line) => /"type":"(text|tool)"/.test(line));
  const activity =
    spoke || printed === undefined
      ? reported
      : { ...reported, last: activityOf([{ at: 0, type: 'text', text: printed }]).last };
  known.set(folder, { size, activity });
  return activity;
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
