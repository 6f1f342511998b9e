import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../src/agents/agent.ts';
import { codex } from '../../../src/agents/codex/adapter.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded } from './recorded-lines.ts';

const THREAD = '00000000-0000-7000-8000-000000000001';
const SESSION = { type: 'session', id: THREAD };
const STEP = { type: 'usage', scope: 'step', input: 1000, output: 50, cached: 0 };

const argsOf = (change: Parameters<typeof plannedRun>[1] = {}, settings: object = {}): readonly string[] => {
  const run = plannedRun(codex, change);
  return codex.plan({ ...run, settings: { ...run.settings, ...settings } }).command?.args ?? [];
};

/** What stands behind each `-c`, by key. */
const configOf = (args: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    args
      .filter((_, n) => args[n - 1] === '-c')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );

describe('plan', () => {
  it('narrow: its sandbox, open where a commit and a merge of a linked worktree write, and nothing asked', () => {
    const { command, env } = codex.plan(plannedRun(codex));
    expect(command).toMatchObject({ file: 'codex', stdin: 'dialogue' });
    expect(command?.args[0]).toBe('app-server');
    expect(env).toEqual({});
    const config = configOf(command?.args ?? []);
    expect(config).toEqual({
      approval_policy: '"never"',
      sandbox_mode: '"workspace-write"',
      'sandbox_workspace_write.writable_roots': JSON.stringify([
        '/g/worktrees/T-1',
        ...['/g/objects', '/g/refs', '/g/logs', '/g/reftable', '/g/lfs', '/g/rr-cache'],
      ]),
      'sandbox_workspace_write.network_access': 'true',
      'mcp_servers.kanban.command': '"node"',
      'mcp_servers.kanban.args': '["cli.js","mcp-report"]',
      'mcp_servers.kanban.default_tools_approval_mode': '"approve"',
    });
  });

  it('full: no sandbox; a model; the first words of its command, and its own arguments last', () => {
    const args = argsOf(
      { model: 'm-1' },
      { command: ['npx', 'codex'], args: ['-c', 'model="m-2"', '--enable', 'x'], permissions: 'full' },
    );
    expect(args.slice(0, 2)).toEqual(['codex', 'app-server']);
    expect(args.slice(-4)).toEqual(['-c', 'model="m-2"', '--enable', 'x']);
    expect(args).toContain('model="m-1"');
    expect(args).toContain('sandbox_mode="danger-full-access"');
    expect(args.join(' ')).not.toContain('writable_roots');
  });

  it('--add-dir, which the app server has not, is one more folder to write in', () => {
    const args = argsOf({}, { args: ['--add-dir', '/cache', '--enable', 'x', '--add-dir=/more', '--add-dir'] });
    const roots = configOf(args)['sandbox_workspace_write.writable_roots'];
    expect(JSON.parse(roots ?? '[]')).toEqual(expect.arrayContaining(['/g/refs', '/cache', '/more']));
    expect(args.slice(-3)).toEqual(['--enable', 'x', '--add-dir']);
  });

  it('a key that the settings name gets a provider that takes it; no other does', () => {
    expect(argsOf({}, { env: { pass: ['RIG_KEY'], set: {} } }).join(' ')).not.toContain('model_providers');
    const config = configOf(
      argsOf({}, { env: { pass: ['OPENAI_API_KEY'], set: { OPENAI_BASE_URL: 'http://localhost/v1' } } }),
    );
    expect(config).toMatchObject({
      'model_providers.kanban-openai-key.env_key': '"OPENAI_API_KEY"',
      'model_providers.kanban-openai-key.base_url': '"http://localhost/v1"',
    });
    const keyed = configOf(argsOf({}, { env: { pass: ['OPENAI_API_KEY'], set: { CODEX_API_KEY: 'k' } } }));
    expect(keyed['model_providers.kanban-openai-key.env_key']).toBe('"CODEX_API_KEY"');
    expect(keyed['model_provider']).toBeUndefined();
  });
});

