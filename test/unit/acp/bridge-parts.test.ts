import { describe, expect, it } from 'vitest';
import { failureLine } from '../../../src/acp/failure.ts';
import { knownAgent, modeFor } from '../../../src/acp/known-agents.ts';
import type { BridgeLine } from '../../../src/agents/acp/bridge-lines.ts';
import { bridgeArguments, readBridgeArguments } from '../../../src/agents/acp/bridge-options.ts';
import { mergeCall, nameInOptions, refusal, type Call } from '../../../src/acp/permission.ts';
import { UsageTotal } from '../../../src/acp/usage-total.ts';
import { UsageCount } from '../../../src/runner/usage-count.ts';

describe("the bridge's arguments", () => {
  const options = {
    worktree: '/w',
    permissions: 'full',
    programs: ['npm', '--odd'],
    model: null,
    resume: null,
    mcp: ['node', 'x'],
    gitFolders: [],
    agent: ['a', '--', '--worktree'],
  } as const;

  it('are read back as they were written', () => {
    expect(readBridgeArguments(bridgeArguments(options))).toEqual(options);
  });

  it.each([
    [[]],
    [['--worktree', '/w']],
    [['--worktree', '/w', '--permissions', 'some', '--', 'a']],
    [['--x', '1', '--', 'a']],
  ])('others are refused: %o', (args) => expect(readBridgeArguments(args)).toBeNull());
});

describe('what is known of agents', () => {
  it('their modes', () => {
    expect(modeFor('narrow', ['auto', 'default', 'bypassPermissions'])).toBe('default');
    expect(modeFor('full', ['auto', 'default', 'bypassPermissions'])).toBe('bypassPermissions');
    // goose
    const goose = ['auto', 'approve', 'smart_approve', 'chat'];
    expect([modeFor('narrow', goose), modeFor('full', goose)]).toEqual(['approve', 'auto']);
    // Claude Code as root: its `auto` asks a model.
    expect(modeFor('full', ['auto', 'default'])).toBeNull();
    const codex = ['read-only', 'workspace-write', 'agent', 'agent-full-access'];
    expect([modeFor('narrow', codex), modeFor('full', codex)]).toEqual(['workspace-write', 'agent-full-access']);
  });

  it('one that nobody knows is taken at the word of the protocol', () => {
    expect(knownAgent('new-agent')).toEqual({
      joins: false,
      stdioMcp: true,
      tokens: 'turn',
      costs: 'thread',
      sandbox: false,
      streamsInput: false,
    });
  });
});

describe('use', () => {
  const totals = (feed: (usage: UsageTotal) => void): BridgeLine[] => {
    const lines: BridgeLine[] = [];
    feed(new UsageTotal((line) => lines.push(line)));
    return lines;
  };
  const turn = (usage: object) => ({ usage });

  it('of turns is added up; that since the start is taken as it is; that of the last call only is left out', () => {
    const one = turn({ inputTokens: 10, outputTokens: 1, totalTokens: 11 });
    const two = turn({ inputTokens: 30, outputTokens: 3, totalTokens: 33 });
    const play = (name: string) =>
      totals((usage) => {
        for (const answer of [one, two]) usage.answered(answer, knownAgent(name));
      }).at(-1);
    expect(play('codex-acp')).toMatchObject({ input: 40, output: 4 });
    expect(play('Copilot')).toMatchObject({ input: 30, output: 3 });
    expect(play('OpenCode')).toBeUndefined();
    expect(play('qwen-code')).toBeUndefined();
  });

  it('counts what came from a cache as input, once', () => {
    const read = (usage: object) => totals((total) => total.answered(turn(usage), knownAgent('x')))[0];
    const cache = { cachedReadTokens: 70, cachedWriteTokens: 20 };
    expect(read({ inputTokens: 10, outputTokens: 5, ...cache, totalTokens: 105 })).toMatchObject({
      input: 100,
      cached: 70,
    });
    expect(read({ inputTokens: 100, outputTokens: 5, ...cache, totalTokens: 105 })).toMatchObject({
      input: 100,
      cached: 70,
    });
    expect(read({ inputTokens: 10, outputTokens: 5 })).toEqual({ acp: 'usage', scope: 'run', input: 10, output: 5 });
  });

  it("is found in Gemini's quota, and in qwen's chunks", () => {
    const quota = { _meta: { quota: { token_count: { input_tokens: 7, output_tokens: 2 } } } };
    expect(totals((total) => total.answered(quota, knownAgent('gemini-cli')))).toMatchObject([{ input: 7, output: 2 }]);
    expect(totals((total) => total.answered({}, knownAgent('gemini-cli')))).toEqual([]);
    const chunk = { inputTokens: 7, outputTokens: 2 };
    expect(totals((total) => total.chunk(chunk, knownAgent('qwen-code')))).toMatchObject([{ input: 7 }]);
    expect(totals((total) => total.chunk(chunk, knownAgent('gemini-cli')))).toEqual([]);
  });

  it('costs of a session that continues do not hide the tokens of the run', () => {
    const count = new UsageCount({ costUsd: 1 });
    count.add({ at: 1, type: 'usage', scope: 'run', input: 10, output: 1 });
    count.add({ at: 2, type: 'usage', scope: 'thread', costUsd: 1.5 });
    expect(count.ofRun).toEqual({ input: 10, output: 1, costUsd: 0.5 });
    expect(count.ofThread).toEqual({ costUsd: 1.5 });
  });
});

