import { entryOf } from '../entry-of.ts';
import type { ParsedOutput } from '../agent.ts';
import { asObject, asText } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from './messages.ts';

/** Codex asks something, though it was started with approvals off: nobody is there, so the answer is no. */
export function codexAnswer(id: unknown, method: string, params: Printed, at: number): ParsedOutput {
  const result = entryOf(REFUSALS, method);
  const answer =
    result === undefined ? { id, error: { code: -32601, message: messages.NOBODY_ANSWERS } } : { id, result };
  const what =
    asText(params['command']) || asText(params['reason']) || asText(asObject(params['request'])?.['message']);
  return {
    events: [{ at, type: 'denied', name: method, summary: what.split('\n')[0] ?? '' }],
    write: [JSON.stringify(answer)],
  };
}

const REFUSALS: Readonly<Record<string, object>> = {
  'item/commandExecution/requestApproval': { decision: 'decline' },
  'item/fileChange/requestApproval': { decision: 'decline' },
  'mcpServer/elicitation/request': { action: 'decline', content: null, _meta: null },
};
