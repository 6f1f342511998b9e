import type { AgentEvent } from '../contract/agent-event.ts';
import { lastLines } from './output.ts';
import * as messages from './messages.ts';

const LONGEST = 4096;

/** The last things that an agent said and did, as text: at most 20 lines and 4 KiB; '' = nothing that could be read. */
export function outputTail(events: readonly AgentEvent[]): string {
  const lines = events.flatMap((event) => wordsOf(event) ?? []).join('\n');
  return lastLines(lines.slice(-LONGEST));
}

function wordsOf(event: AgentEvent): string | null {
  switch (event.type) {
    case 'text':
      return event.text.trim() === '' ? null : event.text.trim();
    case 'tool':
      return `> ${event.name} ${event.summary}`.trimEnd();
    case 'denied':
      return messages.refusedTool(`${event.name} ${event.summary}`);
    case 'error':
      return `! ${event.why}`;
    case 'waiting':
      return `~ ${event.why}`;
    default:
      return null;
  }
}