describe('permissions of agents that leave the kind open', () => {
  const rules = {
    worktree: '/w',
    inside: (path: string) => path.startsWith('/w'),
    tools: [],
    variables: {},
  };
  const asked = (call: Record<string, unknown>): string | null => refusal(mergeCall(undefined, call), rules);

  it('goose: its shell, its files; no other tool that takes a command or a path', () => {
    expect(asked({ kind: 'other', title: 'shell', rawInput: { command: 'git status' } })).toBeNull();
    expect(asked({ kind: 'other', title: 'shell', rawInput: { command: 'curl x' } })).toContain("curl isn't allowed");
    expect(asked({ kind: 'other', title: 'deploy', rawInput: { command: 'git status' } })).not.toBeNull();
    expect(asked({ kind: 'other', title: 'write', rawInput: { path: '/w/a', content: 'x' } })).toBeNull();
    expect(asked({ kind: 'other', title: 'write', rawInput: { path: '/etc/a', content: 'x' } })).toContain('outside');
    expect(asked({ kind: 'other', title: 'open', rawInput: { path: '/w/a' } })).not.toBeNull();
  });

  it('kimi: the input as JSON in the content, once it is whole, and never the output', () => {
    const text = (shown: string) => [{ type: 'content', content: { type: 'text', text: shown } }];
    const call = (status: string, ...parts: string[]): string | null => {
      const updates = parts.map((shown) => ({
        toolCallId: '1',
        kind: 'execute',
        title: 'Bash',
        status,
        content: text(shown),
      }));
      const question = { toolCallId: '1', title: 'Bash', content: text('Requesting approval to run a command') };
      return refusal(
        [...updates, question].reduce<Call | undefined>((known, told) => mergeCall(known, told, true), undefined)!,
        rules,
      );
    };
    expect(call('in_progress', '{"comm', '{"command":"git status"}')).toBeNull();
    expect(call('pending', '{"command":"git status","cwd":"/p"}')).toContain('/p is');
    expect(call('in_progress', '{"command":"curl x"}')).toContain("curl isn't allowed");
    expect(call('in_progress', '{"command":"git')).not.toBeNull();
    expect(call('completed', '{"command":"git status"}')).not.toBeNull();
    // An agent that is not known to do so is taken at the word of the protocol.
    expect(
      asked({ kind: 'execute', title: 'Bash', status: 'pending', content: text('{"command":"git status"}') }),
    ).not.toBeNull();
  });

  it('our report, by all the names that it is given, and no other', () => {
    for (const title of [
      'mcp__kanban__report',
      'kanban_report',
      'kanban-report',
      'kanban: report',
      'mcp.kanban.report',
    ])
      expect(asked({ kind: 'other', title })).toBeNull();
    expect(asked({ kind: 'other', title: 'report (kanban MCP Server)' })).toBeNull();
    expect(asked({ kind: 'execute', title: 'kanban report; rm -rf /' })).not.toBeNull();
    expect(asked({ kind: 'other', title: 'kanban_reporter' })).not.toBeNull();
    const name = nameInOptions([{ name: 'Always Allow in project: report' }]);
    expect(asked({ kind: 'other', title: '{}', name, rawInput: { verdict: 'done' } })).toBeNull();
    expect(asked({ kind: 'other', title: '{}', name, rawInput: { query: 'x' } })).not.toBeNull();
  });

  it('codex: a command as a list; Gemini: as the title; a folder that is elsewhere', () => {
    const bash = ['bash', '-lc', 'git status && ls'];
    expect(asked({ kind: 'execute', title: 'x', rawInput: { command: bash } })).toBeNull();
    expect(
      asked({ kind: 'execute', title: 'x', rawInput: { command: ['git', 'commit', '-m', "it's $(x)"] } }),
    ).toBeNull();
    expect(asked({ kind: 'execute', title: 'x', rawInput: { command: ['curl', 'x'] } })).not.toBeNull();
    expect(asked({ kind: 'execute', title: 'git status' })).toBeNull();
    expect(asked({ kind: 'execute', title: 'x', rawInput: { command: 'git status', cwd: '/p' } })).toContain('/p is');
  });

  it('what fetches, switches modes or edits no file by name is refused; what only thinks is not', () => {
    for (const kind of ['fetch', 'switch_mode', 'edit', 'tomorrow', 'other']) expect(asked({ kind })).not.toBeNull();
    expect(asked({ kind: 'think' })).toBeNull();
    expect(asked({ kind: 'read', locations: [{ path: '/w/a' }] })).toBeNull();
    expect(asked({ kind: 'read', rawInput: { file_path: '/etc/a' } })).toContain('outside');
  });
});

it('an error says what the agent said, without the name of its code', () => {
  const said = (error: object) => (failureLine('prompt', error) as { message: string }).message;
  expect(said({ code: -32603, message: 'Internal error', data: { details: 'it broke' } })).toBe('it broke');
  expect(said({ code: -32603, message: 'Internal error: it broke' })).toBe('it broke');
  expect(said({ code: -32602, message: 'Invalid params', data: 'no x' })).toBe('Invalid params: no x');
  expect(said({ code: -32603, message: 'Internal error' })).toContain('did not say why');
  expect(said(new Error('it ended'))).toBe('it ended');
});
