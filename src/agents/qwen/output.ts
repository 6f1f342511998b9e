import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Brief } from '../../contract/brief.ts';
import type { Conversation, ParsedOutput } from '../agent.ts';
import { callSummary } from '../call-summary.ts';
import { inWorktree } from '../in-worktree.ts';
import { modelError } from '../model-error.ts';
import { asList, asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import * as messages from '../messages.ts';

/** The output of `qwen --output-format stream-json`: Claude's shapes, with errors of the provider as the agent's text. */
export class QwenOutput implements Conversation {
  readonly #worktree: string;
  readonly #totals: boolean;
  /** Calls without a result, by id. */
  readonly #calls = new Map<string, { readonly name: string; readonly summary: string }>();

  /**
   * Its totals are those of the whole session: of no use for a session that continues, where nobody knows what it had
   * used before (its last run was ended in the middle).
   */
  constructor({ worktree, session, sessionUsage }: Pick<Brief, 'worktree' | 'session' | 'sessionUsage'>) {
    this.#worktree = worktree;
    this.#totals = session?.resume !== true || sessionUsage !== null;
  }

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    return { events: printed === null ? plain(line, now) : this.#event(printed, now) };
  }

  #event(printed: Printed, at: number): readonly AgentEvent[] {
    switch (printed['type']) {
      case 'system':
        return printed['subtype'] === 'init' ? [{ at, type: 'session', id: asText(printed['session_id']) }] : [];
      case 'assistant':
        return [...content(printed).flatMap((block) => this.#textOf(block, at)), ...step(printed, at)];
      case 'user':
        return content(printed).flatMap((block) => this.#result(block, at));
      case 'result':
        return [...(this.#totals ? total(printed, at) : []), ...failure(printed, at)];
      default:
        return [];
    }
  }

  #textOf(block: Printed, at: number): readonly AgentEvent[] {
    if (block['type'] === 'text') return textOrError(asText(block['text']), at);
    if (block['type'] !== 'tool_use') return [];
    const name = asText(block['name']);
    const input = asObject(block['input']) ?? {};
    const summary = callSummary(inWorktree(input, this.#worktree));
    this.#calls.set(asText(block['id']), { name, summary });
    return [{ at, type: 'tool', name, summary, input: JSON.stringify(input) }];
  }

  #result(block: Printed, at: number): readonly AgentEvent[] {
    if (block['type'] !== 'tool_result') return [];
    const id = asText(block['tool_use_id']);
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (call === undefined || block['is_error'] !== true || !REFUSED.test(asText(block['content']))) return [];
    return [{ at, type: 'denied', ...call }];
  }
}

const REFUSED =
  /requires permission to use|permission was declined|denied by permission|blocked by permission|is denied/i;

function content(printed: Printed): Printed[] {
  const blocks = asList(asObject(printed['message'])?.['content']).map((block) => asObject(block));
  return blocks.filter((block) => block !== null);
}

const API_ERROR = '[API Error: ';

/** 0.15 appends an error of the provider to what was reported, and calls the run a success. */
function textOrError(text: string, at: number): readonly AgentEvent[] {
  const from = text.indexOf(API_ERROR);
  const shown = (from === -1 ? text : text.slice(0, from)).trim();
  const events: AgentEvent[] = shown === '' ? [] : [{ at, type: 'text', text: shown }];
  if (from !== -1) events.push(errorOf(text.slice(from), at));
  return events;
}

/** The message alone: after the bracket comes advice on rate limits, after an empty line advice on time limits. */
function errorOf(text: string, at: number): AgentEvent {
  const bare = text.startsWith(API_ERROR)
    ? text.slice(API_ERROR.length).replace(/\](?:\s*Possible quota limitations[\s\S]*)?\s*$/, '')
    : text;
  return { at, type: 'error', ...modelError(bare.split('\n\n')[0] ?? bare, null, at) };
}

/** What one request used; a message that spans several lines has it in one of them. */
function step(printed: Printed, at: number): readonly AgentEvent[] {
  const usage = usageOf(asObject(asObject(printed['message'])?.['usage']));
  return usage === null ? [] : [{ at, type: 'usage', scope: 'step', ...usage }];
}

function total(printed: Printed, at: number): readonly AgentEvent[] {
  const usage = usageOf(asObject(printed['usage']));
  return usage === null ? [] : [{ at, type: 'usage', scope: 'thread', ...usage }];
}

function usageOf(usage: Printed | null): { input: number; output: number; cached?: number } | null {
  const input = asNumber(usage?.['input_tokens']) ?? 0;
  const output = asNumber(usage?.['output_tokens']) ?? 0;
  if (input + output === 0) return null;
  const cached = asNumber(usage?.['cache_read_input_tokens']);
  return { input, output, ...(cached === undefined ? {} : { cached }) };
}

function failure(printed: Printed, at: number): readonly AgentEvent[] {
  if (printed['is_error'] !== true) return [];
  const message = asText(asObject(printed['error'])?.['message']);
  const reason = message === '' ? asText(printed['result']) : message;
  return [errorOf(reason === '' ? messages.ENDED_IN_ERROR : reason, at)];
}

function plain(line: string, at: number): readonly AgentEvent[] {
  const why = /^No saved session found with ID \S+/.exec(line)?.[0];
  return why === undefined ? [] : [{ at, type: 'error', what: 'session', why }];
}
