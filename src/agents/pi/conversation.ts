import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ParsedOutput, ConversationContext } from '../agent.ts';
import { modelError } from '../model-error.ts';
import { asNumber, asObject, asText, printedObject } from '../output-line.ts';
import type { Printed } from '../output-line.ts';
import { STATUS_KEY } from './extension.ts';
import { piMessage, piToolCall } from './message.ts';
import * as messages from './messages.ts';

/**
 * pi's rpc mode, from our side (docs/rpc.md of its package). The prompt goes to it as its first command; a message while
 * it works as a prompt that steers, which also begins a turn should it just have ended one.
 *
 * Its turn is over when it says so in two ways: it printed that it ended (or its last message asks for no tool), and,
 * asked for its state, it neither works nor has anything queued. `agent_end` alone won't do: a retry, a compaction or
 * a message may follow.
 */
export class PiConversation implements Conversation {
  readonly #prompt: string;
  readonly #worktree: string;
  #working = false;
  /** It seems to have ended; `certain` after `agent_end`. */
  #ending: 'no' | 'perhaps' | 'certain' = 'no';
  /** Number of the question about its state that is open; 0 = none. */
  #asked = 0;
  #questions = 0;
  /** It said once that it is idle. */
  #idle = false;
  #sent = 0;
  #unanswered = 0;

  constructor({ brief, prompt }: ConversationContext) {
    this.#prompt = prompt;
    this.#worktree = brief.worktree;
  }

