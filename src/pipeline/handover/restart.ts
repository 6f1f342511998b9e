import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Cause } from '../../contract/result.ts';
import type { HandedRestart } from '../../workflow/handover.ts';
import { plain, plainLines } from '../../report/plain.ts';
import { oneLine } from '../one-line.ts';
import * as messages from './messages.ts';
import type { Step } from './step.ts';

/** A run before this one, of the same stage. */
export interface RunBefore {
  readonly id: string;
  readonly agent: string;
  readonly cause: Cause;
  readonly detail: string;
  /** Why its result counted, or did not; null: not recorded. */
  readonly judged: string | null;
  readonly events: readonly AgentEvent[];
  /** The last lines of its output. */
  readonly tail: string;
}

export interface RestartFacts {
  /** Oldest first; empty: their records are gone, or there were none. */
  readonly runs: readonly RunBefore[];
  readonly commits: readonly string[];
  readonly status: readonly string[];
}

const MOST_ACTIONS = 20;
const MOST_LINES = 50;
const LONGEST_LINE = 200;

/**
 * Why a run is started again, and what the ones before did.
 * @param last the newest step, if it is one of the same stage that did not pass
 * @returns null: it is the first of its stage.
 */
export function restartOf({ runs, commits, status }: RestartFacts, last: Step | null): HandedRestart | null {
  const before = runs.at(-1);
  if (before === undefined && last === null) return null;
  const why = before === undefined ? messages.recordGone(last?.verdict ?? '') : whyOf(before, runs.length - 1);
  const actions = runs.flatMap(actionsOf).slice(-MOST_ACTIONS);
  return { why, commits: short(commits), actions, status: short(status) };
}

function whyOf({ id, agent, cause, detail, judged }: RunBefore, earlier: number): string {
  const found = line(detail);
  const details = judged === null || found === '' || judged.includes(found) ? [judged ?? found] : [found, judged];
  const ended = messages.runEnded(
    id,
    agent,
    cause,
    details.map(line).filter((text) => text !== ''),
  );
  return earlier === 0 ? ended : `${ended} ${messages.runsBefore(earlier)}`;
}

/** Its tool calls; of an agent that names none, the last lines of its output. */
function actionsOf({ events, tail }: RunBefore): string[] {
  const calls = events.flatMap((event): string[] => {
    if (event.type === 'tool') return [line(`${event.name} ${event.summary}`)];
    return event.type === 'denied' ? [messages.refusedAction(line(`${event.name} ${event.summary}`))] : [];
  });
  return calls.length > 0
    ? calls
    : tail
        .split('\n')
        .map(line)
        .filter((text) => text !== '');
}

const line = (text: string): string => oneLine(plain(text), LONGEST_LINE);

const short = (lines: readonly string[]): readonly string[] => {
  const kept = lines.slice(0, MOST_LINES).map((text) => plainLines(text)[0] ?? '');
  return lines.length > kept.length ? [...kept, messages.moreLines(lines.length - kept.length)] : kept;
};
