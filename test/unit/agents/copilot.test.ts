import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AgentRun } from '../../../src/agents/agent.ts';
import { copilot } from '../../../src/agents/copilot/adapter.ts';
import { CopilotOutput } from '../../../src/agents/copilot/output.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { plannedRun } from './recorded-lines.ts';

const AT = 1_000;

const printed = (name: string): string =>
  readFileSync(new URL(`recorded/copilot-${name}.jsonl`, import.meta.url), 'utf8');

function heard(...lines: string[]): AgentEvent[] {
  const output = new CopilotOutput();
  return lines.flatMap((line) => output.receive(line, AT).events);
}

const hear = (name: string): AgentEvent[] => heard(...printed(name).trimEnd().split('\n'));

const read = (name: string, code: number): unknown =>
  copilot.outcome({ code, signal: null }, printed(name), hear(name), AT);

function plan(change: Partial<AgentRun> & { permissions?: 'narrow' | 'full'; args?: string[] } = {}) {
  const { permissions = 'narrow', args = [], ...more } = change;
  const asked = plannedRun(copilot);
  const settings = { ...asked.settings, command: ['npx', 'copilot'], args, tools: ['npm'], permissions };
  const planned = copilot.plan({
    ...asked,
    settings,
    report: '/w/.kanban/report.md',
    mcp: { command: '/bin/node', args: ['/k/cli.js', 'mcp-report'] },
    ...more,
  });
  if (planned.command === null) throw new Error('it plans a program');
  return planned;
}

describe('copilot is started', () => {
  it('with its prompt on stdin, asking nobody, with no update and no servers of GitHub', () => {
    const { command } = plan();
    expect(command.stdin).toBe('prompt');
    expect(command.file).toBe('npx');
    expect(command.args.slice(0, 6)).toEqual([
      'copilot',
      '--output-format',
      'json',
      '--no-auto-update',
      '--no-ask-user',
      '--disable-builtin-mcps',
    ]);
  });

  it('in its narrow form with what commits, tests and reports, and never with git push', () => {
    const { args } = plan().command;
    for (const allowed of ['shell(git:*)', 'shell(npm:*)', 'shell(mkdir:*)', 'write', 'kanban'])
      expect(args).toContain(`--allow-tool=${allowed}`);
    expect(args).toContain('--deny-tool=shell(git push)');
    expect(args.filter((arg) => arg.startsWith('--allow-all'))).toEqual([]);
  });

  it('in its full form with all permissions', () => {
    const { args } = plan({ permissions: 'full' }).command;
    expect(args).toContain('--allow-all');
    expect(args.filter((arg) => arg.includes('-tool='))).toEqual([]);
  });

  it.each([true, false])('in a session that is named up front, and gone on with by the same word (%s)', (resume) => {
    const id = '31c5be6c-b354-4ba3-bd4c-078ac0db7133';
    expect(plan({ session: { id, resume } }).command.args).toContain(`--session-id=${id}`);
  });

  it('with its model, and what the settings add last, so that it wins', () => {
    expect(plan({ model: 'gpt-5', args: ['--model', 'other'] }).command.args.slice(-4)).toEqual([
      '--model',
      'gpt-5',
      '--model',
      'other',
    ]);
    expect(plan().command.args).not.toContain('--model');
  });

  it('with the server of the report, named in a file of the run', () => {
    const { command, files } = plan();
    expect(command.args).toContain('--additional-mcp-config=@/r/copilot-mcp.json');
    expect(JSON.parse(files?.['copilot-mcp.json'] ?? '')).toEqual({
      mcpServers: {
        kanban: { type: 'local', command: '/bin/node', args: ['/k/cli.js', 'mcp-report'], tools: ['*'] },
      },
    });
  });

  it('with its traces, which tell tokens, in its output', () => {
    expect(plan().env['COPILOT_OTEL_FILE_EXPORTER_PATH']).toBe('/r/output.log');
  });
});

describe('what copilot prints', () => {
  it('is what it says, does and uses, step by step, and its session', () => {
    const events = hear('work');
    expect(events.filter(({ type }) => type !== 'usage')).toEqual([
      { at: AT, type: 'text', text: 'I write the file.' },
      {
        at: AT,
        type: 'tool',
        name: 'create',
        summary: '/w/agent-T-1.txt',
        input: String.raw`{"path":"/w/agent-T-1.txt","file_text":"x\n"}`,
      },
      { at: AT, type: 'text', text: 'commit' },
      expect.objectContaining({ name: 'bash', summary: 'git add -A && git commit -q -m work && git log --oneline -1' }),
      { at: AT, type: 'text', text: 'test' },
      expect.objectContaining({ name: 'bash', summary: 'npm test' }),
      { at: AT, type: 'text', text: 'report' },
      expect.objectContaining({ name: 'bash', summary: expect.stringContaining('printf') as string }),
      { at: AT, type: 'text', text: 'All done.' },
      { at: AT, type: 'session', id: 'be6b76b0-15eb-4525-a8ad-b766cc15a03d' },
    ]);
    expect(events.filter(({ type }) => type === 'usage')).toEqual(
      Array.from({ length: 5 }, () => ({ at: AT, type: 'usage', scope: 'step', input: 1000, output: 50 })),
    );
  });

  it('tells tokens that came from a cache', () => {
    expect(hear('cached').filter(({ type }) => type === 'usage')).toEqual(
      Array.from({ length: 2 }, () => ({ at: AT, type: 'usage', scope: 'step', input: 1000, output: 50, cached: 400 })),
    );
  });

  it('tells a tool call that was refused', () => {
    expect(hear('denied').filter(({ type }) => type === 'denied')).toEqual([
      { at: AT, type: 'denied', name: 'bash', summary: expect.stringMatching(/^cd \.\.\/\.\. && echo x/) as string },
    ]);
    expect(read('denied', 0)).toEqual({ kind: 'ended' });
  });

  it('is nothing where it is no JSON, cut off, of another shape or unknown', () => {
    for (const line of [
      '',
      'null',
      '{}',
      '[1]',
      '{"type":',
      '{"type":"assistant.message"}',
      '{"type":"tool.execution_complete","data":{"error":{"code":"denied"}}}',
      '{"type":"span","attributes":3}',
      '{"type":"metric","name":"x"}',
      'Package extraction took 6267ms',
    ])
      expect(heard(line)).toEqual([]);
  });
});

