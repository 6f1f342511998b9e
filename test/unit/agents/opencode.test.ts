import { describe, expect, it } from 'vitest';
import { opencode } from '../../../src/agents/opencode/adapter.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded as recordedLines } from './recorded-lines.ts';

const recorded = (name: string): string[] => recordedLines(`opencode-${name}`);
const brief = { worktree: '/p/.worktrees/T-1' };
const events = (lines: readonly string[]): object[] => eventsOf(opencode, lines, brief);
const line = (type: string, more: object): string => JSON.stringify({ type, sessionID: 'ses_1', ...more });

describe('what opencode does', () => {
  it('is told as events, each tool call with its file or command, each step with what it used', () => {
    const usage = { type: 'usage', scope: 'step', input: 1000, output: 50, cached: 0, costUsd: 0.0011 };
    expect(events(recorded('task'))).toMatchObject([
      { type: 'session', id: 'ses_e06b89e1bffe4lgV1gWy3mZLgd' },
      { type: 'text', text: 'I write the file.' },
      {
        type: 'tool',
        name: 'write',
        summary: 'agent-T-1.txt',
        input: '{"filePath":"/p/.worktrees/T-1/agent-T-1.txt","content":"done\\n"}',
      },
      usage,
      { type: 'text', text: 'Commit.' },
      { type: 'tool', name: 'bash', summary: "git add -A && git commit -q -m 'T-1: work' && git log --oneline -1" },
      usage,
      { type: 'text', text: 'Report.' },
      { type: 'tool', name: 'bash', summary: expect.stringMatching(/^printf .*KANBAN_REPORT/) },
      usage,
      { type: 'text', text: 'Finished.' },
      usage,
    ]);
    expect(readingOf(opencode, recorded('task'), 0, brief)).toEqual({ kind: 'ended' });
  });

  it('counts input with its cache, output with what it thought, and knows no cost where the price is 0', () => {
    const tokens = { total: 1090, input: 600, output: 50, reasoning: 40, cache: { read: 300, write: 100 } };
    expect(events([line('step_finish', { part: { tokens, cost: 0 } })]).slice(1)).toEqual([
      { type: 'usage', scope: 'step', input: 1000, output: 90, cached: 300 },
    ]);
    expect(events([line('step_finish', { part: {} })]).slice(1)).toEqual([]);
  });

  it('what it was refused is told as such', () => {
    const told = events(recorded('denied')) as { type: string; name?: string; summary?: string }[];
    expect(told.filter(({ type }) => type === 'denied')).toEqual([
      { type: 'denied', name: 'bash', summary: expect.stringMatching(/^curl -s /) },
      { type: 'denied', name: 'bash', summary: "git status && node -e 'console.log(1)'" },
      { type: 'denied', name: 'bash', summary: 'FOO=1 git status -s; ls -la | head -3; cd . && pwd' },
    ]);
    expect(told.filter(({ type }) => type === 'tool').map(({ summary }) => summary)).toEqual([
      'git log $(touch x.txt)',
      'echo hi > /p/redirected.txt',
    ]);
  });

  it.each([
    [
      {
        tool: 'webfetch',
        state: {
          status: 'error',
          input: { url: 'x' },
          error: 'The user rejected permission to use this specific tool call.',
        },
      },
      { type: 'denied', name: 'webfetch', summary: 'x' },
    ],
    [
      {
        tool: 'invalid',
        state: {
          status: 'completed',
          input: { tool: 'webfetch', error: "Model tried to call unavailable tool 'webfetch'." },
        },
      },
      { type: 'denied', name: 'webfetch', summary: '' },
    ],
    [
      {
        tool: 'edit',
        state: { status: 'error', input: { filePath: '/p/.worktrees/T-1/a.ts' }, error: 'oldString not found' },
      },
      { type: 'tool', name: 'edit', summary: 'a.ts' },
    ],
  ])('tool call %#', (part, event) => {
    expect(events([line('tool_use', { part })])[1]).toMatchObject(event);
  });

  it('is not disturbed by lines that are no JSON, or unknown, or broken', () => {
    const lines = [
      '! permission requested: bash (x); auto-rejecting',
      '',
      '{"type":',
      '[]',
      'timestamp=x',
      'null',
      '{"type":"text"}',
    ];
    expect(events(lines)).toEqual([]);
  });
});

