import type { AgentEvent } from '../../contract/agent-event.ts';
import { callSummary } from '../call-summary.ts';
import { inWorktree } from '../in-worktree.ts';
import { asList, asObject, asText } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/**
 * An item of a Codex thread (ThreadItem of its protocol): a tool call when it starts; what the model says, and what was
 * refused, when it is complete.
 */
export function codexItem(item: Printed, complete: boolean, worktree: string, at: number): AgentEvent[] {
  if (complete) return item['type'] === 'agentMessage' ? text(asText(item['text']), at) : refused(item, at);
  const call = callOf(item);
  if (call === null) return [];
  const summary = callSummary(inWorktree(call.shown, worktree));
  return [{ at, type: 'tool', name: call.name, summary, input: JSON.stringify(call.input) }];
}

const text = (printed: string, at: number): AgentEvent[] =>
  printed.trim() === '' ? [] : [{ at, type: 'text', text: printed }];

interface Call {
  readonly name: string;
  readonly input: unknown;
  readonly shown: Printed;
}

function callOf(item: Printed): Call | null {
  switch (item['type']) {
    case 'commandExecution': {
      const command = commandOf(item);
      return { name: 'shell', input: command, shown: { command } };
    }
    case 'fileChange': {
      const changes = asList(item['changes']).map((change) => asObject(change) ?? {});
      const path = changes.map((change) => asText(change['path'])).join(', ');
      return { name: 'edit', input: changes, shown: { path } };
    }
    case 'mcpToolCall':
      return {
        name: `${asText(item['server'])}.${asText(item['tool'])}`,
        input: item['arguments'],
        shown: asObject(item['arguments']) ?? {},
      };
    case 'dynamicToolCall':
    case 'collabAgentToolCall':
      return {
        name: asText(item['tool']),
        input: item['arguments'] ?? item['prompt'],
        shown: asObject(item['arguments']) ?? { prompt: asText(item['prompt']) },
      };
    case 'webSearch':
      return { name: 'web search', input: item['query'], shown: { query: asText(item['query']) } };
    case 'imageView':
      return { name: 'view image', input: item['path'], shown: { path: asText(item['path']) } };
    default:
      return null;
  }
}

/** What the model wanted to be run, without the shell that Codex puts around it. */
function commandOf(item: Printed): string {
  const actions = asList(item['commandActions']).map((action) => asText(asObject(action)?.['command']));
  const whole = asText(item['command']);
  return actions.length === 1 && actions[0] !== undefined && actions[0] !== '' ? actions[0] : whole;
}

/** A sandbox says no in a command's output only; the item itself may have ended well. */
function refused(item: Printed, at: number): AgentEvent[] {
  const denial = { at, type: 'denied' } as const;
  switch (item['type']) {
    case 'commandExecution': {
      if (item['status'] === 'declined')
        return [{ ...denial, name: 'shell', summary: callSummary({ command: commandOf(item) }) }];
      const line = asText(item['aggregatedOutput'])
        .split('\n')
        .find((one) => SANDBOXED.test(one));
      return line === undefined ? [] : [{ ...denial, name: 'sandbox:', summary: callSummary({ command: line }) }];
    }
    case 'fileChange': {
      if (item['status'] !== 'declined' && item['status'] !== 'failed') return [];
      const { shown } = callOf(item) ?? { shown: {} };
      return item['status'] === 'declined' ? [{ ...denial, name: 'edit', summary: callSummary(shown) }] : [];
    }
    case 'mcpToolCall': {
      const why = asText(asObject(item['error'])?.['message']);
      if (!/requires approval|approval policy/i.test(why)) return [];
      return [{ ...denial, name: `${asText(item['server'])}.${asText(item['tool'])}`, summary: why }];
    }
    default:
      return [];
  }
}

const SANDBOXED = /Read-only file system|Operation not permitted|operation not permitted|\bEROFS\b|^bwrap: /;
