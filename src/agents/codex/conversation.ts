import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Conversation, ConversationContext, ParsedOutput } from '../agent.ts';
import { asObject, asText, type Printed, printedObject } from '../output-line.ts';
import { codexAnswer } from './answer.ts';
import { codexError, RateLimits } from './error.ts';
import { IGNORED } from './ignored.ts';
import { codexItem } from './item.ts';
import { codexLog } from './log.ts';
import { CodexUsage } from './usage.ts';
import * as messages from './messages.ts';

/** Where in Codex's configuration the provider stands that takes its key from the environment. */
export const KEYED_PROVIDER = 'model_providers.kanban-openai-key';

/**
 * The app server of Codex, from our side (`codex app-server generate-ts` prints its protocol): who are you, is there a
 * login, a thread (new or resumed), one turn with the prompt. Messages steer that turn; one that comes as it ends
 * begins another. Threads of Codex's own sub-agents are listened to as well, but end nothing.
 */
export class CodexConversation implements Conversation {
  readonly #context: ConversationContext;
  readonly #limits = new RateLimits();
  readonly #usage = new CodexUsage();
  /** Messages that were sent and not yet answered, by the id of the request. */
  readonly #unanswered = new Map<number, CodexMessage>();
  #requests = THREAD;
  #thread: string | null = null;
  /** The active turn. */
  #turn: string | null = null;
  /** The turn that was begun last, and the one that ended last: once they are the same, all is done. */
  #begun = '';
  #ended = '';
  /** Its configuration can't be read: what it says of logins is reported without it. The thread will be refused. */
  #misread = false;

  constructor(talk: ConversationContext) {
    this.#context = talk;
  }

  open(): readonly string[] {
    return [
      request(HELLO, 'initialize', {
        clientInfo: { name: 'kanban', title: null, version: '1' },
        capabilities: { experimentalApi: false, requestAttestation: false, optOutNotificationMethods: IGNORED },
      }),
    ];
  }

