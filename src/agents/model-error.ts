import { cutText } from '../plain-text.ts';

/** What a model's provider, or an agent on its behalf, says went wrong. */
export interface ModelError {
  readonly what: 'provider' | 'login' | 'other';
  /** In a sentence, without the JSON around it. */
  readonly why: string;
  /** Epoch ms at which it may be asked again, where it says so. */
  readonly until?: number;
}

/**
 * Tells trouble that passes (rate limit, overload, 5xx, no connection) from a missing or refused key, and both from all
 * else (a request that is too long, a refused prompt), which is the run's own.
 * @param text the message, bare or with the provider's JSON in it
 * @param status HTTP status; null = as far as the message names it
 * @param now epoch ms
 */
export function modelError(text: string, status: number | null, now: number): ModelError {
  const what = kindOf(text, status ?? statusIn(text));
  const wait = what === 'provider' ? waitIn(text) : null;
  const why = inShort(text);
  return wait === null ? { what, why } : { what, why, until: now + wait };
}

/** HTTP status that a message names: `failed with status 503`, `429 Too Many Requests`, `"code":401`. null = none. */
export function statusIn(text: string): number | null {
  const found = /(?:\bstatus(?: ?code)?\W{0,4}|\bcode"?\W{0,3}|^\W*|: )([45]\d\d)\b/i.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Milliseconds that a message asks to wait; null = it doesn't say. */
export function waitIn(text: string): number | null {
  const bare = /retry-after\W{1,4}(\d+)(?![\d.]*\s*[a-z])/i.exec(text)?.[1];
  if (bare !== undefined) return Number(bare) * 1_000;
  const spans = WAIT.exec(text)?.[1];
  if (spans === undefined) return null;
  let sum = 0;
  for (const [, amount, unit = ''] of spans.matchAll(/(\d+(?:\.\d+)?)\s*(ms|milli|h|m|s)/gi))
    sum += Number(amount) * (UNITS[unit.toLowerCase()] ?? 0);
  return Math.round(sum);
}

/** `retry in 34.07s`, `"retryDelay":"34s"`, `reset after 1h2m3s`, `Retrying after 34000ms`, `try again in 10 minutes`. */
const WAIT =
  /(?:retry|retrying|try again|available again|resets?)(?: ?delay\W{1,5}|[ -](?:in|after)\W{1,3})((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|hours?|h|minutes?|mins?|m|seconds?|secs?|s)\b[\s,]*|\d+(?:h|m)(?=\d))+)/i;
const UNITS: Readonly<Record<string, number>> = { ms: 1, milli: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Google answers 400 to a key that isn't one. */
const NO_KEY =
  /api[ _-]?key (?:not valid|expired|is invalid|not found|is missing)|no auth type|(?:invalid|incorrect|missing) (?:\S+ )?(?:api[ _-]?key|x-api-key)|API_KEY_INVALID|UNAUTHENTICATED|unauthori[sz]ed|authentication (?:failed|required|error)/i;
const USED_UP =
  /rate.?limit|quota|resource.?exhausted|too many requests|overloaded|exhausted your capacity|capacity (?:exhausted|exceeded)/i;
const NOT_THERE =
  /service unavailable|temporarily unavailable|internal (?:server )?error|bad gateway|gateway timeout|fetch failed|econnrefused|econnreset|etimedout|enotfound|eai_again|socket hang up|connection error|network error|timed? ?out|premature close|terminated/i;

function kindOf(text: string, status: number | null): ModelError['what'] {
  if (NO_KEY.test(text) || status === 401 || status === 402) return 'login';
  if (status === 403) return USED_UP.test(text) ? 'provider' : 'login';
  if (status !== null) return status === 408 || status === 429 || status >= 500 ? 'provider' : 'other';
  return USED_UP.test(text) || NOT_THERE.test(text) ? 'provider' : 'other';
}

const LONGEST = 300;

/** The provider's own sentence out of its JSON, with the status that stands there; else the text. One line. */
function inShort(text: string): string {
  const quoted = /"message"\s*:\s*"((?:[^"\\]|\\.)+)"/.exec(text.replaceAll('\\"', '"'))?.[1];
  const status = statusIn(text);
  const line = (quoted === undefined ? text : `${status === null ? '' : `${status} `}${quoted}`)
    .replaceAll(/\\n|\s+/g, ' ')
    .trim();
  return cutText(line, LONGEST);
}