describe('output', () => {
  it('a task: what it says, does and uses, request by request', () => {
    expect(eventsOf(codex, recorded('codex-task'))).toEqual([
      SESSION,
      { type: 'text', text: 'I write.' },
      {
        type: 'tool',
        name: 'edit',
        summary: 'agent-T-1.txt',
        input: '[{"path":"/w/agent-T-1.txt","kind":{"type":"add"},"diff":"done\\n"}]',
      },
      STEP,
      {
        type: 'tool',
        name: 'shell',
        summary: "git add -A && git commit -qm 'T-1: work' && git log --oneline -1",
        input: JSON.stringify("git add -A && git commit -qm 'T-1: work' && git log --oneline -1"),
      },
      STEP,
      expect.objectContaining({ type: 'tool', name: 'shell', summary: expect.stringMatching(/^printf -- /) }),
      STEP,
      { type: 'text', text: 'Finished.' },
      STEP,
    ]);
    expect(readingOf(codex, recorded('codex-task'), 0)).toEqual({ kind: 'ended' });
  });

  it('a resumed thread: what it used before is not of this run', () => {
    const events = eventsOf(codex, recorded('codex-resumed'));
    expect(events.filter((event) => 'scope' in event)).toEqual([STEP]);
    expect(events[0]).toEqual(SESSION);
  });

  it('a call of our MCP tool', () => {
    expect(eventsOf(codex, recorded('codex-mcp'))).toContainEqual({
      type: 'tool',
      name: 'kanban.report',
      summary: '{"status":"done","summary":"s"}',
      input: '{"status":"done","summary":"s"}',
    });
  });

  it('what the sandbox refuses stands in the output of a command only', () => {
    expect(eventsOf(codex, recorded('codex-sandbox'))).toContainEqual({
      type: 'denied',
      name: 'sandbox:',
      summary: '/bin/bash: line 1: escaped.txt: Read-only file system',
    });
  });

  it('a command that it will not run at all stands on stderr only', () => {
    expect(eventsOf(codex, recorded('codex-rejected')).filter((event) => 'name' in event)).toEqual([
      {
        type: 'denied',
        name: 'shell',
        summary: 'rm -f style commands are not permitted: mkdir -p d && rm -rf d && echo RM-OK',
      },
      {
        type: 'denied',
        name: 'shell',
        summary: 'rm -f style commands are not permitted: mkdir -p e/f && rm -r e && echo RMR-OK; rm -f x; echo F-OK',
      },
      expect.objectContaining({ type: 'tool', name: 'shell' }),
    ]);
    const line = 'ERROR codex_core::tools::router: error=patch rejected: writing outside of the project; rejected by …';
    expect(eventsOf(codex, [line])).toEqual([
      { type: 'denied', name: 'edit', summary: 'writing outside of the project' },
    ]);
  });

  it('lines that it does not know, and that are none of its own, mean nothing', () => {
    const lines = [
      '',
      'hello',
      '{',
      '[1]',
      '{"id":"x"}',
      '{"method":3}',
      '{"id":99,"result":{}}',
      '{"method":"new/one"}',
    ];
    expect(eventsOf(codex, lines)).toEqual([]);
  });
});

