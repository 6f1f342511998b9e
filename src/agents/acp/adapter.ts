import { bridgeArguments } from './bridge-options.ts';
import type { BridgeLine, BridgeOrder } from './bridge-lines.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun, Conversation, ParsedOutput } from '../agent.ts';
import { modelError } from '../model-error.ts';
import { asNumber, asText, printedObject, type Printed } from '../output-line.ts';

/**
 * Any agent that speaks the Agent Client Protocol; `agents.<name>.command` is its own command (`[gemini, --acp]`). What
 * is started is our bridge (src/acp/main.ts), which starts the agent; this adapter talks to the bridge (agents/acp/bridge-lines.ts).
 *
 * `end_turn` proves nothing: codex, copilot and goose end a turn so when their provider is dead. So the last words of a
 * turn are read too, where they look like an error of the provider.
 */
export const acp: Adapter = {
  name: 'acp',
  canFix: true,
  cli: null,
  capabilities: {
    resume: 'always',
    names: false,
    inject: 'live',
    mcp: true,
    roles: ['task', 'reviewer', 'tester'],
  },
  plan,
  startConversation: ({ prompt }) => new BridgeConversation(prompt),
  outcome: (exit, tail, events) => reading(exit.code, tail, events),
};

function plan(run: AgentRun): AgentPlan {
  const { settings, session, model, mcp, gitDir, gitCommonDir, bridge } = run;
  const args = bridgeArguments({
    worktree: run.worktree,
    permissions: settings.permissions,
    programs: settings.tools,
    model,
    resume: session?.resume === true ? session.id : null,
    mcp: [mcp.command, ...mcp.args],
    // What a commit writes to; not the repository's hooks and config.
    gitFolders: [gitDir, ...['objects', 'refs', 'logs'].map((name) => `${gitCommonDir}/${name}`)],
    agent: [...settings.command, ...settings.args],
  });
  const [file = '', ...before] = bridge ?? [];
  return {
    command: { file, args: [...before, ...args], stdin: 'dialogue' },
    shell: null,
    env: { ...ENV, ...(settings.permissions === 'narrow' ? NARROW_ENV : {}) },
  };
}

/**
 * For whichever agent it is. gemini and qwen start themselves a second time, and then hear no signal; Claude Code tries
 * ten times without a word, for three minutes.
 */
const ENV = { GEMINI_CLI_NO_RELAUNCH: 'true', QWEN_CODE_NO_RELAUNCH: 'true', CLAUDE_CODE_MAX_RETRIES: '4' };

/** opencode has no mode that asks, and asks nothing by itself. */
const NARROW_ENV = {
  OPENCODE_PERMISSION: '{"edit":"ask","bash":"ask","webfetch":"ask","external_directory":"ask"}',
};

const order = (order: BridgeOrder): string => JSON.stringify(order);