describe('trouble', () => {
  it('a rate limit: its log tells that it tries again, its last line how long it is to wait', () => {
    const waiting = { type: 'waiting', why: 'scripted 429' };
    expect(events(recorded('ratelimit'))).toEqual([
      { type: 'session', id: 'ses_e06ac49d0ffenSHHiiAKYCQnQ5' },
      ...[waiting, waiting, waiting, waiting, waiting, waiting],
      { type: 'error', what: 'provider', why: 'scripted 429', until: NOW + 1000 },
    ]);
    expect(readingOf(opencode, recorded('ratelimit'), 1)).toEqual({
      kind: 'provider',
      detail: 'scripted 429',
      until: NOW + 1000,
    });
  });

  it('a lost connection, in short', () => {
    const [first = ''] = recorded('ratelimit');
    const cut =
      'Cannot connect to API: The socket was closed. For more information, pass `x` (cause: Error: The socket was closed.)';
    expect(events([first.replace('scripted 429', cut)])[1]).toEqual({
      type: 'waiting',
      why: 'Cannot connect to API: The socket was closed',
    });
  });

  it('a sentence of its log that is no JSON, as it stands', () => {
    const [first = ''] = recorded('ratelimit');
    expect(events([first.replace('scripted 429', 'scripted \\x 429')])[1]).toEqual({
      type: 'waiting',
      why: 'scripted \\x 429',
    });
  });

  it('the model that thinks of a title is not the one that is waited for', () => {
    const title = recorded('ratelimit')
      .slice(0, 1)
      .map((text) => text.replace('small=false', 'small=true'));
    expect(events(title)).toEqual([]);
  });

  it.each([
    ['badkey', { kind: 'login', detail: expect.stringContaining('401 Incorrect API key provided') }],
    [
      'no-key',
      {
        kind: 'login',
        detail: expect.stringContaining('opencode has no key and no login for anthropic (claude-sonnet-4-5)'),
      },
    ],
    ['no-model', { kind: 'not-started', detail: 'Model not found: sonnet (opencode wants provider/model)' }],
    ['no-session', { kind: 'no-session', detail: 'opencode: session not found' }],
    // It forgot the conversation and continued.
    ['too-long', { kind: 'ended' }],
  ])('%s', (name, reading) => {
    expect(readingOf(opencode, recorded(name), 1)).toEqual(reading);
  });

  const error = (name: string, data: object): string => line('error', { error: { name, data } });

  it.each([
    [error('APIError', { message: 'Overloaded', statusCode: 529 }), { kind: 'provider', detail: '529 Overloaded' }],
    [error('APIError', { message: 'Cannot connect to API', isRetryable: true }), { kind: 'provider' }],
    [
      error('APIError', { message: 'Bad request', statusCode: 400, isRetryable: false }),
      { kind: 'ended', detail: '400 Bad request' },
    ],
    [
      error('APIError', { message: 'slow down', statusCode: 429, responseHeaders: { 'retry-after-ms': '1500' } }),
      { kind: 'provider', until: NOW + 1500 },
    ],
    [
      error('ProviderAuthError', { providerID: 'x', message: 'no key' }),
      { kind: 'login', detail: expect.stringContaining('no key') },
    ],
    [error('ContextOverflowError', { message: 'too long' }), { kind: 'ended', detail: 'too long' }],
    [error('UnknownError', { message: 'Error: fetch failed' }), { kind: 'provider' }],
    [error('MessageAbortedError', {}), { kind: 'ended', detail: 'MessageAbortedError' }],
  ])('error %#', (text, reading) => {
    expect(readingOf(opencode, [text], 1)).toMatchObject(reading);
  });

  it.each([
    [
      1,
      ['Options:', '      --auto  auto-approve', '                          [boolean] [default: false]', ''],
      { kind: 'not-started', detail: expect.stringContaining('a switch that this version does not know') },
    ],
    [1, ['sh: something odd'], { kind: 'not-started', detail: 'sh: something odd' }],
    [
      1,
      ['Error: Config file is invalid', '  at line 3'],
      { kind: 'not-started', detail: 'Error: Config file is invalid' },
    ],
    [127, [], { kind: 'not-started', detail: 'exit 127' }],
    [0, [], { kind: 'ended' }],
  ])('it leaves with %s after %j', (code, lines, reading) => {
    expect(readingOf(opencode, lines, code)).toEqual(reading);
  });

  it('it died at once', () => {
    expect(opencode.outcome({ code: null, signal: 'SIGILL' }, '', [], NOW)).toEqual({
      kind: 'not-started',
      detail: 'SIGILL',
    });
  });
});