describe('what goes wrong', () => {
  it('a rate limit: waited for, then the provider’s', () => {
    const events = eventsOf(codex, recorded('codex-ratelimit'));
    const why = 'exceeded retry limit, last status: 429 Too Many Requests';
    expect(events.filter((event) => 'why' in event)).toEqual([
      ...Array.from({ length: 5 }, () => ({ type: 'waiting', why })),
      { type: 'error', what: 'provider', why },
    ]);
    expect(readingOf(codex, recorded('codex-ratelimit'), 0)).toEqual({ kind: 'provider', detail: why });
  });

  it('a usage limit, with the time when it ends', () => {
    expect(readingOf(codex, recorded('codex-usage-limit'), 0)).toMatchObject({
      kind: 'provider',
      detail: expect.stringContaining('usage limit'),
      until: 1_795_191_831_000,
    });
  });

  it('a connection that is cut, again and again', () => {
    expect(readingOf(codex, recorded('codex-dropped'), 0)).toMatchObject({ kind: 'provider' });
  });

  const failed = (error: object): string[] => [
    ...begin(),
    JSON.stringify({
      method: 'turn/completed',
      params: { threadId: THREAD, turn: { id: 'turn-1', items: [], status: 'failed', error } },
    }),
  ];

  it.each([
    [
      {
        message: 'unexpected status 529: Overloaded',
        codexErrorInfo: { httpConnectionFailed: { httpStatusCode: 529 } },
      },
      'provider',
    ],
    [{ message: 'high demand', codexErrorInfo: 'internalServerError' }, 'provider'],
    [
      { message: 'Connection failed', codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: null } } },
      'provider',
    ],
    [{ message: 'unexpected status 401', codexErrorInfo: { httpConnectionFailed: { httpStatusCode: 401 } } }, 'login'],
    [{ message: 'Your access token could not be refreshed', codexErrorInfo: 'unauthorized' }, 'login'],
    [{ message: 'Missing environment variable: `RIG_KEY`.', codexErrorInfo: 'other' }, 'login'],
    [{ message: 'unexpected status 404', codexErrorInfo: { httpConnectionFailed: { httpStatusCode: 404 } } }, 'ended'],
    [{ message: 'no such model', codexErrorInfo: 'modelNotFound' }, 'ended'],
    [{ message: 'too long', codexErrorInfo: 'contextWindowExceeded' }, 'ended'],
  ])('%j: %s', (error, kind) => {
    expect(readingOf(codex, failed(error), 0).kind).toBe(kind);
  });

  it('a history that is too long for the model: the next run begins a new thread', () => {
    const session = { id: THREAD, resume: true };
    const error = { message: 'Your input exceeds the context window of this model.', codexErrorInfo: 'other' };
    expect(readingOf(codex, failed(error), 0, { session }).kind).toBe('no-session');
    expect(readingOf(codex, failed(error), 0)).toMatchObject({ kind: 'ended', detail: error.message });
  });

  it('an interrupted turn ends the run', () => {
    const line = JSON.stringify({
      method: 'turn/completed',
      params: { threadId: THREAD, turn: { id: 'turn-1', status: 'interrupted', error: null } },
    });
    expect(readingOf(codex, [...begin(), line], 0)).toEqual({ kind: 'ended', detail: 'its turn was interrupted' });
  });

  it('a thread that is gone', () => {
    for (const message of ['no rollout found for thread id 0', 'invalid session id: invalid character'])
      expect(readingOf(codex, [...begin(2), refusal(3, message)], 0).kind).toBe('no-session');
  });

  it('no login: said at once; but where its settings can’t be read, that is said', () => {
    const lines = begin(1);
    const none = '{"id":2,"result":{"account":null,"requiresOpenaiAuth":true}}';
    expect(readingOf(codex, [...lines, none], 0).kind).toBe('login');
    const warning = '{"method":"configWarning","params":{"summary":"Invalid configuration; using defaults."}}';
    expect(readingOf(codex, [...lines, warning, none, refusal(3, 'failed to load configuration: x')], 0)).toEqual({
      kind: 'not-started',
      detail: 'failed to load configuration: x',
    });
  });

  it('a flag or a value that it does not take', () => {
    const lines = ["error: unexpected argument '--bogus' found", '', 'Usage: codex app-server', '', 'For more'];
    expect(readingOf(codex, lines, 2)).toMatchObject({
      kind: 'not-started',
      detail: expect.stringContaining("unexpected argument '--bogus' found"),
    });
    expect(readingOf(codex, ['Error: Model provider `nope` not found'], 1)).toEqual({
      kind: 'not-started',
      detail: 'Error: Model provider `nope` not found',
    });
    expect(readingOf(codex, [''], 127)).toEqual({ kind: 'not-started', detail: 'exit 127' });
    expect(codex.outcome({ code: null, signal: 'SIGKILL' }, '', [], NOW)).toEqual({ kind: 'ended' });
  });
});

const refusal = (id: number, message: string): string => JSON.stringify({ id, error: { code: -32600, message } });

/** Its answers up to a turn that is on; or the first of them. */
const begin = (steps = 5): string[] =>
  [
    '{"id":1,"result":{}}',
    '{"id":2,"result":{"account":null,"requiresOpenaiAuth":false}}',
    JSON.stringify({ id: 3, result: { thread: { id: THREAD } } }),
    '{"id":4,"result":{"turn":{"id":"turn-1","status":"inProgress"}}}',
    JSON.stringify({ method: 'turn/started', params: { threadId: THREAD, turn: { id: 'turn-1' } } }),
  ].slice(0, steps);

const completed = (id: string, thread = THREAD): string =>
  JSON.stringify({
    method: 'turn/completed',
    params: { threadId: thread, turn: { id, items: [], status: 'completed', error: null } },
  });

