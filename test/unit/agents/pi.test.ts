import { afterEach, describe, expect, it } from 'vitest';
import type { Conversation, ParsedOutput, ConversationContext } from '../../../src/agents/agent.ts';
import { piExtension } from '../../../src/agents/pi/extension.ts';
import { pi } from '../../../src/agents/pi/adapter.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { NOW, plannedRun, recorded as recordedLines } from './recorded-lines.ts';

const talk = { brief: { worktree: '/p/.worktrees/T-1' }, prompt: 'Do it.' } as ConversationContext;

function converse(prompt = talk.prompt): Conversation {
  const conversation = pi.startConversation?.({ ...talk, prompt });
  if (conversation === undefined) throw new Error('pi has no conversation');
  return conversation;
}

const recorded = (name: string): string[] => recordedLines(`pi-${name}`);

/** All that is heard in lines, and after which of them the agent is over. */
function hear(lines: readonly string[], conversation = converse()): { events: AgentEvent[]; overAt: number | null } {
  const events: AgentEvent[] = [];
  let overAt: number | null = null;
  lines.forEach((line, n) => {
    const heard = conversation.receive(line, NOW);
    events.push(...heard.events);
    if (heard.over === true) overAt ??= n;
  });
  return { events, overAt };
}

const short = (events: readonly AgentEvent[]): string[] =>
  events.map((event) => {
    switch (event.type) {
      case 'text':
        return `text ${event.text}`;
      case 'tool':
      case 'denied':
        return `${event.type} ${event.name} ${event.summary}`;
      case 'error':
        return `error ${event.what} ${event.why}`;
      case 'waiting':
        return `waiting ${event.why}${event.until === undefined ? '' : ` until ${event.until - NOW}`}`;
      default:
        return event.type;
    }
  });

const line = (value: object): string => JSON.stringify(value);
const state = (n: number, data: object = {}): string =>
  line({
    id: `kanban-state-${n}`,
    type: 'response',
    command: 'get_state',
    success: true,
    data: { isStreaming: false, isCompacting: false, pendingMessageCount: 0, ...data },
  });
const written = (heard: ParsedOutput): { id: string; type: string; message?: string }[] =>
  (heard.write ?? []).map((text) => JSON.parse(text) as { id: string; type: string; message?: string });

describe('what pi does', () => {
  it('is told as events, each tool call with its file or command, each step with what it used', () => {
    const { events, overAt } = hear(recorded('task'));
    expect(short(events)).toEqual([
      'session',
      'text I write the file.',
      'usage',
      'tool write agent-T-1.txt',
      'text Commit.',
      'usage',
      "tool bash git add -A && git commit -q -m 'T-1: work' && git log --oneline -1",
      'text Report.',
      'usage',
      expect.stringMatching(/^tool bash printf .*KANBAN_REPORT/),
      'text Finished.',
      'usage',
    ]);
    expect(events[0]).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(events[2]).toEqual({
      at: NOW,
      type: 'usage',
      scope: 'step',
      input: 1000,
      output: 50,
      cached: 0,
      costUsd: 0.0011,
    });
    expect(events[3]).toMatchObject({
      input: '{"path":"/p/.worktrees/T-1/agent-T-1.txt","content":"done\\n"}',
    });
    // The answer to the question that its end raised.
    expect(overAt).toBe(recorded('task').length - 1);
    expect(pi.outcome({ code: 0, signal: null }, '', events, NOW)).toEqual({ kind: 'ended' });
  });

  it('counts input with its cache, and knows no cost where the price is 0', () => {
    const usage = { input: 600, output: 50, cacheRead: 300, cacheWrite: 100, cost: { total: 0 } };
    const message = { role: 'assistant', content: [], usage, stopReason: 'toolUse' };
    expect(converse().receive(line({ type: 'message_end', message }), NOW).events).toEqual([
      { at: NOW, type: 'usage', scope: 'step', input: 1000, output: 50, cached: 300 },
    ]);
  });

  it('is not disturbed by lines that are no JSON, or unknown, or broken', () => {
    const lines = [
      'npm warn something',
      '',
      '{"type":',
      '[]',
      '{"type":"new_thing"}',
      '{"type":"message_end"}',
      'null',
    ];
    expect(hear(lines)).toEqual({ events: [], overAt: null });
  });
});