describe('its command', () => {
  it('takes the prompt on stdin', () => {
    expect(opencode.plan(plannedRun(opencode)).command).toEqual({
      file: 'opencode',
      args: ['run', '--format', 'json', '--print-logs', '--log-level', 'ERROR', '--title', 'T-1 task'],
      stdin: 'prompt',
    });
  });

  it('continues with a session, and uses a model, where they are given; the settings have the last word', () => {
    const settings = { ...plannedRun(opencode).settings, permissions: 'full' as const, args: ['--variant', 'high'] };
    const session = { id: 'ses_1', resume: true };
    const { command } = opencode.plan(plannedRun(opencode, { session, settings, model: 'anthropic/opus' }));
    expect(command?.args.slice(6)).toEqual([
      '--session',
      'ses_1',
      '--model',
      'anthropic/opus',
      '--auto',
      '--variant',
      'high',
    ]);
  });

  const config = (permissions: 'narrow' | 'full', tools: string[] = []): Record<string, unknown> => {
    const { settings } = plannedRun(opencode);
    const { env } = opencode.plan(plannedRun(opencode, { settings: { ...settings, permissions, tools } }));
    return JSON.parse(env['OPENCODE_CONFIG_CONTENT'] ?? '') as Record<string, unknown>;
  };

  it('gives it our MCP server, no updates, no sharing', () => {
    for (const form of ['narrow', 'full'] as const)
      expect(config(form)).toMatchObject({
        autoupdate: false,
        share: 'disabled',
        mcp: { kanban: { type: 'local', command: ['node', 'cli.js', 'mcp-report'], enabled: true } },
      });
  });

  it('narrow: an agent of its own, whose rules deny what they do not allow, the broad ones first', () => {
    const { agent, default_agent: agentName } = config('narrow', ['npm']) as {
      agent: Record<string, { permission: Record<string, unknown> }>;
      default_agent: string;
    };
    const permission = agent[agentName]?.permission ?? {};
    expect(Object.keys(permission)[0]).toBe('*');
    expect(permission).toMatchObject({
      '*': 'deny',
      edit: 'allow',
      webfetch: 'deny',
      task: 'deny',
      doom_loop: 'deny',
      'kanban_*': 'allow',
      external_directory: { '*': 'deny', '/r/tmp/*': 'allow' },
    });
    const bash = permission['bash'] as Record<string, string>;
    const rules = Object.keys(bash);
    expect(rules[0]).toBe('*');
    expect(bash).toMatchObject({
      '*': 'deny',
      'git *': 'allow',
      'npm *': 'allow',
      'git -C *': 'deny',
      'git -C /w *': 'allow',
    });
    expect(rules.indexOf('git *')).toBeLessThan(rules.indexOf('git -C *'));
    expect(rules.indexOf('git -C *')).toBeLessThan(rules.indexOf('git -C /w *'));
    expect(bash['curl *']).toBe(undefined);
  });

  it("full: none of that; the user's own configuration is all there is", () => {
    expect(config('full')).not.toHaveProperty('agent');
    expect(config('full')).not.toHaveProperty('default_agent');
  });
});
