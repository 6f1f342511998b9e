import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ParsedOutput, ConversationContext } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { inWorktree } from '../in-worktree.ts';
import { modelError } from '../model-error.ts';
import { asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from './messages.ts';

/** How a complaint about a model that isn't there begins. */
export const NO_MODEL = 'Model not found';

/** What `opencode run --format json --print-logs` prints: a JSON object per finished part, and lines of its log. */
export class OpencodeOutput implements Conversation {
  readonly #worktree: string;
  #session = '';
  /** What the log said of a failure that stdout only calls an unexpected one. */
  #failure: string | null = null;

  constructor({ brief }: ConversationContext) {
    this.#worktree = brief.worktree;
  }

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    return { events: printed === null ? this.#logged(line, now) : this.#printed(printed, now) };
  }

  #printed(printed: Printed, at: number): AgentEvent[] {
    const part = asObject(printed['part']) ?? {};
    const session = this.#sessionIs(asText(printed['sessionID']), at);
    switch (printed['type']) {
      case 'text': {
        const text = asText(part['text']);
        // `synthetic`: what it says to the model, in the user's place.
        return part['synthetic'] === true || text === '' ? session : [...session, { at, type: 'text', text }];
      }
      case 'tool_use':
        return [...session, this.#toolCall(part, at)];
      case 'step_finish':
        return [...session, ...usageOf(part, at)];
      case 'error':
        return [...session, this.#error(asObject(printed['error']) ?? {}, at)];
      default:
        return session;
    }
  }

  /** The first that is named is the run's; others are of subagents. */
  #sessionIs(id: string, at: number): AgentEvent[] {
    if (id === '' || this.#session !== '') return [];
    this.#session = id;
    return [{ at, type: 'session', id }];
  }

  /** Reported when the call is over. */
  #toolCall(part: Printed, at: number): AgentEvent {
    const state = asObject(part['state']) ?? {};
    const input = asObject(state['input']) ?? {};
    // What the model asked for and wasn't offered: a tool that is denied altogether.
    const missing = part['tool'] === 'invalid' ? asText(input['tool']) : '';
    const name = missing === '' ? asText(part['tool']) : missing;
    const { filePath, ...rest } = inWorktree(input, this.#worktree);
    const summary = missing === '' ? callSummary(filePath === undefined ? rest : { path: filePath }) : '';
    if (DENIED.test(asText(state['error'])) || (missing !== '' && UNAVAILABLE.test(asText(input['error']))))
      return { at, type: 'denied', name, summary };
    return { at, type: 'tool', name, summary, input: JSON.stringify(input) };
  }

  #error(error: Printed, at: number): AgentEvent {
    const data = asObject(error['data']) ?? {};
    const name = asText(error['name']);
    const message = asText(data['message']) || name || messages.ERROR_WITHOUT_MESSAGE;
    switch (name) {
      case 'ProviderAuthError':
        return { at, type: 'error', what: 'login', why: message };
      case 'APIError':
        return apiError(message, data, at);
      case 'UnknownError':
        return this.#failure === null
          ? { at, type: 'error', ...modelError(message, null, at) }
          : failed(this.#failure, at);
      default:
        return { at, type: 'error', what: 'other', why: message };
    }
  }

  #logged(line: string, at: number): AgentEvent[] {
    if (SESSION_GONE.test(line)) return [{ at, type: 'error', what: 'session', why: messages.SESSION_NOT_FOUND }];
    if (!line.startsWith('timestamp=')) return [];
    const tried = / error\.error=("(?:[^"\\]|\\.)*")/.exec(line)?.[1];
    // `small=true` is the model that thinks of a title.
    if (tried !== undefined && line.includes(' message="stream error" ') && !line.includes(' small=true ')) {
      const session = this.#sessionIs(/ session\.id=(\S+)/.exec(line)?.[1] ?? '', at);
      const { why } = modelError(unquoted(tried).replace(AROUND, ''), null, at);
      return [...session, { at, type: 'waiting', why }];
    }
    const failure = line.includes(' message=failed ') ? / error=("(?:[^"\\]|\\.)*")/.exec(line)?.[1] : undefined;
    if (failure !== undefined) this.#failure = unquoted(failure);
    return [];
  }
}