describe('how copilot ended', () => {
  it('is its provider that limits it: it waits, then gives up', () => {
    const events = hear('ratelimit');
    expect(events.filter(({ type }) => type === 'waiting')).toEqual(
      Array.from({ length: 6 }, () => ({ at: AT, type: 'waiting', why: '429 scripted 429' })),
    );
    expect(read('ratelimit', 1)).toEqual({ kind: 'provider', detail: expect.stringContaining('429') as string });
  });

  it('is its provider whose connection breaks', () => {
    expect(read('drop', 1)).toEqual({
      kind: 'provider',
      detail: expect.stringContaining('connection closed') as string,
    });
  });

  it('is a key that is refused; it does not wait for that', () => {
    expect(hear('badkey').filter(({ type }) => type === 'waiting')).toEqual([]);
    expect(read('badkey', 1)).toEqual({ kind: 'login', detail: expect.stringContaining('HTTP 401') as string });
  });

  it('is a login that is missing', () => {
    expect(read('no-login', 1)).toEqual({ kind: 'login', detail: 'No authentication information found.' });
  });

  it('is a model that is not there, which is nobody else’s', () => {
    expect(read('no-model', 1)).toEqual({ kind: 'ended', detail: expect.stringContaining("Model 'gpt-5'") as string });
  });

  const given = (error: object): unknown =>
    copilot.outcome(
      { code: 1, signal: null },
      '',
      heard(JSON.stringify({ type: 'session.error', data: { message: 'as it says', ...error } })),
      AT,
    );

  it.each([
    ['quota', 'provider'],
    ['rate_limit', 'provider'],
    ['authorization', 'login'],
    ['policy', 'login'],
    ['context_limit', 'ended'],
  ])('by its own error %s is read as %s', (errorType, kind) => {
    expect(given({ errorType })).toEqual({ kind, detail: 'as it says' });
  });

  it.each([
    [402, 'provider'],
    [503, 'provider'],
    [529, 'provider'],
    [400, 'ended'],
  ])('by HTTP status %d is read as %s', (statusCode, kind) => {
    expect(given({ errorType: 'query', statusCode })).toEqual({ kind, detail: 'as it says' });
  });

  it('says until when, where it was told', () => {
    expect(given({ errorType: 'rate_limit', message: 'Please try again in 10 minutes.' })).toEqual({
      kind: 'provider',
      detail: 'Please try again in 10 minutes.',
      until: AT + 600_000,
    });
  });

  it.each([
    ['{"message":"busy"}', '429 busy'],
    ['"busy"', '429 busy'],
    ['{"busy', '429 {"busy'],
  ])('waits for its provider in the words of its answer: %s', (errorMessage, why) => {
    const failure = { type: 'model.call_failure', data: { statusCode: 429, failureKind: 'api', errorMessage } };
    expect(heard(JSON.stringify(failure))).toEqual([{ at: AT, type: 'waiting', why }]);
  });

  it('is good if it continued after an error', () => {
    const lines = [...printed('ratelimit').trimEnd().split('\n'), ...printed('work').trimEnd().split('\n')];
    expect(copilot.outcome({ code: 0, signal: null }, '', heard(...lines), AT)).toEqual({ kind: 'ended' });
  });

  it('is a session that is gone', () => {
    const line = "Error: No session, task, or name matched '51ce0a0b'.";
    expect(copilot.outcome({ code: 1, signal: null }, line, heard(line), AT).kind).toBe('no-session');
  });

  it('is a token that GitHub could not be asked about', () => {
    const lines = [
      'Error: Authentication token found but could not be validated.',
      '  Failed to fetch PAT user login: network fetch failed: request failed',
    ];
    expect(copilot.outcome({ code: 1, signal: null }, '', heard(...lines), AT).kind).toBe('provider');
    expect(copilot.outcome({ code: 1, signal: null }, '', heard(...lines.slice(0, 1)), AT).kind).toBe('login');
  });

  it.each([
    ["Package extraction took 5ms\nerror: unexpected argument '--x' found\n", "unexpected argument '--x' found"],
    [
      'Package extraction took 5ms\nBYOK providers require an explicit model.\n',
      'BYOK providers require an explicit model.',
    ],
  ])('is that it never began: %j', (tail, detail) => {
    expect(copilot.outcome({ code: 1, signal: null }, tail, [], AT)).toEqual({ kind: 'not-started', detail });
  });
});
