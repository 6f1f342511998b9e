import { describe, expect, it } from 'vitest';
import { gemini } from '../../../src/agents/gemini/adapter.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded } from './recorded-lines.ts';

const ID = '00000000-0000-4000-8000-000000000001';

describe('plan', () => {
  it('narrow: edits, git, programs that only look, and the tools of the settings', () => {
    const run = plannedRun(gemini);
    const { command, env } = gemini.plan({
      ...run,
      settings: { ...run.settings, tools: ['npm', 'npx vitest', 'a,b', ' '] },
    });
    expect(command?.file).toBe('gemini');
    expect(command?.stdin).toBe('prompt');
    expect(command?.args.slice(0, 5)).toEqual([
      '--output-format',
      'stream-json',
      '--approval-mode',
      'auto_edit',
      '--allowed-tools',
    ]);
    const allowed = command?.args[5]?.split(',') ?? [];
    expect(allowed).toContain('run_shell_command(git)');
    expect(allowed).toContain('run_shell_command(cd)');
    expect(allowed.slice(-2)).toEqual(['run_shell_command(npm)', 'run_shell_command(npx vitest)']);
    expect(allowed.every((tool) => /^run_shell_command\(.+\)$/.test(tool))).toBe(true);
    expect(command?.args).toHaveLength(6);
    expect(env).toMatchObject({ GEMINI_CLI_NO_RELAUNCH: 'true', GEMINI_CLI_TRUST_WORKSPACE: 'true' });
  });

  it('full, with a model, a session of its own, and what the settings add last', () => {
    const run = plannedRun(gemini, { model: 'm', session: { id: ID, resume: false } });
    const settings = {
      ...run.settings,
      command: ['node', '/x/gemini.js'],
      args: ['--approval-mode', 'plan'],
      permissions: 'full' as const,
    };
    expect(gemini.plan({ ...run, settings }).command).toEqual({
      file: 'node',
      args: [
        '/x/gemini.js',
        ...['--output-format', 'stream-json', '--approval-mode', 'yolo', '--model', 'm', '--session-id', ID],
        ...['--approval-mode', 'plan'],
      ],
      stdin: 'prompt',
    });
    const again = gemini.plan({ ...run, settings, session: { id: ID, resume: true } });
    expect(again.command?.args).toContain('--resume');
    expect(again.command?.args).not.toContain('--session-id');
  });
});

describe('output', () => {
  it('a task through two errors of its provider', () => {
    expect(eventsOf(gemini, recorded('gemini-task'))).toEqual([
      { type: 'session', id: ID },
      { type: 'waiting', why: '500 scripted 500' },
      { type: 'text', text: 'I write the file.' },
      {
        type: 'tool',
        name: 'write_file',
        summary: 'agent-T1.txt',
        input: '{"file_path":"/w/agent-T1.txt","content":"done by gemini for T1\\n"}',
      },
      { type: 'waiting', why: '529 Overloaded' },
      { type: 'text', text: 'Now I commit it.' },
      {
        type: 'tool',
        name: 'run_shell_command',
        summary: expect.stringMatching(/^git add -A && git .{90,}…$/) as string,
        input: expect.stringContaining("commit -q -m 'T1: scripted work' && git log") as string,
      },
      { type: 'text', text: 'Done after two model errors.' },
      { type: 'usage', scope: 'run', input: 3000, output: 150, cached: 0 },
    ]);
    expect(readingOf(gemini, recorded('gemini-task'), 0)).toEqual({ kind: 'ended' });
  });

  it('refused tool calls', () => {
    const denied = eventsOf(gemini, recorded('gemini-narrow')).filter((event) =>
      JSON.stringify(event).includes('denied'),
    );
    expect(denied).toEqual([
      { type: 'denied', name: 'write_file', summary: 'package.json' },
      { type: 'denied', name: 'run_shell_command', summary: 'CI=1 git status --short' },
      { type: 'denied', name: 'run_shell_command', summary: 'git log -1 --format="$(printf %s %s)"' },
    ]);
  });

  it('pieces of text become whole lines', () => {
    const says = (content: string): string =>
      JSON.stringify({ type: 'message', role: 'assistant', content, delta: true });
    const end = '{"type":"result","status":"success"}';
    expect(eventsOf(gemini, [says('one'), says(' two\nthr'), says('ee\n\nfour'), end])).toEqual([
      { type: 'text', text: 'one two' },
      { type: 'text', text: 'three' },
      { type: 'text', text: 'four' },
    ]);
    const wait = 'Attempt 1 failed with status 503. Retrying with backoff...';
    expect(eventsOf(gemini, [says('be'), wait, says('fore'), says(' long\n')])).toEqual([
      { type: 'text', text: 'be' },
      { type: 'waiting', why: wait },
      { type: 'text', text: 'fore' },
      { type: 'text', text: 'long' },
    ]);
  });

  it('thinking counts as output', () => {
    const stats = { total_tokens: 900, input_tokens: 500, output_tokens: 100, cached: 20 };
    expect(eventsOf(gemini, [JSON.stringify({ type: 'result', status: 'success', stats })])).toEqual([
      { type: 'usage', scope: 'run', input: 500, output: 400, cached: 20 },
    ]);
  });

  it.each([
    ['Attempt 3 failed: You exceeded your quota. Please retry in 34.5s. Retrying after 34500ms...', 34_500],
    ['Attempt 1 failed. Retrying with backoff... Error: {"retryDelay":"7s","message":"quota"}', 7_000],
    ['Attempt 1 failed with status 429. Retrying with backoff...', undefined],
  ])('a retry: %s', (line, wait) => {
    expect(eventsOf(gemini, [line])).toEqual([
      { type: 'waiting', why: expect.any(String) as string, ...(wait === undefined ? {} : { until: NOW + wait }) },
    ]);
  });

  it.each([
    'no JSON',
    '',
    '{',
    '{}',
    '[]',
    'null',
    '{"type":"tool_use"',
    '{"type":"new"}',
    '{"type":"result"}',
    '{"type":"tool_result","tool_id":7,"error":"x"}',
    '{"type":"message","role":"assistant","content":{"text":1}}',
  ])('%j means nothing', (line) => {
    expect(eventsOf(gemini, [line])).toEqual([]);
  });
});

