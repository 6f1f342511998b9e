import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AgentRun } from '../../../src/agents/agent.ts';
import { goose } from '../../../src/agents/goose/adapter.ts';
import { GooseOutput } from '../../../src/agents/goose/output.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { plannedRun } from './recorded-lines.ts';

const AT = 1_000;

const printed = (name: string): string =>
  readFileSync(new URL(`recorded/goose-${name}.jsonl`, import.meta.url), 'utf8');

function heard(...lines: string[]): AgentEvent[] {
  const output = new GooseOutput();
  return lines.flatMap((line) => output.receive(line, AT).events);
}

const hear = (name: string): AgentEvent[] => heard(...printed(name).trimEnd().split('\n'));

const read = (name: string, code = 0): unknown => goose.outcome({ code, signal: null }, printed(name), hear(name), AT);

const said = (text: string, id: string | null = 'chatcmpl-1'): string =>
  JSON.stringify({ type: 'message', message: { id, role: 'assistant', content: [{ type: 'text', text }] } });

function plan(change: Partial<AgentRun> & { args?: string[] } = {}) {
  const { args = [], ...more } = change;
  const asked = plannedRun(goose);
  const settings = { ...asked.settings, command: ['goose'], args, tools: [], permissions: 'narrow' as const };
  const planned = goose.plan({
    ...asked,
    settings,
    report: '/w/.kanban/report.md',
    mcp: { command: '/bin/node', args: ['/k/cli.js', 'mcp-report'] },
    ...more,
  });
  if (planned.command === null) throw new Error('it plans a program');
  return planned;
}

describe('goose is started', () => {
  it('with its prompt on stdin and its own tools, and asks nobody', () => {
    const { command, env } = plan();
    expect(command.file).toBe('goose');
    expect(command.stdin).toBe('prompt');
    expect(command.args.slice(0, 7)).toEqual([
      'run',
      '-i',
      '-',
      '--output-format',
      'stream-json',
      '--with-builtin',
      'developer',
    ]);
    expect(env['GOOSE_MODE']).toBe('auto');
  });

  it('and does not wait for its provider in silence', () => {
    expect(plan().env['GOOSE_PROVIDER_SKIP_BACKOFF']).toBe('true');
  });

  it('with the server of the report, quoted as a shell does', () => {
    const command = (mcp: AgentRun['mcp']): string | undefined => {
      const { args } = plan({ mcp }).command;
      return args[args.indexOf('--with-extension') + 1];
    };
    expect(command({ command: '/bin/node', args: ['/k/cli.js', 'mcp-report'] })).toBe('/bin/node /k/cli.js mcp-report');
    expect(command({ command: '/my programs/node', args: ["it's", ''] })).toBe(
      String.raw`'/my programs/node' 'it'\''s' ''`,
    );
  });

  it('in a session that we name, or continues with it', () => {
    expect(plan({ session: { id: 'abc', resume: false } }).command.args.slice(-2)).toEqual(['--name', 'abc']);
    expect(plan({ session: { id: 'abc', resume: true } }).command.args.slice(-3)).toEqual([
      '--resume',
      '--name',
      'abc',
    ]);
  });

  it('with its model once, that of its arguments first, which come last', () => {
    expect(plan({ model: 'm', args: ['--debug'] }).command.args.slice(-3)).toEqual(['--model', 'm', '--debug']);
    for (const args of [['--model', 'n'], ['--model=n']]) {
      const all = plan({ model: 'm', args }).command.args;
      expect(all.filter((word) => word.startsWith('--model'))).toEqual(args.slice(0, 1));
      expect(all.slice(-args.length)).toEqual(args);
    }
  });
});