/** By a rule, or because there was nobody to ask. */
const DENIED = /^The user (?:has specified a rule which prevents you from using|rejected permission to use) this /;
const UNAVAILABLE = /unavailable tool/i;
const SESSION_GONE = /^(?:\u001b\[[0-9;]*m)*Error: (?:\u001b\[[0-9;]*m)*Session not found/;

/** What its log says around a provider's sentence: the error's name, advice, the same once more. */
const AROUND = /^\w*Error: |\. For more information, pass .*$| \(cause: .*$/gs;

function unquoted(text: string): string {
  try {
    return asText(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}

/** Of one step. Its `input` is without the cache, its `output` without what it thought; a price of 0 is none. */
function usageOf(part: Printed, at: number): AgentEvent[] {
  const tokens = asObject(part['tokens']);
  const cache = asObject(tokens?.['cache']);
  const read = asNumber(cache?.['read']);
  const cost = asNumber(part['cost']);
  const input = sum(tokens?.['input'], read, cache?.['write']);
  const output = sum(tokens?.['output'], tokens?.['reasoning']);
  if (input === undefined && output === undefined) return [];
  return [
    {
      at,
      type: 'usage',
      scope: 'step',
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
      ...(read === undefined ? {} : { cached: read }),
      ...(cost === undefined || cost === 0 ? {} : { costUsd: cost }),
    },
  ];
}

function sum(...values: readonly unknown[]): number | undefined {
  const known = values.flatMap((value) => asNumber(value) ?? []);
  return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0);
}

function apiError(message: string, data: Printed, at: number): AgentEvent {
  const status = asNumber(data['statusCode']) ?? null;
  const failure = modelError(message, status, at);
  const why = status === null || failure.why.includes(String(status)) ? failure.why : `${status} ${failure.why}`;
  const what = failure.what === 'other' && data['isRetryable'] === true ? 'provider' : failure.what;
  const until =
    what === 'provider' ? (retryAfter(asObject(data['responseHeaders']) ?? {}, at) ?? failure.until) : undefined;
  return { at, type: 'error', what, why, ...(until === undefined ? {} : { until }) };
}

/** `retry-after` in seconds (the form with a date, RFC 9110 section 10.2.3, is not read), or in milliseconds. */
function retryAfter(headers: Printed, at: number): number | undefined {
  const [milliseconds, seconds] = ['retry-after-ms', 'retry-after'].map((name) => asText(headers[name]));
  if (milliseconds !== undefined && NUMBER.test(milliseconds)) return at + Math.ceil(Number(milliseconds));
  return seconds !== undefined && NUMBER.test(seconds) ? at + Math.ceil(Number(seconds) * 1_000) : undefined;
}

const NUMBER = /^\d+(?:\.\d+)?$/;

/** A model that is known, but whose provider has no key, is "not found" too, and then suggested by its own name. */
function failed(text: string, at: number): AgentEvent {
  const [, whole, provider, model, suggested = ''] =
    /(Model not found: ([^/\s]*)\/(.*?)\.(?: Did you mean: (.*)\?)?)$/.exec(text) ?? [];
  if (whole === undefined) return { at, type: 'error', ...modelError(text.replace(/^\w*Error: /, ''), null, at) };
  if (model !== '' && suggested.split(', ').includes(model ?? ''))
    return { at, type: 'error', what: 'login', why: messages.noLogin(provider, model) };
  const why = model === '' ? messages.modelWithoutProvider(NO_MODEL, provider) : whole;
  return { at, type: 'error', what: 'other', why };
}
