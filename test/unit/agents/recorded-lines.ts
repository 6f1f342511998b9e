import { readFileSync } from 'node:fs';
import type { Adapter, AgentReading, AgentRun } from '../../../src/agents/agent.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import type { Brief } from '../../../src/contract/brief.ts';

/** Time of every recorded line, epoch ms. */
export const NOW = 1_000_000;

/** The lines of an agent's output, stderr among them, as they were recorded from the real CLI. */
export const recorded = (name: string): string[] =>
  readFileSync(new URL(`recorded/${name}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');

/** What an adapter makes of lines of output, without the time of each event. */
export function eventsOf(adapter: Adapter, lines: readonly string[], brief: Partial<Brief> = {}): object[] {
  return listen(adapter, lines, brief).map(({ at, ...event }) => {
    if (at !== NOW) throw new Error(`an event at ${at}`);
    return event;
  });
}

/** How an adapter reads an agent that printed these lines and exited with this code. */
export function readingOf(
  adapter: Adapter,
  lines: readonly string[],
  code: number,
  brief?: Partial<Brief>,
): AgentReading {
  const events = listen(adapter, lines, brief).slice(-200);
  return adapter.outcome({ code, signal: null }, lines.slice(-20).join('\n'), events, NOW);
}

function listen(adapter: Adapter, lines: readonly string[], brief: Partial<Brief> = {}): AgentEvent[] {
  const known = { worktree: '/w', session: null, sessionUsage: null, ...brief } as Brief;
  const conversation = adapter.startConversation?.({ brief: known, prompt: 'the prompt' });
  if (!conversation) throw new Error(`${adapter.name} isn't listened to`);
  return lines.flatMap((line) => conversation.receive(line, NOW).events);
}

/** A run as the coordinator would ask for it. */
export function plannedRun(adapter: Adapter, change: Partial<AgentRun> = {}): AgentRun {
  return {
    runId: 'T-1-1-task-0a1b2c3d',
    taskId: 'T-1',
    role: 'task',
    purpose: 'work',
    settings: {
      kind: adapter.name,
      command: [adapter.cli?.program ?? ''],
      args: [],
      model: null,
      env: { pass: [], set: {} },
      permissions: 'narrow',
      tools: [],
    },
    model: null,
    worktree: '/w',
    promptFile: '/r/prompt.md',
    report: '/w/REPORT.md',
    gitDir: '/g/worktrees/T-1',
    gitCommonDir: '/g',
    script: null,
    files: [],
    roleRun: '',
    session: null,
    folder: '/r',
    root: '/p',
    mcp: { command: 'node', args: ['cli.js', 'mcp-report'] },
    allowance: null,
    isRoot: false,
    ...change,
  };
}