  open(): readonly string[] {
    return [command('get_state', SESSION), command('prompt', PROMPT, { message: plain(this.#prompt) })];
  }

  send(text: string): readonly string[] | null {
    if (!this.#working) return null;
    this.#unanswered += 1;
    this.#sent += 1;
    return [command('prompt', `${SAID}${this.#sent}`, { message: plain(text), streamingBehavior: 'steer' })];
  }

  receive(line: string, now: number): ParsedOutput {
    if (SKIPPED.test(line)) return NOTHING;
    // Lines that hold a whole conversation are not worth reading.
    const printed = line.startsWith(AGENT_END) ? { type: 'agent_end' } : printedObject(line);
    return printed === null ? { events: complaint(line, now) } : this.#printed(printed, now);
  }

  #printed(printed: Printed, at: number): ParsedOutput {
    switch (printed['type']) {
      case 'response':
        return this.#response(printed, at);
      case 'agent_start':
      case 'turn_start':
        return this.#goesOn();
      case 'message_end':
        return this.#messageEnd(asObject(printed['message']) ?? {}, at);
      case 'agent_end':
        return this.#ends('certain');
      case 'tool_execution_start':
      case 'tool_execution_end':
        return { events: piToolCall(printed, this.#worktree, at) };
      case 'auto_retry_start': {
        const { why, until } = modelError(asText(printed['errorMessage']), null, at);
        this.#working = false;
        this.#ending = 'no';
        return { events: [{ at, type: 'waiting', why, ...(until === undefined ? {} : { until }) }] };
      }
      case 'auto_retry_end':
        return printed['success'] === false ? this.#ends('perhaps') : NOTHING;
      case 'compaction_end':
        return this.#compacted(printed, at);
      case 'extension_ui_request':
        return extension(printed, at);
      default:
        return NOTHING;
    }
  }

  #goesOn(): ParsedOutput {
    this.#working = true;
    this.#ending = 'no';
    this.#idle = false;
    return NOTHING;
  }

  #messageEnd(message: Printed, at: number): ParsedOutput {
    const events = piMessage(message, at);
    if (message['role'] !== 'assistant' || message['stopReason'] === 'toolUse') return { events };
    return { ...this.#ends('perhaps'), events };
  }

  #ends(how: 'perhaps' | 'certain'): ParsedOutput {
    if (how === 'certain') this.#working = false;
    if (this.#ending !== 'certain') this.#ending = how;
    return this.#ask();
  }

  #compacted(printed: Printed, at: number): ParsedOutput {
    const why = asText(printed['errorMessage']);
    const events: AgentEvent[] = why === '' ? [] : [{ at, type: 'error', what: 'other', why }];
    if (printed['willRetry'] === true) {
      this.#ending = 'no';
      return { events };
    }
    return this.#ending === 'no' ? { events } : { ...this.#ask(), events };
  }

  #ask(): ParsedOutput {
    if (this.#asked > 0) return NOTHING;
    this.#questions += 1;
    this.#asked = this.#questions;
    return { events: [], write: [command('get_state', `${STATE}${this.#asked}`)] };
  }

  #response(printed: Printed, at: number): ParsedOutput {
    const id = asText(printed['id']);
    const data = asObject(printed['data']) ?? {};
    if (id === SESSION) {
      const session = asText(data['sessionId']);
      return { events: session === '' ? [] : [{ at, type: 'session', id: session }] };
    }
    if (id === PROMPT)
      return printed['success'] === false ? { events: [refused(asText(printed['error']), at)], over: true } : NOTHING;
    if (id.startsWith(SAID)) {
      this.#unanswered -= 1;
      const why = printed['success'] === false ? messages.messageRefused(asText(printed['error'])) : '';
      const events: AgentEvent[] = why === '' ? [] : [{ at, type: 'error', what: 'other', why }];
      return this.#ending === 'no' ? { events } : { ...this.#ask(), events };
    }
    if (id !== `${STATE}${this.#asked}`) return NOTHING;
    this.#asked = 0;
    return this.#ending === 'no' ? NOTHING : this.#conclude(data);
  }

  /** Its state, when it seems to have ended. */
  #conclude(state: Printed): ParsedOutput {
    // Its answer asks again: before it, nobody knows whether a turn begins.
    if (this.#unanswered > 0) return NOTHING;
    if (state['isStreaming'] === true || state['isCompacting'] === true) {
      this.#idle = false;
      // At the end of a compaction it says so.
      return state['isCompacting'] === true ? NOTHING : this.#ask();
    }
    if ((asNumber(state['pendingMessageCount']) ?? 0) > 0) {
      // A message came between its last look at the queue and its end. A prompt makes it look again.
      this.#ending = 'no';
      return {
        events: [],
        write: [command('prompt', NUDGE, { message: messages.ONE_MORE_MESSAGE, streamingBehavior: 'steer' })],
      };
    }
    if (this.#ending === 'certain' || this.#idle) return { events: [], over: true };
    this.#idle = true;
    return this.#ask();
  }
}

const NOTHING: ParsedOutput = { events: [] };
const SESSION = 'kanban-session';
const PROMPT = 'kanban-prompt';
const SAID = 'kanban-said-';
const STATE = 'kanban-state-';
const NUDGE = 'kanban-nudge';
const AGENT_END = '{"type":"agent_end"';
/** Parts of what comes whole later. */
const SKIPPED = /^\{"type":"(?:message_update|message_start|tool_execution_update|turn_end)"/;

const command = (type: string, id: string, more: object = {}): string => JSON.stringify({ id, type, ...more });

/** A text that begins with a slash would be taken for a command or a template of pi's. */
const plain = (text: string): string => (text.startsWith('/') ? ` ${text}` : text);

function refused(message: string, at: number): AgentEvent {
  const why = message.split('\n')[0]?.trim() ?? '';
  if (/No API key|No model selected|Authentication failed/i.test(message))
    return { at, type: 'error', what: 'login', why };
  return { at, type: 'error', ...modelError(why, null, at) };
}

/** What it prints, on stderr, before it leaves. */
function complaint(line: string, at: number): AgentEvent[] {
  const why = line
    .replace(/^(?:\u001b\[[0-9;]*m)+/, '')
    .replace(/\u001b\[[0-9;]*m$/, '')
    .trim();
  if (/^(?:No session found matching|Session found in different project)/.test(why))
    return [{ at, type: 'error', what: 'session', why }];
  if (why.startsWith('No models available'))
    return [{ at, type: 'error', what: 'login', why: why.split('. ')[0] ?? why }];
  return why.startsWith('Error: ') ? [{ at, type: 'error', what: 'other', why: why.slice('Error: '.length) }] : [];
}

const DIALOGS = new Set(['select', 'confirm', 'input', 'editor']);

/** An extension has a word for the user: ours what the provider answered; of theirs, nobody is there to be asked. */
function extension(printed: Printed, at: number): ParsedOutput {
  if (printed['statusKey'] === STATUS_KEY) return { events: providerStatus(asText(printed['statusText']), at) };
  if (!DIALOGS.has(asText(printed['method']))) return NOTHING;
  const answer = JSON.stringify({ type: 'extension_ui_response', id: printed['id'], cancelled: true });
  const summary = asText(printed['title']).split('\n')[0] ?? '';
  return { events: [{ at, type: 'denied', name: messages.EXTENSION_QUESTION, summary }], write: [answer] };
}

function providerStatus(text: string, at: number): AgentEvent[] {
  const [status = '', after = ''] = text.split(' ');
  const until = /^\d+$/.test(after) ? { until: at + Number(after) * 1_000 } : {};
  return [{ at, type: 'waiting', why: messages.providerAnswered(status), ...until }];
}