describe('dialogue', () => {
  const talk = (change: Partial<Brief> = {}, settings: object = {}): Conversation => {
    const run = plannedRun(codex);
    const { command } = codex.plan({ ...run, settings: { ...run.settings, ...settings } });
    const brief = { worktree: '/w', session: null, sessionUsage: null, model: null, command, ...change } as Brief;
    const conversation = codex.startConversation?.({ brief, prompt: 'the prompt' });
    if (!conversation) throw new Error('no conversation');
    return conversation;
  };
  /** What it is told in answer to some lines, parsed. */
  const told = (conversation: Conversation, lines: readonly string[]) =>
    lines.flatMap((line) => (conversation.receive(line, NOW).write ?? []).map(parsed));
  const parsed = (line: string) => JSON.parse(line) as { id?: number; method: string; params: Record<string, unknown> };
  const texts = (params: Record<string, unknown>) => (params['input'] as { text: string }[]).map(({ text }) => text);

  it('greets, asks for a login, begins a thread, and a turn with the whole prompt', () => {
    const conversation = talk();
    expect(conversation.open?.().map((line) => parsed(line).method)).toEqual(['initialize']);
    const sent = told(conversation, begin());
    expect(sent.map(({ method }) => method)).toEqual(['initialized', 'account/read', 'thread/start', 'turn/start']);
    // A folder would make it write into the user's config.toml that the repository is trusted.
    expect(sent[2]?.params).toEqual({});
    expect(sent[3]?.params['threadId']).toBe(THREAD);
    expect(texts(sent[3]?.params ?? {})).toEqual(['the prompt', expect.stringContaining('sandbox')]);
    expect(conversation.receive(completed('turn-1'), NOW).over).toBe(true);
  });

  it('full permissions: no word of a sandbox', () => {
    const sent = told(talk({}, { permissions: 'full' }), begin());
    expect(texts(sent[3]?.params ?? {})).toEqual(['the prompt']);
  });

  it('a resumed thread gets the permissions and the model of this run, not those that it began with', () => {
    const settings = { args: ['-c', 'approval_policy="untrusted"'] };
    const sent = told(talk({ session: { id: 'a', resume: true }, model: 'm' }, settings), begin(2));
    expect(sent.at(-1)).toMatchObject({
      method: 'thread/resume',
      params: {
        threadId: 'a',
        model: 'm',
        sandbox: 'workspace-write',
        approvalPolicy: 'untrusted',
        excludeTurns: true,
      },
    });
  });

  it('a key is used where there is no login', () => {
    const settings = { env: { pass: ['OPENAI_API_KEY'], set: {} } };
    const hello = begin(1);
    const out = (account: object | null) => {
      const login = JSON.stringify({ id: 2, result: { account, requiresOpenaiAuth: true } });
      return told(talk({}, settings), [...hello, login]).at(-1)?.params;
    };
    expect(out(null)).toEqual({ modelProvider: 'kanban-openai-key' });
    expect(out({ type: 'chatgpt' })).toEqual({});
  });

  it('a message steers the turn that is on', () => {
    const conversation = talk();
    expect(conversation.send?.('early')).toBeNull();
    told(conversation, begin(4));
    expect(conversation.send?.('early')).toBeNull();
    told(conversation, begin().slice(4));
    const [line = ''] = conversation.send?.('hear this') ?? [];
    expect(parsed(line)).toMatchObject({ id: 5, method: 'turn/steer', params: { expectedTurnId: 'turn-1' } });
    expect(texts(parsed(line).params)).toEqual(['hear this']);
    expect(conversation.receive('{"id":5,"result":{"turnId":"turn-1"}}', NOW).over).toBeUndefined();
    expect(conversation.receive(completed('turn-1'), NOW).over).toBe(true);
    expect(conversation.send?.('late')).toBeNull();
  });

  it('a message that comes as the turn ends begins another, and only its end is the end', () => {
    const conversation = talk();
    told(conversation, begin());
    conversation.send?.('too late');
    expect(conversation.receive(completed('turn-1'), NOW).over).toBeUndefined();
    const [again] = told(conversation, [refusal(5, 'no active turn to steer')]);
    expect(again).toMatchObject({ id: 6, method: 'turn/start' });
    expect(texts(again?.params ?? {})).toEqual(['too late']);
    const lines = [
      '{"id":6,"result":{"turn":{"id":"turn-2"}}}',
      JSON.stringify({ method: 'turn/started', params: { threadId: THREAD, turn: { id: 'turn-2' } } }),
    ];
    for (const line of lines) expect(conversation.receive(line, NOW).over).toBeUndefined();
    expect(conversation.receive(completed('turn-2'), NOW).over).toBe(true);
  });

  it('a message that is refused for good ends a run that waited for it', () => {
    const conversation = talk();
    told(conversation, begin());
    conversation.send?.('never');
    told(conversation, [refusal(5, 'no'), completed('turn-1')]);
    const { events, over } = conversation.receive(refusal(6, 'Input exceeds the maximum length'), NOW);
    expect(over).toBe(true);
    expect(events).toMatchObject([{ type: 'error', what: 'other' }]);
  });

  it('turns of its sub-agents end nothing; what they do and use is heard', () => {
    const conversation = talk();
    told(conversation, begin());
    expect(conversation.receive(completed('turn-9', 'other'), NOW)).toEqual({ events: [] });
    const item = (type: object) =>
      JSON.stringify({ method: 'item/started', params: { threadId: 'other', item: { id: 'i', ...type } } });
    expect(conversation.receive(item({ type: 'webSearch', query: 'q' }), NOW).events).toMatchObject([
      { type: 'tool', name: 'web search', summary: 'q' },
    ]);
    const usage = (input: number) =>
      JSON.stringify({
        method: 'thread/tokenUsage/updated',
        params: {
          threadId: 'other',
          tokenUsage: { total: { inputTokens: input, outputTokens: 1 }, last: { inputTokens: 10, outputTokens: 1 } },
        },
      });
    expect(conversation.receive(usage(10), NOW).events).toMatchObject([{ input: 10, output: 1 }]);
    expect(conversation.receive(usage(10), NOW).events).toEqual([]);
    expect(conversation.receive(usage(25), NOW).events).toMatchObject([{ input: 15, output: 0 }]);
  });

  it.each([
    [{ type: 'dynamicToolCall', tool: 'look', arguments: { path: '/w/a.ts' } }, 'look', 'a.ts', { path: '/w/a.ts' }],
    [
      { type: 'collabAgentToolCall', tool: 'spawnAgent', prompt: 'Look there' },
      'spawnAgent',
      'Look there',
      'Look there',
    ],
    [{ type: 'imageView', path: '/w/shot.png' }, 'view image', 'shot.png', '/w/shot.png'],
  ])('a call of a further kind is told with what it is about: $type', (item, name, summary, input) => {
    const line = JSON.stringify({ method: 'item/started', params: { threadId: THREAD, item: { id: 'i', ...item } } });
    expect(talk().receive(line, NOW).events).toEqual([
      { at: NOW, type: 'tool', name, summary, input: JSON.stringify(input) },
    ]);
  });

  it('whatever it asks, the answer is no', () => {
    const ask = (method: string, params: object) => talk().receive(JSON.stringify({ id: 0, method, params }), NOW);
    const command = ask('item/commandExecution/requestApproval', { command: 'rm -rf x' });
    expect(command.write?.map((line) => JSON.parse(line))).toEqual([{ id: 0, result: { decision: 'decline' } }]);
    expect(command.events).toMatchObject([{ type: 'denied', summary: 'rm -rf x' }]);
    const unknown = ask('item/tool/requestUserInput', {});
    expect(JSON.parse(unknown.write?.[0] ?? '')).toMatchObject({ id: 0, error: { code: -32601 } });
  });

  it('a declined command, edit or MCP call is told', () => {
    const done = (item: object) =>
      talk().receive(JSON.stringify({ method: 'item/completed', params: { threadId: THREAD, item } }), NOW).events;
    expect(done({ type: 'commandExecution', status: 'declined', command: 'x y', commandActions: [] })).toMatchObject([
      { type: 'denied', name: 'shell', summary: 'x y' },
    ]);
    expect(done({ type: 'fileChange', status: 'declined', changes: [{ path: '/w/a' }] })).toMatchObject([
      { type: 'denied', name: 'edit' },
    ]);
    expect(done({ type: 'fileChange', status: 'failed', changes: [] })).toEqual([]);
    expect(done({ type: 'webSearch', status: 'declined', query: 'q' })).toEqual([]);
    const error = { message: 'MCP tool call requires approval, but approval policy is never' };
    expect(done({ type: 'mcpToolCall', server: 'kanban', tool: 'report', error })).toMatchObject([
      { type: 'denied', name: 'kanban.report' },
    ]);
  });

  it('a recorded message into a running turn', () => {
    const conversation = talk();
    const lines = recorded('codex-steered');
    const at = lines.findIndex((line) => line.includes('"turn/started"')) + 1;
    told(conversation, lines.slice(0, at));
    expect(conversation.send?.('Use the other door')).toHaveLength(1);
    const rest = lines.slice(at).map((line) => conversation.receive(line, NOW));
    expect(rest.findIndex(({ over }) => over === true)).toBe(rest.length - 1);
  });
});
