import type { AgentEvent } from '../../contract/agent-event.ts';
import { callSummary } from '../call-summary.ts';
import { inWorktree } from '../in-worktree.ts';
import { modelError } from '../model-error.ts';
import { asList, asNumber, asObject, asText } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from './messages.ts';

/** A whole message of pi's model: what it says, what it used up, and what went wrong. */
export function piMessage(message: Printed, at: number): AgentEvent[] {
  if (message['role'] !== 'assistant') return [];
  const text = asList(message['content'])
    .map((part) => asObject(part))
    .map((part) => (part?.['type'] === 'text' ? asText(part['text']) : ''))
    .join('');
  const error = asText(message['errorMessage']);
  return [
    ...(text === '' ? [] : [{ at, type: 'text', text } as const]),
    ...usageOf(asObject(message['usage']) ?? {}, at),
    ...(message['stopReason'] !== 'error'
      ? []
      : [{ at, type: 'error', ...modelError(error === '' ? messages.NO_ANSWER : error, null, at) } as const]),
  ];
}

/** Begin or end of a tool call. Only an extension of the user's refuses one, and its end reports that. */
export function piToolCall(printed: Printed, worktree: string, at: number): AgentEvent[] {
  const name = asText(printed['toolName']);
  if (printed['type'] === 'tool_execution_end') {
    const [first] = asList(asObject(printed['result'])?.['content']);
    const why = asText(asObject(first)?.['text']);
    const blocked = printed['isError'] === true && why.startsWith('Tool execution was blocked');
    return blocked ? [{ at, type: 'denied', name, summary: '' }] : [];
  }
  const input = asObject(printed['args']) ?? {};
  return [{ at, type: 'tool', name, summary: callSummary(inWorktree(input, worktree)), input: JSON.stringify(input) }];
}

/** Its `input` is without the cache. A price of 0 is none; an answer that never came used nothing that we know of. */
function usageOf(usage: Printed, at: number): AgentEvent[] {
  const [input, output, cached, written] = ['input', 'output', 'cacheRead', 'cacheWrite'].map((key) =>
    asNumber(usage[key]),
  );
  const cost = asNumber(asObject(usage['cost'])?.['total']);
  const all = (input ?? 0) + (cached ?? 0) + (written ?? 0);
  if (all + (output ?? 0) === 0) return [];
  return [
    {
      at,
      type: 'usage',
      scope: 'step',
      input: all,
      ...(output === undefined ? {} : { output }),
      ...(cached === undefined ? {} : { cached }),
      ...(cost === undefined || cost === 0 ? {} : { costUsd: cost }),
    },
  ];
}
