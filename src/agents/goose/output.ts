import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ParsedOutput } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { modelError, waitIn } from '../model-error.ts';
import type { ModelError } from '../model-error.ts';
import { asList, asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/**
 * The output of `goose run --output-format stream-json`: a banner, messages (the model's come in pieces), and the
 * totals of the session at its end. What goose says itself comes as a message of the assistant without an id.
 */
export class GooseOutput implements Conversation {
  /** What the model has said since its last whole line. */
  #text = '';
  /** Calls without a result, by id. */
  readonly #calls = new Map<string, { readonly name: string; readonly summary: string }>();

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    if (printed === null) return { events: plain(line, now) };
    switch (printed['type']) {
      case 'message':
        return { events: this.#message(asObject(printed['message']) ?? {}, now) };
      case 'complete':
        return { events: [...this.#rest(now), ...usage(printed, now)] };
      case 'error':
        return {
          events: [...this.#rest(now), { at: now, type: 'error', ...readError(asText(printed['error']), now) }],
        };
      default:
        return { events: [] };
    }
  }

  #message(message: Printed, at: number): readonly AgentEvent[] {
    const own = message['role'] === 'assistant' && message['id'] === null;
    return asList(message['content']).flatMap((part) => {
      const content = asObject(part) ?? {};
      switch (content['type']) {
        case 'text':
          return message['role'] === 'assistant' ? this.#onText(asText(content['text']), own, at) : [];
        case 'toolRequest':
          return [...this.#rest(at), ...this.#call(content, at)];
        case 'toolResponse':
          return this.#result(content, at);
        case 'systemNotification':
          return [...this.#rest(at), ...notification(content, at)];
        default:
          return [];
      }
    });
  }

  /** Pieces of a sentence are put together to whole lines. */
  #onText(piece: string, own: boolean, at: number): readonly AgentEvent[] {
    if (own && GAVE_UP.test(piece)) return [...this.#rest(at), { at, type: 'error', ...readError(piece, at) }];
    this.#text += piece;
    const whole = this.#text.lastIndexOf('\n') + 1;
    const text = this.#text.slice(0, whole).trim();
    this.#text = this.#text.slice(whole);
    return text === '' ? [] : [{ at, type: 'text', text }];
  }

  #rest(at: number): readonly AgentEvent[] {
    const text = this.#text.trim();
    this.#text = '';
    return text === '' ? [] : [{ at, type: 'text', text }];
  }

  #call(content: Printed, at: number): readonly AgentEvent[] {
    const value = asObject(asObject(content['toolCall'])?.['value']);
    if (value === null) return [];
    const name = asText(value['name']);
    const input = asObject(value['arguments']);
    const summary = callSummary(input);
    this.#calls.set(asText(content['id']), { name, summary });
    return [{ at, type: 'tool', name, summary, input: JSON.stringify(input) }];
  }

  #result(content: Printed, at: number): readonly AgentEvent[] {
    const id = asText(content['id']);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    const parts = asList(asObject(asObject(content['toolResult'])?.['value'])?.['content']);
    const refused = parts.some((part) => REFUSED.test(asText(asObject(part)?.['text'])));
    return refused && call !== undefined ? [{ at, type: 'denied', ...call }] : [];
  }
}

/** In a mode other than `auto`, which settings may choose. */
const REFUSED = /^(?:The user has declined to run this tool|Let the user know the tool call was skipped)/;

/** How the messages end with which it gives up. */
const GAVE_UP =
  /^Ran into this error\b|Please (?:retry if you think this is a transient|resend your message to try again|try again or create a new session)/;

/** `Ran into this error: Rate limit exceeded: … .` and what to do, which is nobody's to do here. */
function readError(text: string, at: number): ModelError {
  const message = text
    .replace(/^Ran into this error(?: trying to compact)?: /, '')
    .replace(/\n+Please (?:retry|resend|try) [^\n]*$/, '')
    .trim();
  const error = modelError(message, null, at);
  if (message.startsWith('Authentication error: ')) return { ...error, what: 'login' };
  if (!/^(?:Server error|Network error|Rate limit exceeded)\b/.test(message)) return error;
  const wait = waitIn(message);
  return { what: 'provider', why: error.why, ...(wait === null ? {} : { until: at + wait }) };
}

function notification(content: Printed, at: number): readonly AgentEvent[] {
  const why = asText(content['msg']);
  if (content['notificationType'] === 'creditsExhausted') return [{ at, type: 'error', what: 'provider', why }];
  return /^(?:Unable to continue|Compaction failed)\b/.test(why) ? [{ at, type: 'error', what: 'other', why }] : [];
}

/** Totals of the session; there are none if its first request failed. */
function usage(printed: Printed, at: number): readonly AgentEvent[] {
  const input = asNumber(printed['input_tokens']);
  const output = asNumber(printed['output_tokens']);
  if (input === undefined || output === undefined) return [];
  return [{ at, type: 'usage', scope: 'thread', input, output }];
}

function plain(line: string, at: number): readonly AgentEvent[] {
  const why = /^\s*error: (.*)/i.exec(line)?.[1]?.trim();
  if (why === undefined) return [];
  if (/^Cannot resume session\b|^No session found\b/.test(why)) return [{ at, type: 'error', what: 'session', why }];
  if (/^No (?:provider|model) configured\b|Configuration value not found\b/.test(why))
    return [{ at, type: 'error', what: 'login', why }];
  return [{ at, type: 'error', what: 'other', why }];
}
