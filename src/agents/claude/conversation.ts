import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ParsedOutput } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { claudeError } from './outcome.ts';
import { claudeUsage } from './usage.ts';
import { inWorktree } from '../in-worktree.ts';
import { asList, asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from './messages.ts';
import * as shared from '../messages.ts';

const NOTHING: ParsedOutput = { events: [] };

/**
 * `claude -p --input-format stream-json --output-format stream-json --replay-user-messages`: lines of JSON both ways.
 * It answers messages in turns, each with a `result`. A message sent within a turn is taken up in the
 * next request to the model, one that comes too late for that begins another turn: which of both it was is known when
 * the CLI replays it. Its stdin is closed once a turn ended and nothing that was reported is still to be taken up.
 */
export class ClaudeConversation implements Conversation {
  readonly #worktree: string;
  readonly #prompt: string;
  #session = '';
  #listens = false;
  /** Said, and not yet replayed. */
  #unreplayed: string[] = [];
  /** Agents of its own that work in the background; when they are done, it continues. */
  #background = 0;
  /** Calls without a result, by id. */
  readonly #calls = new Map<string, { readonly name: string; readonly summary: string }>();
  /** Ids of calls that were reported as refused. */
  readonly #refused = new Set<string>();
  /** The CLI's word for what went wrong in this turn. */
  #error = '';
  /** Epoch ms at which the limit ends that was reached. */
  #resetsAt: number | undefined;

  constructor(worktree: string, prompt: string) {
    this.#worktree = worktree;
    this.#prompt = prompt;
  }

  open(): readonly string[] {
    return [userLine(this.#prompt)];
  }

  send(text: string): readonly string[] | null {
    if (!this.#listens) return null;
    if (text.trim() === '') return [];
    // A text that begins with a slash would be a command to the CLI.
    const message = text.trimStart().startsWith('/') ? `Message: ${text.trimStart()}` : text;
    this.#unreplayed.push(message.trim());
    return [userLine(message)];
  }

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    switch (printed?.['type']) {
      case 'system':
        return { events: this.#system(printed, now) };
      case 'rate_limit_event':
        return { events: this.#limit(printed, now) };
      case 'assistant':
        return { events: this.#assistant(printed, now) };
      case 'user':
        return { events: this.#user(printed, now) };
      case 'result':
        return this.#result(printed, now);
      default:
        return NOTHING;
    }
  }

  #system(printed: Printed, at: number): readonly AgentEvent[] {
    switch (printed['subtype']) {
      case 'init':
        return this.#begun(asText(printed['session_id']), at);
      case 'api_retry':
        return [retry(printed, at)];
      case 'permission_denied':
        return this.#denied(asText(printed['tool_use_id']), asText(printed['tool_name']), null, at);
      case 'compact_boundary':
        return [{ at, type: 'phase', name: compaction(asObject(printed['compact_metadata'])) }];
      case 'background_tasks_changed':
        this.#background = asList(printed['tasks']).filter(
          (task) => asObject(task)?.['task_type'] !== 'local_bash',
        ).length;
        return [];
      default:
        return [];
    }
  }

  /** Each turn begins so. */
  #begun(session: string, at: number): readonly AgentEvent[] {
    this.#listens = true;
    this.#error = '';
    if (session === '' || session === this.#session) return [];
    this.#session = session;
    return [{ at, type: 'session', id: session }];
  }

  #limit(printed: Printed, at: number): readonly AgentEvent[] {
    const info = asObject(printed['rate_limit_info']);
    const resetsAt = asNumber(info?.['resetsAt']);
    if (info?.['status'] !== 'rejected' || resetsAt === undefined) return [];
    // What goes beyond the subscription is paid for: it continues.
    if (info['isUsingOverage'] === true || asText(info['overageStatus']).startsWith('allowed')) return [];
    this.#resetsAt = resetsAt * 1_000;
    const which = asText(info['rateLimitType']).replaceAll('_', '-');
    return [{ at, type: 'waiting', until: this.#resetsAt, why: messages.limitReached(which) }];
  }

  #assistant(printed: Printed, at: number): readonly AgentEvent[] {
    const error = asText(printed['error']);
    if (error !== '') this.#error = error;
    // Its own words for an error; the result says it again.
    if (asObject(printed['message'])?.['model'] === '<synthetic>') return [];
    const isMain = asText(printed['parent_tool_use_id']) === '';
    return content(printed).flatMap((block): readonly AgentEvent[] => {
      if (block['type'] === 'tool_use') return [this.#call(block, at)];
      const text = block['type'] === 'text' && isMain ? asText(block['text']).trim() : '';
      return text === '' ? [] : [{ at, type: 'text', text }];
    });
  }

  #call(block: Printed, at: number): AgentEvent {
    const name = asText(block['name']);
    const input = asObject(block['input']) ?? {};
    const summary = summaryOf(input, this.#worktree);
    this.#calls.set(asText(block['id']), { name, summary });
    return { at, type: 'tool', name, summary, input: JSON.stringify(input) };
  }

  #user(printed: Printed, at: number): readonly AgentEvent[] {
    if (printed['isReplay'] === true) {
      for (const block of content(printed)) this.#takenUp(asText(block['text']).trim());
      return [];
    }
    return content(printed).flatMap((block) => {
      if (block['type'] !== 'tool_result') return [];
      const id = asText(block['tool_use_id']);
      const refused = block['is_error'] === true && REFUSED.test(textOf(block['content']));
      const events = refused ? this.#denied(id, '', null, at) : [];
      this.#calls.delete(id);
      return events;
    });
  }

  #takenUp(text: string): void {
    const n = this.#unreplayed.indexOf(text);
    if (n !== -1) this.#unreplayed.splice(n, 1);
  }

  #denied(id: string, name: string, input: Printed | null, at: number): readonly AgentEvent[] {
    if (this.#refused.has(id)) return [];
    this.#refused.add(id);
    const call = this.#calls.get(id) ?? { name, summary: input === null ? '' : summaryOf(input, this.#worktree) };
    return [{ at, type: 'denied', ...call }];
  }

  #result(printed: Printed, at: number): ParsedOutput {
    const denied = asList(printed['permission_denials']).flatMap((item) => {
      const call = asObject(item) ?? {};
      return this.#denied(asText(call['tool_use_id']), asText(call['tool_name']), asObject(call['tool_input']), at);
    });
    const failed = printed['is_error'] === true;
    const events = [...denied, ...claudeUsage(printed, at), ...(failed ? [this.#failure(printed, at)] : [])];
    const goesOn =
      this.#unreplayed.length > 0 || this.#background > 0 || (asNumber(printed['queued_turn_count']) ?? 0) > 0;
    if (goesOn && !failed) return { events };
    this.#listens = false;
    return { events, over: true };
  }

  /** A subtype `success` with `is_error` is an error. */
  #failure(printed: Printed, at: number): AgentEvent {
    const texts = [asText(printed['result']), ...asList(printed['errors']).map((error) => asText(error))];
    const subtype = asText(printed['subtype']).replaceAll('_', ' ');
    const text = texts.find((one) => one.trim() !== '') ?? (subtype === '' ? shared.ENDED_IN_ERROR : subtype);
    const status = asNumber(printed['api_error_status']) ?? null;
    return { at, type: 'error', ...claudeError(text, { kind: this.#error, status, resetsAt: this.#resetsAt }, at) };
  }
}

const userLine = (text: string): string =>
  JSON.stringify({ type: 'user', message: { role: 'user', content: [{ type: 'text', text }] } });

/** 2.1.197 tells a refusal at once only to the model. What a program printed begins with its exit code. */
const REFUSED =
  /^(?!Exit code)(?:.*\b(?:requested permissions? to|permission to use \S+ has been denied|requires? (?:explicit )?approval|was blocked\. For security))/i;

function content(printed: Printed): Printed[] {
  const content = asObject(printed['message'])?.['content'];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return asList(content)
    .map((block) => asObject(block))
    .filter((block) => block !== null);
}

const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : asList(value)
        .map((part) => asText(asObject(part)?.['text']))
        .join('\n');

const summaryOf = (input: Printed, worktree: string): string => {
  const { description, ...rest } = inWorktree(input, worktree);
  // `description` says what a command or an agent is for; it stands in front only where nothing else tells.
  return callSummary('prompt' in rest && typeof description === 'string' ? { query: description } : rest);
};

function retry(printed: Printed, at: number): AgentEvent {
  const delay = asNumber(printed['retry_delay_ms']);
  const why = messages.retried({
    kind: asText(printed['error']),
    status: asNumber(printed['error_status']),
    attempt: asNumber(printed['attempt']),
    most: asNumber(printed['max_retries']),
  });
  return { at, type: 'waiting', why, ...(delay === undefined ? {} : { until: at + Math.round(delay) }) };
}

const compaction = (metadata: Printed | null): string => messages.compacted(asNumber(metadata?.['pre_tokens']));
