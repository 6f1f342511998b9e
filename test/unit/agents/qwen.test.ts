import { describe, expect, it } from 'vitest';
import { qwen } from '../../../src/agents/qwen/adapter.ts';
import { UsageCount } from '../../../src/runner/usage-count.ts';
import { eventsOf, NOW, plannedRun, readingOf, recorded } from './recorded-lines.ts';

const ID = '00000000-0000-4000-8000-000000000001';

describe('plan', () => {
  it('narrow, with files of its own', () => {
    const run = plannedRun(qwen, { session: { id: ID, resume: true } });
    const plan = qwen.plan({ ...run, settings: { ...run.settings, tools: ['npm'], args: ['--debug'] } });
    if (plan.command === null) throw new Error('no command');
    const { args } = plan.command;
    expect(args.slice(0, 4)).toEqual(['--output-format', 'stream-json', '--approval-mode', 'auto-edit']);
    expect(args[5]).toMatch(/^run_shell_command\(git \*\),.*,run_shell_command\(npm \*\)$/);
    expect(args.slice(6)).toEqual(['--resume', ID, '--debug']);
    expect(plan.env).toMatchObject({
      QWEN_CODE_NO_RELAUNCH: 'true',
      QWEN_CODE_SYSTEM_DEFAULTS_PATH: '/r/qwen-defaults.json',
      QWEN_CODE_TRUSTED_FOLDERS_PATH: '/r/qwen-trusted-folders.json',
    });
    expect(JSON.parse(plan.files?.['qwen-defaults.json'] ?? '')).toMatchObject({
      mcpServers: { kanban: { command: 'node', args: ['cli.js', 'mcp-report'], trust: true } },
      general: { gitCoAuthor: { commit: false } },
      model: { generationConfig: { maxRetries: 0 } },
    });
    expect(JSON.parse(plan.files?.['qwen-trusted-folders.json'] ?? '')).toEqual({ '/w': 'TRUST_FOLDER' });
  });

  it('full', () => {
    const run = plannedRun(qwen, { model: 'm', session: { id: ID, resume: false } });
    expect(qwen.plan({ ...run, settings: { ...run.settings, permissions: 'full' } }).command).toEqual({
      file: 'qwen',
      args: ['--output-format', 'stream-json', '--approval-mode', 'yolo', '--model', 'm', '--session-id', ID],
      stdin: 'prompt',
    });
  });
});