describe('what goose prints', () => {
  it('is what it says and does, and the total of its session', () => {
    expect(hear('work')).toEqual([
      { at: AT, type: 'text', text: 'I write the file.' },
      {
        at: AT,
        type: 'tool',
        name: 'write',
        summary: '/w/agent-T-1.txt',
        input: String.raw`{"path":"/w/agent-T-1.txt","content":"x\n"}`,
      },
      { at: AT, type: 'text', text: 'commit' },
      expect.objectContaining({
        name: 'shell',
        summary: 'git add -A && git commit -q -m work && git log --oneline -1',
      }),
      { at: AT, type: 'text', text: 'test' },
      expect.objectContaining({ name: 'shell', summary: 'npm test' }),
      { at: AT, type: 'text', text: 'report' },
      expect.objectContaining({ name: 'shell', summary: expect.stringContaining('printf') as string }),
      { at: AT, type: 'text', text: 'All done.' },
      { at: AT, type: 'usage', scope: 'thread', input: 5000, output: 250 },
    ]);
  });

  it('comes in pieces, which are put together to lines', () => {
    const pieces = ['A sen', 'tence.\nAnd ano', 'ther'].map((text) => said(text));
    expect(heard(...pieces)).toEqual([{ at: AT, type: 'text', text: 'A sentence.' }]);
    expect(heard(...pieces, '{"type":"complete","total_tokens":null}')).toEqual([
      { at: AT, type: 'text', text: 'A sentence.' },
      { at: AT, type: 'text', text: 'And another' },
    ]);
  });

  it('tells a tool call that was refused', () => {
    const request = {
      type: 'toolRequest',
      id: 'c1',
      toolCall: { status: 'success', value: { name: 'shell', arguments: { command: 'make' } } },
    };
    const text = 'The user has declined to run this tool. DO NOT attempt to call this tool again.';
    const response = {
      type: 'toolResponse',
      id: 'c1',
      toolResult: { status: 'success', value: { content: [{ type: 'text', text }] } },
    };
    const lines = [
      { type: 'message', message: { id: 'a', role: 'assistant', content: [request] } },
      { type: 'message', message: { id: 'b', role: 'user', content: [response] } },
    ];
    expect(heard(...lines.map((line) => JSON.stringify(line))).at(-1)).toEqual({
      at: AT,
      type: 'denied',
      name: 'shell',
      summary: 'make',
    });
  });

  it('tells an error behind what it had said so far', () => {
    expect(heard(said('I look'), JSON.stringify({ type: 'error', error: 'Rate limit exceeded: slow down' }))).toEqual([
      { at: AT, type: 'text', text: 'I look' },
      { at: AT, type: 'error', what: 'provider', why: 'Rate limit exceeded: slow down' },
    ]);
  });

  it('is nothing where it is no JSON, cut off, of another shape or unknown', () => {
    for (const line of [
      '',
      '    __( O)>  ● new session · openai scripted',
      '{"type":"message"',
      '{"type":"message"}',
      '{"type":"message","message":{"role":"assistant","content":[null,3,{"type":"toolRequest","toolCall":{}}]}}',
      '{"type":"complete","total_tokens":null}',
      '{"type":"else"}',
    ])
      expect(heard(line)).toEqual([]);
  });
});

describe('how goose ended, whose exit code is 0', () => {
  it.each([
    ['ratelimit', 'Rate limit exceeded: scripted 429.'],
    ['overloaded', 'Server error: Server error (529 <unknown status code>): Overloaded.'],
    ['drop', 'Network error: Network error — check your network connection and try again.'],
    ['credits', expect.stringContaining('add more credits') as string],
  ])('is its provider: %s', (name, detail) => {
    expect(read(name)).toEqual({ kind: 'provider', detail });
  });

  it('says until when, where it was told', () => {
    const text =
      'Ran into this error: Server error: try again in 10 minutes.\n\nPlease retry if you think this is a transient or recoverable error.';
    expect(goose.outcome({ code: 0, signal: null }, '', heard(said(text, null)), AT)).toEqual({
      kind: 'provider',
      detail: 'Server error: try again in 10 minutes.',
      until: AT + 600_000,
    });
  });

  it('is a key that is refused', () => {
    expect(read('badkey')).toEqual({ kind: 'login', detail: expect.stringContaining('401 Unauthorized') as string });
  });

  it('is a context that is too long, which is nobody else’s', () => {
    expect(read('too-long')).toEqual({ kind: 'ended', detail: expect.stringMatching(/^Unable to continue/) as string });
  });

  it('is not told by what the model itself writes', () => {
    const text = 'Ran into this error: Rate limit exceeded: scripted 429.\n\nPlease retry if you think so.';
    const complete = '{"type":"complete","total_tokens":15,"input_tokens":10,"output_tokens":5}';
    const outcome = (id: string | null): string =>
      goose.outcome({ code: 0, signal: null }, '', heard(said(text, id), complete), AT).kind;
    expect(outcome('chatcmpl-7')).toBe('ended');
    expect(outcome(null)).toBe('provider');
  });

  it('is that it never began', () => {
    expect(read('no-login', 1)).toEqual({
      kind: 'login',
      detail: "No provider configured. Run 'goose configure' first.",
    });
    expect(read('no-session', 1)).toEqual({
      kind: 'no-session',
      detail: expect.stringMatching(/^No session found/) as string,
    });
    const tail = "error: unexpected argument '--x' found\n\nUsage: goose run [OPTIONS]\n";
    expect(goose.outcome({ code: 2, signal: null }, tail, heard(...tail.split('\n')), AT)).toEqual({
      kind: 'not-started',
      detail: "unexpected argument '--x' found",
    });
  });

  it('is that another made its database at the same moment, at its very first start', () => {
    const tail =
      'Error: error returned from database: (code: 1) table schema_version already exists\n\nStack backtrace:\n';
    expect(goose.outcome({ code: 1, signal: null }, tail, heard(...tail.split('\n')), AT).kind).toBe('not-started');
  });

  it('is a mode in which it would have to ask, after it had begun', () => {
    const line = 'Error: Tool approval required in non-interactive mode with GooseMode::smart_approve.';
    expect(goose.outcome({ code: 1, signal: null }, line, heard(said('I begin.\n'), line), AT)).toEqual({
      kind: 'ended',
      detail: line.replace('Error: ', ''),
    });
  });
});