describe('outcome', () => {
  it.each([
    ['gemini-badkey', 145, { kind: 'login', detail: '401 Invalid API key' }],
    ['gemini-toolong', 144, { kind: 'ended', detail: expect.stringContaining('maximum context length') as string }],
    ['gemini-loop', 0, { kind: 'ended', detail: 'Loop detected, stopping execution' }],
    ['gemini-unknown', 42, { kind: 'no-session', detail: 'No previous sessions found for this project.' }],
    ['gemini-nokey', 41, { kind: 'login', detail: expect.stringContaining('GEMINI_API_KEY') as string }],
    ['gemini-narrow', 0, { kind: 'ended' }],
  ])('%s, exit %i', (name, code, reading) => {
    expect(readingOf(gemini, recorded(name), code)).toEqual(reading);
  });

  it('a provider that is away is waited for, as long as it says', () => {
    expect(eventsOf(gemini, recorded('gemini-ratelong')).at(-1)).toEqual({
      type: 'waiting',
      why: '429 Rate limit reached, try again in 10m',
      until: NOW + 600_000,
    });
    expect(eventsOf(gemini, recorded('gemini-drop')).at(-1)).toEqual({
      type: 'waiting',
      why: 'fetch failed sending request',
    });
  });

  it.each([
    [173, 'provider'],
    [244, 'provider'],
    [247, 'provider'],
    [17, 'provider'],
    [145, 'login'],
    [147, 'login'],
    [144, 'ended'],
    [41, 'login'],
    [52, 'not-started'],
    [127, 'not-started'],
    [1, 'ended'],
    [0, 'ended'],
  ])('exit %i without a word', (code, kind) => {
    expect(readingOf(gemini, ['x'], code).kind).toBe(kind);
  });

  it('a refused login is told as one, whatever words the provider has for it', () => {
    const error = { type: 'unknown', message: '[API Error: {"error":{"code":401,"message":"no"}}]' };
    const line = JSON.stringify({ type: 'result', status: 'error', error });
    expect(readingOf(gemini, [line], 145)).toEqual({ kind: 'login', detail: '401 no' });
  });

  it('an error after which it continued is none', () => {
    const error = '{"type":"error","severity":"warning","message":"503 Service Unavailable"}';
    const more = '{"type":"tool_use","tool_name":"x","tool_id":"1","parameters":{}}';
    expect(readingOf(gemini, [error], 0).kind).toBe('provider');
    expect(readingOf(gemini, [error, more], 0).kind).toBe('ended');
  });
});
