import type { AgentEvent } from '../../contract/agent-event.ts';
import { callSummary } from '../call-summary.ts';

/**
 * A line of Codex's own log on stderr. A command that it won't run at all (`rm -f`, unasked), or a patch outside of its
 * folders, shows up nowhere else: the thread gets no item for it.
 */
export function codexLog(line: string, at: number): AgentEvent[] {
  const [, command = '', why = ''] = COMMAND.exec(line) ?? [];
  if (why !== '') return [{ at, type: 'denied', name: 'shell', summary: `${why}: ${callSummary({ command })}` }];
  const patch = PATCH.exec(line)?.[1];
  return patch === undefined ? [] : [{ at, type: 'denied', name: 'edit', summary: patch }];
}

const COMMAND =
  /Rejected\(\\?"`(?:\S*sh -l?c )?\\*['"]?(.*?)\\*['"]?` rejected: (.*?)(?:\. Use a safer approach)?\\?"\)/;
const PATCH = /patch rejected: ([^;]+)/;
