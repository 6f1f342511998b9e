import { unreachable } from '../../unreachable.ts';
import { ROLES } from '../../workflow/roles.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { Adapter, AgentPlan, AgentReading, AgentRun, Conversation, ParsedOutput } from '../agent.ts';
import { asNumber, asText, type Printed, printedObject } from '../output-line.ts';
import type { BridgeLine, BridgeOrder } from './bridge-lines.ts';
import { bridgeArguments } from './bridge-options.ts';
import { errorOf, failureOf } from './errors.ts';

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
  // What the bridge starts.
  shownCommand: 'as-written',
  cli: null,
  capabilities: {
    resume: 'always',
    names: false,
    inject: 'live',
    mcp: true,
    roles: ROLES,
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

/** What the bridge tells that means something here: not what the agent calls itself, nor what it thinks. */
type HeardLine = Exclude<BridgeLine, { readonly acp: 'agent' | 'thought' }>;

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
    const printed = printedObject(line);
    if (printed !== null && isBridgeLine(printed)) return this.#line(printed, at);
    // The agent's stderr: Gemini and Qwen say there that they try again, and nowhere else.
    const why = /^Attempt \d+ failed\b.*?\bRetrying\b/.exec(line)?.[0];
    return { events: why === undefined ? [] : [{ at, type: 'waiting', why }] };
  }

  #line(line: HeardLine, at: number): ParsedOutput {
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
        return unreachable(line);
    }
  }

  #text(printed: string, at: number): ParsedOutput {
    const text = printed.replaceAll(RETRIES, '').trim();
    if (text === '') return { events: [{ at, type: 'waiting', why: printed.trim() }] };
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
const MEMBERS: Readonly<Record<HeardLine['acp'], Readonly<Record<string, 'string' | 'number'>>>> = {
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

function isBridgeLine(printed: Printed): printed is Printed & HeardLine {
  const kind = asText(printed['acp']);
  const members = Object.hasOwn(MEMBERS, kind) ? MEMBERS[kind as HeardLine['acp']] : undefined;
  return members !== undefined && Object.entries(members).every(([name, type]) => typeof printed[name] === type);
}

/** Copilot says so while it waits for its provider. */
const RETRIES = /Info: Request failed due to a transient API error\. Retrying\.\.\./g;

function reading(code: number | null, tail: string, events: readonly AgentEvent[]): AgentReading {
  const error = events.findLast((event) => event.type === 'error');
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{"acp"'));
  const last = lines.at(-1)?.trim() ?? '';
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
