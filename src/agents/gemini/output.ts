import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Conversation, ParsedOutput } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { inWorktree } from '../in-worktree.ts';
import { modelError } from '../model-error.ts';
import { asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from '../messages.ts';

/**
 * The output of `gemini --output-format stream-json`, in which its stderr stands between the JSON lines: retries are
 * printed nowhere else. https://geminicli.com/docs/cli/headless
 */
export class GeminiOutput implements Conversation {
  readonly #worktree: string;
  /** What it has said since its last whole line. */
  #text = '';
  #waiting = false;
  /** Calls without a result, by id. */
  readonly #calls = new Map<string, { readonly name: string; readonly summary: string }>();

  constructor({ worktree }: Pick<Brief, 'worktree'>) {
    this.#worktree = worktree;
  }

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    const events = printed === null ? this.#plain(line, now) : this.#event(printed, now);
    for (const { type } of events) this.#waiting = type === 'waiting' || (this.#waiting && type === 'error');
    return { events };
  }

  #event(printed: Printed, at: number): readonly AgentEvent[] {
    switch (printed['type']) {
      case 'init':
        return [{ at, type: 'session', id: asText(printed['session_id']) }];
      case 'message':
        return printed['role'] === 'assistant' ? this.#onText(asText(printed['content']), at) : [];
      case 'tool_use':
        return [...this.#rest(at), this.#call(printed, at)];
      case 'tool_result':
        return this.#result(printed, at);
      case 'error':
        return [...this.#rest(at), { at, type: 'error', ...modelError(asText(printed['message']), null, at) }];
      case 'result':
        return [...this.#rest(at), ...usage(printed, at), ...failure(printed, at)];
      default:
        return [];
    }
  }

  /** Pieces of a sentence are put together to whole lines; the first after a wait is reported at once. */
  #onText(piece: string, at: number): readonly AgentEvent[] {
    this.#text += piece;
    const whole = this.#waiting ? this.#text.length : this.#text.lastIndexOf('\n') + 1;
    const text = this.#text.slice(0, whole).trim();
    this.#text = this.#text.slice(whole);
    return text === '' ? [] : [{ at, type: 'text', text }];
  }

  #rest(at: number): readonly AgentEvent[] {
    const text = this.#text.trim();
    this.#text = '';
    return text === '' ? [] : [{ at, type: 'text', text }];
  }

  #call(printed: Printed, at: number): AgentEvent {
    const name = asText(printed['tool_name']);
    const input = asObject(printed['parameters']) ?? {};
    const summary = callSummary(inWorktree(input, this.#worktree));
    this.#calls.set(asText(printed['tool_id']), { name, summary });
    return { at, type: 'tool', name, summary, input: JSON.stringify(input) };
  }

  #result(printed: Printed, at: number): readonly AgentEvent[] {
    const id = asText(printed['tool_id']);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call === undefined || !isRefusal(printed)) return [];
    return [{ at, type: 'denied', ...call }];
  }

  #plain(line: string, at: number): readonly AgentEvent[] {
    const resume = /^Error resuming session: (.*)/.exec(line)?.[1];
    if (resume !== undefined) return [{ at, type: 'error', what: 'session', why: resume }];
    if (!/^Attempt \d+ failed\b/.test(line)) return [];
    const { until } = modelError(line, null, at);
    const { why } = modelError(withoutAttempt(line), null, at);
    return [...this.#rest(at), { at, type: 'waiting', why, ...(until === undefined ? {} : { until }) }];
  }
}

/** Of "Attempt 1 failed with status 429. Retrying with backoff... _ApiError: {…}" what comes last, if there is anything. */
function withoutAttempt(line: string): string {
  const why = line
    .replace(/^Attempt \d+ failed(?: with status \d+)?[.:]? */, '')
    .replace(/\.? *(?:Retrying (?:with backoff|after \d+ms)\.\.\.|Max attempts reached) */, '')
    .replace(/^_?\w*Error: (?:exception \w+: )?/, '');
  return why === '' ? line : why;
}

/** A command substitution is refused by the shell tool itself, whose call counts as done well. */
function isRefusal(printed: Printed): boolean {
  const error = asObject(printed['error']);
  if (error === null) return asText(printed['output']).startsWith('Blocked: command substitution');
  return /policy_violation|permission|denied/i.test(asText(error['type']));
}

/** Totals of this process. Thinking counts as output: it is in the total, and in neither of the two. */
function usage(printed: Printed, at: number): readonly AgentEvent[] {
  const stats = asObject(printed['stats']);
  const total = asNumber(stats?.['total_tokens']);
  if (stats === null || total === undefined || total === 0) return [];
  const input = asNumber(stats['input_tokens']) ?? 0;
  const output = Math.max(asNumber(stats['output_tokens']) ?? 0, total - input);
  const cached = asNumber(stats['cached']);
  return [{ at, type: 'usage', scope: 'run', input, output, ...(cached === undefined ? {} : { cached }) }];
}

function failure(printed: Printed, at: number): readonly AgentEvent[] {
  if (printed['status'] !== 'error') return [];
  const message = asText(asObject(printed['error'])?.['message']);
  return [{ at, type: 'error', ...modelError(message === '' ? messages.ENDED_IN_ERROR : message, null, at) }];
}