describe('trouble', () => {
  it('a rate limit: it waits, tries again, gives up, and its exit code 0 deceives nobody', () => {
    const { events, overAt } = hear(recorded('ratelimit'));
    const once = ['error provider 429 scripted 429', 'waiting 429 scripted 429'];
    expect(short(events)).toEqual(['session', ...once, ...once, ...once, 'error provider 429 scripted 429']);
    expect(overAt).toBe(recorded('ratelimit').length - 1);
    expect(pi.outcome({ code: 0, signal: null }, '', events, NOW)).toEqual({
      kind: 'provider',
      detail: '429 scripted 429',
    });
  });

  it('a provider that names a time: our extension tells it', () => {
    const { events } = hear(recorded('retry-after'));
    expect(short(events)).toEqual(['session', 'waiting its provider answered with HTTP 429 until 900000']);
    const told = { type: 'extension_ui_request', method: 'setStatus', statusKey: 'kanban-provider' };
    expect(short(converse().receive(line({ ...told, statusText: '503 -' }), NOW).events)).toEqual([
      'waiting its provider answered with HTTP 503',
    ]);
  });

  it.each([
    ['badkey', 0, { kind: 'login', detail: expect.stringContaining('401 Incorrect API key provided') }],
    ['no-key', 0, { kind: 'login', detail: expect.stringContaining('No API key found for anthropic.') }],
    ['no-session', 1, { kind: 'no-session', detail: expect.stringContaining('No session found matching') }],
    ['too-long', 0, { kind: 'ended', detail: expect.stringContaining('Context overflow recovery failed') }],
  ])('%s', (name, code, reading) => {
    const { events } = hear(recorded(name));
    expect(pi.outcome({ code, signal: null }, '', events, NOW)).toEqual(reading);
  });

  it.each([
    ['Authentication failed for x.', 'login'],
    ['429 Too many requests', 'provider'],
    ['the prompt is odd\nat line 3', 'other'],
  ])('a prompt that is refused ends it, for what it says: %s', (error, what) => {
    const conversation = converse();
    const refusal = line({ id: 'kanban-prompt', type: 'response', success: false, error });
    expect(conversation.receive(refusal, NOW)).toMatchObject({
      events: [{ type: 'error', what, why: error.split('\n')[0] }],
      over: true,
    });
  });

  it('a refused prompt and a refused key end it', () => {
    expect(hear(recorded('no-key')).overAt).toBe(recorded('no-key').length - 1);
    expect(hear(recorded('badkey')).overAt).toBe(recorded('badkey').length - 1);
    expect(hear(recorded('too-long')).overAt).toBe(recorded('too-long').length - 1);
  });

  it.each([
    [
      'No models available. Use /login to log into a provider via OAuth',
      { kind: 'login', detail: expect.stringContaining('No models available') },
    ],
    ['Session found in different project: /elsewhere', { kind: 'no-session' }],
    ['Error: Model "x" not found.', { kind: 'not-started', detail: 'Model "x" not found.' }],
    ['\u001b[31mError: Unknown option: -z\u001b[39m', { kind: 'not-started', detail: 'Unknown option: -z' }],
  ])('it leaves with %j', (complaint, reading) => {
    const { events } = hear([complaint]);
    expect(pi.outcome({ code: 1, signal: null }, complaint, events, NOW)).toMatchObject(reading);
  });

  it('it died at once', () => {
    expect(pi.outcome({ code: 127, signal: null }, 'sh: pi: not found\n', [], NOW)).toEqual({
      kind: 'not-started',
      detail: 'sh: pi: not found',
    });
    expect(pi.outcome({ code: null, signal: 'SIGSEGV' }, '', [], NOW)).toEqual({
      kind: 'not-started',
      detail: 'SIGSEGV',
    });
  });

  it('an error that it got over is no reading', () => {
    const { events } = hear([...recorded('ratelimit').slice(0, 6), ...recorded('task').slice(3)]);
    expect(pi.outcome({ code: 0, signal: null }, '', events, NOW)).toEqual({ kind: 'ended' });
  });
});

