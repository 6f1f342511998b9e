import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ParsedOutput } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { modelError, waitIn } from '../model-error.ts';
import type { ModelError } from '../model-error.ts';
import { asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';

/**
 * The output of `copilot --output-format json`: its session events (schemas/session-events.schema.json of its package)
 * and, between them, its OpenTelemetry spans, which alone tell tokens. What keeps it from starting is plain text.
 */
export class CopilotOutput implements Conversation {
  /** Calls without a result, by id. */
  readonly #calls = new Map<string, { readonly name: string; readonly summary: string }>();
  /** Why the last request to the model failed; null once one has succeeded. */
  #failed: ModelError | null = null;

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    if (printed === null) return { events: plain(line, now) };
    if (printed['type'] === 'span') return { events: usage(printed, now) };
    return { events: this.#event(printed, asObject(printed['data']) ?? {}, now) };
  }

  #event(printed: Printed, data: Printed, at: number): readonly AgentEvent[] {
    switch (printed['type']) {
      case 'assistant.message':
        return this.#message(data, at);
      case 'tool.execution_start':
        return [this.#call(data, at)];
      case 'tool.execution_complete':
        return this.#result(data, at);
      case 'model.call_failure':
        return this.#failure(data, at);
      case 'session.error':
        return [{ at, type: 'error', ...this.#error(data, at) }];
      case 'result':
        return [{ at, type: 'session', id: asText(printed['sessionId']) }];
      default:
        return [];
    }
  }

  #message(data: Printed, at: number): readonly AgentEvent[] {
    this.#failed = null;
    const text = asText(data['content']).trim();
    return text === '' ? [] : [{ at, type: 'text', text }];
  }

  #call(data: Printed, at: number): AgentEvent {
    const name = asText(data['toolName']);
    const input = asObject(data['arguments']);
    const summary = callSummary(input);
    this.#calls.set(asText(data['toolCallId']), { name, summary });
    return { at, type: 'tool', name, summary, input: JSON.stringify(input) };
  }

  #result(data: Printed, at: number): readonly AgentEvent[] {
    const id = asText(data['toolCallId']);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    const denied = asObject(data['error'])?.['code'] === 'denied';
    return denied && call !== undefined ? [{ at, type: 'denied', ...call }] : [];
  }

  /** One request in vain; it may try again, and says nothing of when. */
  #failure(data: Printed, at: number): readonly AgentEvent[] {
    const status = asNumber(data['statusCode']) ?? null;
    const message = unquoted(asText(data['errorMessage']));
    const error = failureOf(status === null ? message : `${status} ${message}`, status, at);
    this.#failed = data['failureKind'] === 'transport' ? byProvider(message, at) : error;
    const { what, why, until } = this.#failed;
    return what === 'provider' ? [{ at, type: 'waiting', why, ...(until === undefined ? {} : { until }) }] : [];
  }

  /** It has given up. */
  #error(data: Printed, at: number): ModelError {
    const message = asText(data['message']);
    const error = failureOf(message, asNumber(data['statusCode']) ?? null, at);
    switch (data['errorType']) {
      case 'authentication':
      case 'authorization':
      case 'policy':
        return { ...error, what: 'login' };
      case 'rate_limit':
      case 'quota':
        return byProvider(message, at);
      case 'context_limit':
        return { ...error, what: 'other' };
      default:
        // Of a connection that failed it knows no status.
        return asNumber(data['statusCode']) === undefined
          ? { ...error, what: this.#failed?.what ?? error.what }
          : error;
    }
  }
}

/** No credit left is like a used-up quota: it works again once it has been filled up. */
const NO_CREDIT = 402;

function failureOf(text: string, status: number | null, at: number): ModelError {
  return status === NO_CREDIT ? byProvider(text, at) : modelError(text, status, at);
}

/** It is known to be the provider's, whatever the words. */
function byProvider(text: string, at: number): ModelError {
  const wait = waitIn(text);
  const { why } = modelError(text, null, at);
  return { what: 'provider', why, ...(wait === null ? {} : { until: at + wait }) };
}

/** The provider's body, which stands there as JSON: an object, or a mere string. */
function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return asText(value) || asText(asObject(value)?.['message']) || text;
  } catch {
    return text;
  }
}

/** A request to the model, done; those of its sub-agents too. */
function usage(span: Printed, at: number): readonly AgentEvent[] {
  const attributes = asObject(span['attributes']) ?? {};
  if (attributes['gen_ai.operation.name'] !== 'chat') return [];
  const input = asNumber(attributes['gen_ai.usage.input_tokens']);
  const output = asNumber(attributes['gen_ai.usage.output_tokens']);
  const cached = asNumber(attributes['gen_ai.usage.cache_read.input_tokens']);
  if (input === undefined && output === undefined) return [];
  return [
    {
      at,
      type: 'usage',
      scope: 'step',
      ...(input === undefined ? {} : { input }),
      ...(output === undefined ? {} : { output }),
      ...(cached === undefined ? {} : { cached }),
    },
  ];
}

function plain(line: string, at: number): readonly AgentEvent[] {
  const why = line.replace(/^Error: /, '').trim();
  if (/^Error: No session, task, or name matched\b/.test(line)) return [{ at, type: 'error', what: 'session', why }];
  if (/^Error: (?:No authentication information found|Authentication token found but)/.test(line))
    return [{ at, type: 'error', what: 'login', why }];
  // It could not ask GitHub whether its token is good.
  if (/\bnetwork fetch failed\b/.test(line)) return [{ at, type: 'error', what: 'provider', why }];
  return [];
}