class BridgeConversation implements Conversation {
  readonly #prompt: string;
  #written = 0;
  #isOn = false;
  /** What the model said since its last tool call. */
  #lastText = '';
  #failed = false;

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  open(): readonly string[] {
    return [order({ order: 'prompt', text: this.#prompt })];
  }

  send(text: string): readonly string[] | null {
    if (!this.#isOn) return null;
    this.#written += 1;
    return [order({ order: 'message', text })];
  }

  receive(line: string, at: number): ParsedOutput {
    const told = printedObject(line);
    if (told !== null && isBridgeLine(told)) return this.#line(told, at);
    // The agent's stderr: Gemini and Qwen say there that they try again, and nowhere else.
    const why = /^Attempt \d+ failed\b.*?\bRetrying\b/.exec(line)?.[0];
    return { events: why === undefined ? [] : [{ at, type: 'waiting', why }] };
  }

  #line(line: BridgeLine, at: number): ParsedOutput {
    switch (line.acp) {
      case 'session':
        return { events: [{ at, type: 'session', id: line.id }] };
      case 'turn-began':
        this.#isOn = true;
        this.#lastText = '';
        this.#failed = false;
        return { events: [] };
      case 'text':
        return this.#text(line.text, at);
      case 'notice':
        return { events: [{ at, type: 'text', text: line.text }] };
      case 'tool':
        this.#lastText = '';
        return { events: [{ at, type: 'tool', name: line.name, summary: line.summary, input: line.input }] };
      case 'denied':
        return { events: [{ at, type: 'denied', name: line.name, summary: line.summary }] };
      case 'usage': {
        const { scope, input, output, cached, costUsd } = line;
        const figures = Object.entries({ input, output, cached, costUsd }).filter(
          ([, figure]) => asNumber(figure) !== undefined,
        );
        return { events: [{ at, type: 'usage', scope, ...Object.fromEntries(figures) }] };
      }
      case 'error':
        this.#failed = true;
        return { events: [{ at, type: 'error', ...errorOf(line, at) }] };
      case 'turn-ended':
        return this.#turnEnded(line.stop, line.taken, at);
      default:
        return { events: [] };
    }
  }

  #text(said: string, at: number): ParsedOutput {
    const text = said.replaceAll(RETRIES, '').trim();
    if (text === '') return { events: [{ at, type: 'waiting', why: said.trim() }] };
    this.#lastText = `${this.#lastText}\n${text}`.trim();
    return { events: [{ at, type: 'text', text }] };
  }

  #turnEnded(stop: string, taken: number, at: number): ParsedOutput {
    // A message that is still on its way to the bridge begins another turn.
    if (taken < this.#written) return { events: [] };
    this.#isOn = false;
    const failure = this.#failed ? null : failureOf(stop, this.#lastText, at);
    return { events: failure === null ? [] : [{ at, type: 'error', ...failure }], over: true };
  }
}

/** What each kind of line must have; the agent's stderr stands in the same log, and may look like anything. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, 'string' | 'number'>>>> = {
  session: { id: 'string' },
  'turn-began': {},
  text: { text: 'string' },
  notice: { text: 'string' },
  tool: { name: 'string', summary: 'string', input: 'string' },
  denied: { name: 'string', summary: 'string' },
  usage: { scope: 'string' },
  error: { stage: 'string', message: 'string' },
  'turn-ended': { stop: 'string', taken: 'number' },
};

function isBridgeLine(told: Printed): told is Printed & BridgeLine {
  const kind = asText(told['acp']);
  const members = Object.hasOwn(MEMBERS, kind) ? MEMBERS[kind] : undefined;
  return members !== undefined && Object.entries(members).every(([name, type]) => typeof told[name] === type);
}

type Failure = Pick<Extract<AgentEvent, { type: 'error' }>, 'what' | 'why' | 'until'>;

/** What was wrong with a turn that ended without an error. @param words the model's last, after its last tool call */
function failureOf(stop: string, words: string, at: number): Failure | null {
  const why = STOPS[stop];
  if (why !== undefined) return { what: 'other', why };
  const said = words.length > LONGEST_ERROR ? undefined : ERRORS_AS_TEXT.find(([pattern]) => pattern.test(words));
  if (said === undefined) return null;
  const read = modelError(words, null, at);
  return read.what === 'other' ? { ...read, what: said[1] } : read;
}

/** How turns end that are no success, by the protocol's stop reason. */
const STOPS: Readonly<Record<string, string>> = {
  refusal: 'the model refused to continue',
  max_tokens: 'the model reached its token limit',
  max_turn_requests: 'the agent reached its limit of requests in one turn',
  cancelled: 'the agent cancelled its turn',
};

/** Copilot says so while it waits for its provider. */
const RETRIES = /Info: Request failed due to a transient API error\. Retrying\.\.\./g;

/** Longer last words are no error message, in characters. */
const LONGEST_ERROR = 2_000;

/** Last words of agents whose provider failed, and what that is where the words don't tell. */
const ERRORS_AS_TEXT: readonly (readonly [RegExp, Failure['what']])[] = [
  // goose
  [/^Ran into this error:/m, 'other'],
  // Copilot
  [/^Error: Failed to get response from the AI model/m, 'provider'],
  [/^Error: Authentication failed with provider/m, 'login'],
  [/^Error: .*\b[45]\d\d\b/m, 'other'],
  // codex
  [/^exceeded retry limit, last status/m, 'provider'],
  [/^unexpected status [45]\d\d/m, 'other'],
  [/^stream (?:disconnected|error)/m, 'provider'],
  [/currently experiencing high demand|at capacity|usage limit/i, 'provider'],
  // Claude Code, Qwen
  [/^\[?API Error\b/m, 'other'],
];

const AUTH_REQUIRED = -32000;

/** Kinds that claude-agent-acp puts into an error's data (`data.errorKind`). */
const KINDS: Readonly<Record<string, 'provider' | 'login'>> = {
  rate_limit: 'provider',
  overloaded: 'provider',
  server_error: 'provider',
  authentication_failed: 'login',
  oauth_org_not_allowed: 'login',
  billing_error: 'login',
};

function errorOf({ stage, code, kind, message }: Extract<BridgeLine, { acp: 'error' }>, at: number): Failure {
  if (code === AUTH_REQUIRED) return { what: 'login', why: message };
  const read = modelError(message, statusOf(code, kind, message), at);
  const what = KINDS[kind ?? ''] ?? (code === null ? 'other' : read.what);
  if (what === 'other' && stage === 'resume' && code !== null) return { what: 'session', why: read.why };
  return { ...read, what };
}

/** The HTTP status behind an error, where that shows; null = it doesn't. */
function statusOf(code: number | null, kind: string | null, message: string): number | null {
  // Gemini's code is the status.
  if (code !== null && code >= 400 && code < 600) return code;
  // opencode says only that its provider answered with an error.
  const named = kind === 'APIError' ? /\b[45]\d\d\b/.exec(message)?.[0] : undefined;
  return named === undefined ? null : Number(named);
}

function reading(code: number | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const error = events.findLast((event) => event.type === 'error');
  const words = tail.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{"acp"'));
  const last = words.at(-1)?.trim() ?? '';
  if (error === undefined) return code === 0 || last === '' ? { kind: 'ended' } : { kind: 'ended', detail: last };
  const { what, why: detail, until } = error;
  switch (what) {
    case 'provider':
      return { kind: 'provider', detail, ...(until === undefined ? {} : { until }) };
    case 'login':
      return { kind: 'login', detail };
    case 'session':
      return { kind: 'no-session', detail };
    case 'other':
      return events.some((event) => event.type === 'session')
        ? { kind: 'ended', detail }
        : { kind: 'not-started', detail };
  }
}