describe('messages', () => {
  it('are given to the turn that is on, as prompts that steer, and are answered before it is over', () => {
    const conversation = converse();
    const lines = recorded('messages');
    const begun = lines.findIndex((text) => text.startsWith('{"type":"tool_execution_start"'));
    expect(conversation.send?.('too early')).toBe(null);
    hear(lines.slice(0, begun + 1), conversation);
    expect(conversation.send?.('/help me')?.map((text) => JSON.parse(text) as unknown)).toEqual([
      { id: 'kanban-said-1', type: 'prompt', message: ' /help me', streamingBehavior: 'steer' },
    ]);
    expect(conversation.send?.('more')).toHaveLength(1);
    const rest = hear(lines.slice(begun + 1), conversation);
    expect(rest.overAt).toBe(lines.length - begun - 2);
    expect(conversation.send?.('too late')).toBe(null);
  });

  it('wait while it waits for its provider', () => {
    const conversation = converse();
    conversation.receive(line({ type: 'agent_start' }), NOW);
    conversation.receive(line({ type: 'agent_end', messages: [] }), NOW);
    conversation.receive(line({ type: 'auto_retry_start', errorMessage: 'Connection error.' }), NOW);
    expect(conversation.send?.('now?')).toBe(null);
    conversation.receive(line({ type: 'agent_start' }), NOW);
    expect(conversation.send?.('now!')).toHaveLength(1);
  });

  it('one that arrives as the turn ends begins another: it is not over before', () => {
    const conversation = converse();
    conversation.receive(line({ type: 'agent_start' }), NOW);
    // pi has ended its turn, but that line isn't read yet.
    expect(conversation.send?.('one more thing')).toHaveLength(1);
    const asked = conversation.receive(line({ type: 'agent_end', messages: [] }), NOW);
    expect(written(asked)).toEqual([{ id: 'kanban-state-1', type: 'get_state' }]);
    expect(conversation.receive(state(1), NOW)).toEqual({ events: [] });
    const again = conversation.receive(line({ id: 'kanban-said-1', type: 'response', success: true }), NOW);
    expect(written(again)).toEqual([{ id: 'kanban-state-2', type: 'get_state' }]);
    conversation.receive(line({ type: 'agent_start' }), NOW);
    expect(conversation.receive(state(2, { isStreaming: true }), NOW).over).toBe(undefined);
    conversation.receive(line({ type: 'agent_end', messages: [] }), NOW);
    expect(conversation.receive(state(3), NOW).over).toBe(true);
  });

  it('one that was queued after the last look at the queue is fetched by a prompt', () => {
    const conversation = converse();
    conversation.receive(line({ type: 'agent_start' }), NOW);
    conversation.receive(line({ type: 'agent_end', messages: [] }), NOW);
    const nudge = conversation.receive(state(1, { pendingMessageCount: 1 }), NOW);
    expect(nudge.over).toBe(undefined);
    expect(written(nudge)).toMatchObject([{ type: 'prompt' }]);
  });
});

describe('its end', () => {
  it('is asked for when the line that says it was too long to be read: two answers that it is idle', () => {
    const conversation = converse();
    conversation.receive(line({ type: 'agent_start' }), NOW);
    const message = { role: 'assistant', content: [{ type: 'text', text: 'Done.' }], stopReason: 'stop' };
    expect(written(conversation.receive(line({ type: 'message_end', message }), NOW))).toHaveLength(1);
    expect(written(conversation.receive(state(1, { isStreaming: true }), NOW))).toHaveLength(1);
    expect(conversation.receive(state(2), NOW).over).toBe(undefined);
    expect(conversation.receive(state(3), NOW).over).toBe(true);
  });

  it('is not before a compaction is done, nor before the turn that it repeats', () => {
    const conversation = converse();
    conversation.receive(line({ type: 'agent_start' }), NOW);
    conversation.receive(line({ type: 'agent_end', messages: [] }), NOW);
    conversation.receive(line({ type: 'compaction_start', reason: 'threshold' }), NOW);
    expect(conversation.receive(state(1, { isCompacting: true }), NOW)).toEqual({ events: [] });
    expect(written(conversation.receive(line({ type: 'compaction_end', willRetry: false }), NOW))).toHaveLength(1);
    expect(conversation.receive(state(2), NOW).over).toBe(true);
    const repeating = converse();
    repeating.receive(line({ type: 'agent_end', messages: [] }), NOW);
    repeating.receive(line({ type: 'compaction_end', willRetry: true }), NOW);
    expect(repeating.receive(state(1), NOW).over).toBe(undefined);
  });

  it('a question of an extension of the user is answered with no', () => {
    const asked = { type: 'extension_ui_request', id: 'u1', method: 'confirm', title: 'Allow rm?', message: 'x' };
    const heard = converse().receive(line(asked), NOW);
    expect(short(heard.events)).toEqual(['denied question of an extension: Allow rm?']);
    expect(heard.write?.map((text) => JSON.parse(text) as unknown)).toEqual([
      { type: 'extension_ui_response', id: 'u1', cancelled: true },
    ]);
  });
});

