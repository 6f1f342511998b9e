import { entryOf } from '../entry-of.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { AgentReading } from '../agent.ts';
import { lastWord } from '../last-word.ts';
import { modelError } from '../model-error.ts';
import { resetTime } from '../reset-time.ts';

type ErrorEvent = Extract<AgentEvent, { type: 'error' }>;
type ClaudeError = Pick<ErrorEvent, 'what' | 'why' | 'until'>;

/** How an ended Claude Code is read: its exit code tells too little, its last result line all that it knows. */
export function readClaude(
  { code, signal }: { readonly code: number | null; readonly signal: string | null },
  tail: string,
  events: readonly AgentEvent[],
): AgentReading {
  const ending = lastWord(events);
  if (ending?.kind === 'ended' && NO_MODEL.test(ending.detail ?? ''))
    return { kind: 'not-started', detail: ending.detail ?? '' };
  if (ending !== null) return ending;
  if (signal !== null) return { kind: 'ended' };
  const began = events.some(({ type }) => type === 'session' || type === 'text' || type === 'tool');
  if (began || code === 0) {
    const waits = events.findLast(({ type }) => type !== 'phase');
    return waits?.type === 'waiting' ? { kind: 'provider', detail: waits.why } : { kind: 'ended' };
  }
  return readStderr(tail.trimEnd().split('\n').at(-1)?.trim() ?? '', code);
}

/** Before its first line it says on stderr what is wrong. @param last its last line */
function readStderr(last: string, code: number | null): AgentReading {
  if (NO_SESSION.test(last)) return { kind: 'no-session', detail: last };
  if (NO_LOGIN.test(last)) return { kind: 'login', detail: last };
  return { kind: 'not-started', detail: last === '' ? `exit ${code ?? '?'}` : last };
}

/** What the CLI reports of a failed turn, beside its text. */
export interface FailedTurn {
  /** The CLI's own word for the failure, on its last message; '' = none. */
  readonly kind: string;
  /** HTTP status; null = none. */
  readonly status: number | null;
  /** When the subscription's limit ends (epoch ms), if a line of its own said so. */
  readonly resetsAt: number | undefined;
}

/** Why a turn failed. */
export function claudeError(text: string, { kind, status, resetsAt }: FailedTurn, now: number): ClaudeError {
  if (NO_SESSION.test(text)) return { what: 'session', why: text };
  const read = modelError(text, status, now);
  const what = entryOf(KINDS, kind) ?? (NO_LOGIN.test(text) ? 'login' : LIMIT.test(text) ? 'provider' : read.what);
  if (what !== 'provider') return { what, why: read.why };
  const until = resetsAt ?? resetTime(text, now) ?? read.until;
  return { what, why: read.why, ...(until === undefined ? {} : { until }) };
}

const KINDS: Readonly<Record<string, ClaudeError['what']>> = {
  authentication_failed: 'login',
  oauth_org_not_allowed: 'login',
  account_on_hold: 'login',
  verification_required: 'login',
  billing_error: 'login',
  cloud_credential_error: 'login',
  rate_limit: 'provider',
  overloaded: 'provider',
  server_error: 'provider',
  invalid_request: 'other',
  model_not_found: 'other',
  max_output_tokens: 'other',
};

const NO_SESSION = /No conversation found with session ID/i;
const NO_LOGIN = /not logged in|run \/login|invalid (?:api key|auth token)|credit balance is too low/i;
const NO_MODEL = /issue with the selected model/i;
const LIMIT = /(?:hit|reached) your .*limit|limit reached|connection (?:error|refused|dropped)|API Error: \(?5\d\d/i;
