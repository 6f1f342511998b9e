import type { ModelError } from '../model-error.ts';
import { modelError } from '../model-error.ts';
import { asList, asNumber, asObject, asText } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/** What went wrong in a turn, by Codex's code for it where there is one, else by its words. */
export interface CodexError extends Omit<ModelError, 'what'> {
  readonly what: ModelError['what'] | 'session';
}

/**
 * @param error a TurnError of the protocol: `message`, `codexErrorInfo`
 * @param resumed its thread is one of an earlier run: what is too long for the model is its history
 * @param now epoch ms
 */
export function codexError(error: Printed, limits: RateLimits, resumed: boolean, now: number): CodexError {
  const { codexErrorInfo: info } = error;
  const text = asText(error['message']);
  const status = statusOf(info);
  const known = modelError(text, status ?? null, now);
  if (info === 'usageLimitExceeded') {
    const until = limits.resetsAt() ?? known.until;
    return { what: 'provider', why: known.why, ...(until === undefined ? {} : { until }) };
  }
  if (info === 'contextWindowExceeded' || TOO_LONG.test(text))
    return { what: resumed ? 'session' : 'other', why: known.why };
  if (info === 'unauthorized' || NO_KEY.test(text)) return { what: 'login', why: known.why };
  // No status: it never got an answer.
  const passing = PASSING.has(asText(info)) || status === null || CUT_OFF.test(text);
  return passing && known.what === 'other' ? { ...known, what: 'provider' } : known;
}

/** The rate limits of a subscription, as Codex tells them after each answer. */
export class RateLimits {
  #resetsAt: number | undefined;

  /** @param printed a RateLimitSnapshot of the protocol */
  take(printed: Printed): void {
    const full = asList([printed['primary'], printed['secondary']])
      .map((window) => asObject(window))
      .filter((window) => (asNumber(window?.['usedPercent']) ?? 0) >= 100)
      .flatMap((window) => asNumber(window?.['resetsAt']) ?? []);
    this.#resetsAt = full.length === 0 ? undefined : Math.max(...full) * 1_000;
  }

  /** When all that is used up is there again (epoch ms); undefined = nothing is, or nobody said. */
  resetsAt(): number | undefined {
    return this.#resetsAt;
  }
}

const PASSING = new Set([
  'rateLimitExceeded',
  'serverOverloaded',
  'internalServerError',
  'flexUnavailable',
  'policyCapacityUnavailable',
]);
const TOO_LONG = /context[ _](?:window|length)|maximum context/i;
const CUT_OFF = /^(?:stream disconnected|connection failed)|error sending request|idle timeout/i;
const NO_KEY = /^Missing environment variable|not logged in|(?:sign|log) in again|refresh token/i;

/** HTTP status of a code that carries one; null: it carries one, and there was no answer; undefined: it doesn't. */
function statusOf(info: unknown): number | null | undefined {
  const inner = asObject(Object.values(asObject(info) ?? {})[0]);
  if (inner === null || !('httpStatusCode' in inner)) return undefined;
  return asNumber(inner['httpStatusCode']) ?? null;
}