describe('its command', () => {
  it('speaks over stdin, with our extension', () => {
    const settings = { ...plannedRun(pi).settings, args: ['--thinking', 'high'] };
    const plan = pi.plan(plannedRun(pi, { settings }));
    expect(plan.command).toEqual({
      file: 'pi',
      args: ['--mode', 'rpc', '--extension', '/r/pi-extension.js', '--thinking', 'high'],
      stdin: 'dialogue',
    });
    expect(plan.shell === null && Object.keys(plan.files ?? {})).toEqual(['pi-extension.js']);
  });

  it('continues with a session, and uses a model, where they are given', () => {
    const { command } = pi.plan(plannedRun(pi, { session: { id: 's-1', resume: true }, model: 'anthropic/opus' }));
    expect(command?.args.slice(4)).toEqual(['--session', 's-1', '--model', 'anthropic/opus']);
  });

  it('begins with the prompt, which is never taken for a command of its own', () => {
    expect(
      converse('/skill:x')
        .open?.()
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      { id: 'kanban-session', type: 'get_state' },
      { id: 'kanban-prompt', type: 'prompt', message: ' /skill:x' },
    ]);
  });
});

type Handler = (event: Record<string, unknown>, context: object) => { systemPrompt?: string } | undefined;

describe('our extension', () => {
  const fetched = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = fetched;
  });

  let loaded = 0;
  async function handlers(): Promise<Map<string, Handler>> {
    // A module is loaded once: each is to be another.
    loaded += 1;
    const text = `// ${loaded}\n${piExtension({ root: '/p', worktree: '/p/.worktrees/T-1' })}`;
    const extension = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as {
      default: (pi: { on: (name: string, handler: Handler) => void }) => void;
    };
    const found = new Map<string, Handler>();
    extension.default({ on: (name, handler) => found.set(name, handler) });
    return found;
  }

  const section = (path: string, content: string): string => `## ${path}\n\n${content}\n\n`;

  it("leaves out what the user's checkout says, and keeps the worktree's own and all others", async () => {
    const contextFiles = [
      { path: '/home/me/.pi/agent/AGENTS.md', content: 'mine' },
      { path: '/p/AGENTS.md', content: 'outer $& rules' },
      { path: '/p/.worktrees/T-1/AGENTS.md', content: 'inner rules' },
    ];
    const systemPrompt = `You code.\n\n${contextFiles.map(({ path, content }) => section(path, content)).join('')}End`;
    const handler = (await handlers()).get('before_agent_start');
    const result = handler?.({ systemPrompt, systemPromptOptions: { contextFiles } }, { ui: {} });
    expect(result?.systemPrompt).toBe(
      `You code.\n\n${section('/home/me/.pi/agent/AGENTS.md', 'mine')}${section('/p/.worktrees/T-1/AGENTS.md', 'inner rules')}End`,
    );
    expect(handler?.({ systemPrompt: 'x', systemPromptOptions: {} }, { ui: {} })).toBe(undefined);
  });

  it('keeps the message so far out of what is printed with each piece of it, and changes nothing else', async () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'long' }] };
    const assistantMessageEvent = { type: 'text_delta', delta: 'ng', partial: message };
    const messages = [message];
    const found = await handlers();
    found.get('message_update')?.({ message: { ...message }, assistantMessageEvent }, {});
    expect(JSON.parse(JSON.stringify({ assistantMessageEvent }))).toEqual({
      assistantMessageEvent: { type: 'text_delta', delta: 'ng' },
    });
    found.get('agent_end')?.({ messages }, {});
    expect(JSON.stringify(messages)).toBe('[]');
    expect(messages).toHaveLength(1);
    expect(assistantMessageEvent.partial).toBe(message);
    found.get('tool_execution_update')?.({ partialResult: undefined }, {});
  });

  it('tells when its provider may be asked again', async () => {
    const told: string[][] = [];
    const answers = [
      new Response('', { status: 429, headers: { 'retry-after': '30' } }),
      new Response('', { status: 529 }),
      new Response(''),
    ];
    globalThis.fetch = async () => answers.shift() ?? Response.error();
    const found = await handlers();
    expect((await fetch('http://localhost/')).status).toBe(429);
    answers.unshift(new Response('', { status: 429, headers: { 'retry-after': '30' } }));
    found.get('before_agent_start')?.(
      { systemPrompt: '' },
      { ui: { setStatus: (...words: string[]) => told.push(words) } },
    );
    expect(await Promise.all([1, 2, 3].map(async () => (await fetch('http://localhost/')).status))).toEqual([
      429, 529, 200,
    ]);
    expect(told).toEqual([
      ['kanban-provider', '429 30'],
      ['kanban-provider', '529 -'],
    ]);
  });
});