  send(text: string): readonly string[] | null {
    if (this.#thread === null || this.#turn === null) return null;
    return [this.#steer(text, this.#thread, this.#turn)];
  }

  receive(line: string, now: number): ParsedOutput {
    const printed = printedObject(line);
    if (printed === null) return { events: codexLog(line, now) };
    const { id, method } = printed;
    if (typeof method !== 'string') return typeof id === 'number' ? this.#answered(id, printed, now) : NOTHING;
    const params = asObject(printed['params']) ?? {};
    if (id !== undefined) return codexAnswer(id, method, params, now);
    return this.#notify(method, params, now);
  }

  #answered(id: number, printed: Printed, at: number): ParsedOutput {
    const result = asObject(printed['result']) ?? {};
    const refusal = asObject(printed['error']);
    const why = refusal === null ? null : asText(refusal['message']);
    switch (id) {
      case HELLO:
        return why === null
          ? write(JSON.stringify({ method: 'initialized' }), request(LOGIN, 'account/read', {}))
          : end(other(why, at));
      case LOGIN:
        return this.#login(why === null ? result : {}, at);
      case THREAD:
        return why === null ? this.#threadBegun(result, at) : end(threadError(why, at));
      default:
        return this.#messageAnswered(id, result, why, at);
    }
  }

  #login({ account, requiresOpenaiAuth }: Printed, at: number): ParsedOutput {
    const missing = requiresOpenaiAuth === true && account === null && !this.#misread;
    const keyed = (this.#context.brief.command?.args ?? []).some((word) => word.startsWith(`${KEYED_PROVIDER}.`));
    if (missing && !keyed) return end({ at, type: 'error', what: 'login', why: messages.NOT_LOGGED_IN });
    const { model, session } = this.#context.brief;
    const settings = {
      ...(model === null ? {} : { model }),
      ...(missing ? { modelProvider: KEYED_PROVIDER.split('.')[1] } : {}),
    };
    // No `cwd`, though it could be given: the user's config.toml would get a line that trusts the repository.
    return write(
      session?.resume === true
        ? request(THREAD, 'thread/resume', {
            ...settings,
            threadId: session.id,
            excludeTurns: true,
            // It would continue with the permissions of the run that began the thread, whatever `-c` says.
            sandbox: this.#configured('sandbox_mode'),
            approvalPolicy: this.#configured('approval_policy'),
          })
        : request(THREAD, 'thread/start', settings),
    );
  }

  #threadBegun(result: Printed, at: number): ParsedOutput {
    const id = asText(asObject(result['thread'])?.['id']);
    this.#thread = id;
    const note = this.#configured('sandbox_mode') === 'workspace-write' ? [messages.SANDBOX_NOTE] : [];
    return { events: [{ at, type: 'session', id }], write: [this.#start(this.#context.prompt, id, note)] };
  }

  /** What its command line says last of a key of its configuration. */
  #configured(key: string): string | null {
    const words = this.#context.brief.command?.args ?? [];
    const last = words.findLast((word, n) => words[n - 1] === '-c' && word.startsWith(`${key}=`));
    return last?.slice(key.length + 1).replaceAll('"', '') ?? null;
  }

  #start(text: string, threadId: string, more: readonly string[] = []): string {
    this.#requests += 1;
    this.#unanswered.set(this.#requests, { text, by: 'turn' });
    return request(this.#requests, 'turn/start', { threadId, input: [text, ...more].map(input) });
  }

  #steer(text: string, threadId: string, expectedTurnId: string): string {
    this.#requests += 1;
    this.#unanswered.set(this.#requests, { text, by: 'steer' });
    return request(this.#requests, 'turn/steer', { threadId, expectedTurnId, input: [input(text)] });
  }

  /** A steer that is refused came too late, as the turn ended: its message begins another. */
  #messageAnswered(id: number, result: Printed, why: string | null, at: number): ParsedOutput {
    const sent = this.#unanswered.get(id);
    this.#unanswered.delete(id);
    if (sent === undefined || this.#thread === null) return NOTHING;
    // To an active turn, a turn/start is a steer as well, and names it.
    if (why === null && sent.by === 'turn') this.#begun = asText(asObject(result['turn'])?.['id']);
    if (why === null) return this.#endIfDone();
    if (sent.by === 'steer') return write(this.#start(sent.text, this.#thread));
    const error: AgentEvent = { at, type: 'error', ...codexError({ message: why }, this.#limits, false, at) };
    return this.#turn === null ? end(error) : { events: [error] };
  }

  #notify(method: string, params: Printed, at: number): ParsedOutput {
    const thread = asText(params['threadId']);
    const own = thread === this.#thread;
    switch (method) {
      case 'item/started':
      case 'item/completed':
        return this.#item(asObject(params['item']) ?? {}, { isDone: method === 'item/completed', own }, at);
      case 'thread/tokenUsage/updated':
        // A resumed thread tells at once what it had used before.
        return { events: this.#usage.take(thread, params, own && this.#turn === null && this.#ended === '', at) };
      case 'account/rateLimits/updated':
        this.#limits.take(asObject(params['rateLimits']) ?? {});
        return NOTHING;
      case 'configWarning':
        this.#misread = true;
        return NOTHING;
      default:
        return own ? this.#notifyOwn(method, params, at) : NOTHING;
    }
  }

  /** What only counts for the run's own thread. */
  #notifyOwn(method: string, params: Printed, at: number): ParsedOutput {
    switch (method) {
      case 'turn/started':
        return this.#turnStarted(params);
      case 'turn/completed':
        return this.#turnCompleted(asObject(params['turn']) ?? {}, at);
      case 'error':
        return params['willRetry'] === true ? { events: [this.#waits(asObject(params['error']) ?? {}, at)] } : NOTHING;
      default:
        return NOTHING;
    }
  }

  /** @param own the item belongs to the run's own thread */
  #item(item: Printed, { isDone, own }: { readonly isDone: boolean; readonly own: boolean }, at: number): ParsedOutput {
    if (!own && item['type'] === 'agentMessage') return NOTHING;
    return { events: codexItem(item, isDone, this.#context.brief.worktree, at) };
  }

  #turnStarted(params: Printed): ParsedOutput {
    this.#turn = asText(asObject(params['turn'])?.['id']);
    return NOTHING;
  }

  #turnCompleted({ id, status, error }: Printed, at: number): ParsedOutput {
    this.#turn = null;
    this.#ended = asText(id);
    const failed = asObject(error);
    const resumed = this.#context.brief.session?.resume === true;
    if (failed !== null) return end({ at, type: 'error', ...codexError(failed, this.#limits, resumed, at) });
    if (status === 'interrupted') return end(other(messages.TURN_INTERRUPTED, at));
    return this.#endIfDone();
  }

  #endIfDone(): ParsedOutput {
    const done = this.#ended !== '' && this.#ended === this.#begun && this.#unanswered.size === 0;
    return done ? { events: [], over: true } : NOTHING;
  }

  #waits(error: Printed, at: number): AgentEvent {
    const { additionalDetails, message } = error;
    const { why, until } = codexError(
      { ...error, message: asText(additionalDetails) === '' ? message : additionalDetails },
      this.#limits,
      false,
      at,
    );
    return { at, type: 'waiting', why, ...(until === undefined ? {} : { until }) };
  }
}

interface CodexMessage {
  readonly text: string;
  readonly by: 'turn' | 'steer';
}

const NOTHING: ParsedOutput = { events: [] };

const HELLO = 1;

const LOGIN = 2;

const THREAD = 3;

const request = (id: number, method: string, params: object): string => JSON.stringify({ id, method, params });

const input = (text: string): object => ({ type: 'text', text, text_elements: [] });

const write = (...lines: string[]): ParsedOutput => ({ events: [], write: lines });

const end = (event: AgentEvent): ParsedOutput => ({ events: [event], over: true });

const other = (why: string, at: number): AgentEvent => ({ at, type: 'error', what: 'other', why });

function threadError(why: string, at: number): AgentEvent {
  const gone =
    /no rollout found|(?:thread|session|conversation) (?:id )?(?:\S+ )?(?:not found|does not exist)|invalid (?:session|thread) id/i;
  return gone.test(why) ? { at, type: 'error', what: 'session', why } : other(why, at);
}
