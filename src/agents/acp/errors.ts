import { entryOf } from '../entry-of.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import { modelError } from '../model-error.ts';
import type { BridgeLine } from './bridge-lines.ts';
import * as messages from './messages.ts';

type Failure = Pick<Extract<AgentEvent, { type: 'error' }>, 'what' | 'why' | 'until'>;

/** What was wrong with a turn that ended without an error. @param words the model's last, after its last tool call */
export function failureOf(stop: string, message: string, at: number): Failure | null {
  const why = entryOf(messages.STOPS, stop);
  if (why !== undefined) return { what: 'other', why };
  const known = message.length > LONGEST_ERROR ? undefined : ERRORS_AS_TEXT.find(([pattern]) => pattern.test(message));
  if (known === undefined) return null;
  const read = modelError(message, null, at);
  return read.what === 'other' ? { ...read, what: known[1] } : read;
}

/** Longer last words are no error message, in characters. */
const LONGEST_ERROR = 2_000;

/** Last words of agents whose provider failed, and what that is where the words don't tell. */
const ERRORS_AS_TEXT: readonly (readonly [RegExp, Failure['what']])[] = [
  // goose
  [/^Ran into this error:/m, 'other'],
  // Copilot
  [/^Error: Failed to get response from the AI model/m, 'provider'],
  [/^Error: Authentication failed with provider/m, 'login'],
  [/^Error: .*\b[45]\d\d\b/m, 'other'],
  // codex
  [/^exceeded retry limit, last status/m, 'provider'],
  [/^unexpected status [45]\d\d/m, 'other'],
  [/^stream (?:disconnected|error)/m, 'provider'],
  [/currently experiencing high demand|at capacity|usage limit/i, 'provider'],
  // Claude Code, Qwen
  [/^\[?API Error\b/m, 'other'],
];

const AUTH_REQUIRED = -32000;

/** Kinds that claude-agent-acp puts into an error's data (`data.errorKind`). */
const KINDS: Readonly<Record<string, 'provider' | 'login'>> = {
  rate_limit: 'provider',
  overloaded: 'provider',
  server_error: 'provider',
  authentication_failed: 'login',
  oauth_org_not_allowed: 'login',
  billing_error: 'login',
};

export function errorOf({ stage, code, kind, message }: Extract<BridgeLine, { acp: 'error' }>, at: number): Failure {
  if (code === AUTH_REQUIRED) return { what: 'login', why: message };
  const read = modelError(message, statusOf(code, kind, message), at);
  const what = entryOf(KINDS, kind ?? '') ?? (code === null ? 'other' : read.what);
  if (what === 'other' && stage === 'resume' && code !== null) return { what: 'session', why: read.why };
  return { ...read, what };
}

/** The HTTP status behind an error, where that shows; null = it doesn't. */
function statusOf(code: number | null, kind: string | null, message: string): number | null {
  // Gemini's code is the status.
  if (code !== null && code >= 400 && code < 600) return code;
  // opencode says only that its provider answered with an error.
  const named = kind === 'APIError' ? /\b[45]\d\d\b/.exec(message)?.[0] : undefined;
  return named === undefined ? null : Number(named);
}
