import { createHash } from 'node:crypto';
import {
  acceptedContent,
  inputRequired,
  inputResponse,
  type CallToolResult,
  type InputRequiredResult,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { refusal } from './answer.ts';
import * as messages from './messages.ts';
import type { Call } from './tool.ts';

const consent = z.object({ agree: z.boolean().describe(messages.AGREE) });

interface Question {
  /**
   * What is agreed to, down to the commit. The answer is to this and to the text, which are computed anew at each call, so that
   * it fits nothing else.
   */
  readonly about: readonly (string | null)[];
  readonly text: string;
  /** What the user can type instead. */
  readonly command: string;
}

/**
 * Has the client ask its user. Nothing is kept meanwhile: the client repeats the call with the answer.
 * @returns null: the user agreed; else what the call returns now
 */
export function askUser(
  { about, text, command }: Question,
  { client, responses }: Call,
): CallToolResult | InputRequiredResult | null {
  const key = createHash('sha256')
    .update(JSON.stringify([about, text]))
    .digest('hex');
  const given = inputResponse(responses, key);
  if (given.kind === 'missing')
    return client.canAsk
      ? inputRequired({ inputRequests: { [key]: inputRequired.elicit({ message: text, requestedSchema: consent }) } })
      : refusal(messages.cannotAsk(client.name, command));
  return acceptedContent(responses, key, consent)?.agree === true ? null : refusal(messages.declined(command));
}