describe('output', () => {
  it('a task', () => {
    const events = eventsOf(qwen, recorded('qwen-task'));
    expect(events).toEqual([
      { type: 'session', id: ID },
      { type: 'text', text: 'I write the file.' },
      {
        type: 'tool',
        name: 'write_file',
        summary: 'agent-T1.txt',
        input: '{"file_path":"/w/agent-T1.txt","content":"done by chat for T1\\n"}',
      },
      { type: 'usage', scope: 'step', input: 1000, output: 50, cached: 0 },
      { type: 'text', text: 'Now I commit it.' },
      {
        type: 'tool',
        name: 'run_shell_command',
        summary: expect.stringMatching(/^git add -A && git .{90,}…$/) as string,
        input: expect.stringContaining("commit -q -m 'T1: scripted work' && git log") as string,
      },
      { type: 'usage', scope: 'step', input: 1000, output: 50, cached: 0 },
      { type: 'text', text: 'Task T1 is finished and committed.' },
      { type: 'usage', scope: 'step', input: 1000, output: 50, cached: 0 },
      { type: 'usage', scope: 'thread', input: 3000, output: 150, cached: 0 },
    ]);
    expect(readingOf(qwen, recorded('qwen-task'), 0)).toEqual({ kind: 'ended' });
  });

  it('a session that continues tells totals of all of it', () => {
    const lines = recorded('qwen-resume');
    const session = { id: ID, resume: true };
    const count = (before: { input: number; output: number } | null): unknown => {
      const counter = new UsageCount(before);
      for (const event of eventsOf(qwen, lines, { session, sessionUsage: before }))
        if ('scope' in event) counter.add({ at: NOW, ...event } as Parameters<UsageCount['add']>[0]);
      return counter.ofRun;
    };
    expect(count({ input: 2000, output: 100 })).toMatchObject({ input: 1000, output: 50 });
    // Its last run was ended in the middle and told no total: the steps of this one are what is known.
    expect(count(null)).toMatchObject({ input: 1000, output: 50 });
  });

  it('a refused tool call', () => {
    const events = eventsOf(qwen, recorded('qwen-narrow'));
    expect(events.filter((event) => JSON.stringify(event).includes('"denied"'))).toEqual([
      {
        type: 'denied',
        name: 'run_shell_command',
        summary:
          '(setsid tail -f /dev/null >/dev/null 2>&1 &); (tail -f /etc/hostname >/dev/null 2>&1 &); echo started',
      },
    ]);
  });

  it('an error of the provider behind what it said', () => {
    const text = 'I begin[API Error: 503 Service Unavailable]';
    const line = JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text }] } });
    expect(eventsOf(qwen, [line])).toEqual([
      { type: 'text', text: 'I begin' },
      { type: 'error', what: 'provider', why: '503 Service Unavailable' },
    ]);
  });

  it.each([
    'no JSON',
    '{',
    '[]',
    '{"type":"system","subtype":"other"}',
    '{"type":"assistant"}',
    '{"type":"assistant","message":{"content":"x"}}',
    '{"type":"assistant","message":{"content":[null,{"type":"thinking","thinking":"x"}]}}',
    '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"1","is_error":true,"content":"denied"}]}}',
    '{"type":"stream_event","event":{}}',
    '{"type":"result","is_error":false,"usage":{}}',
  ])('%s means nothing', (line) => {
    expect(eventsOf(qwen, [line])).toEqual([]);
  });
});

describe('outcome: exit 0, "success", in the words of 0.15', () => {
  it.each([
    ['qwen-badkey', { kind: 'login', detail: '401 Invalid API key' }],
    ['qwen-ratelong', { kind: 'provider', detail: '429 Rate limit reached, try again in 10m', until: NOW + 600_000 }],
    ['qwen-drop', { kind: 'provider', detail: 'Connection error. (cause: fetch failed)' }],
    ['qwen-hang', { kind: 'provider', detail: expect.stringMatching(/^Request timeout after 120s\.[^-]*$/) as string }],
    ['qwen-toolong', { kind: 'ended', detail: expect.stringContaining('maximum context length') as string }],
  ])('%s', (name, reading) => {
    expect(readingOf(qwen, recorded(name), 0)).toEqual(reading);
  });
});

describe('outcome: exit 1', () => {
  it.each([
    ['qwen-unknown', { kind: 'no-session', detail: `No saved session found with ID ${ID}.` }],
    ['qwen-noauth', { kind: 'login', detail: expect.stringContaining('No auth type is selected') as string }],
  ])('%s', (name, reading) => {
    const lines = recorded(name);
    expect(readingOf(qwen, lines, 1)).toMatchObject({ kind: reading.kind });
    expect(readingOf(qwen, lines, 1)).toEqual(reading);
  });

  it('0.24 calls an error of the provider one', () => {
    const error = { message: '[API Error: 500 Internal]' };
    const line = JSON.stringify({ type: 'result', subtype: 'error_during_execution', is_error: true, error });
    expect(readingOf(qwen, [line], 1)).toEqual({ kind: 'provider', detail: '500 Internal' });
  });

  it('what it could not begin with', () => {
    expect(readingOf(qwen, ['Unknown argument: x'], 1)).toEqual({ kind: 'not-started', detail: 'Unknown argument: x' });
    expect(readingOf(qwen, ['Missing API key for OpenAI-compatible auth.'], 1).kind).toBe('login');
    expect(readingOf(qwen, [''], 127)).toEqual({ kind: 'not-started', detail: 'exit 127' });
    const said = JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text: 'I begin' }] } });
    expect(readingOf(qwen, [said, 'killed'], 1)).toEqual({ kind: 'ended' });
  });
});
