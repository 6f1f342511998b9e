import { describe, expect, it } from 'vitest';
import type { AgentRun } from '../../../src/agents/agent.ts';
import { ADAPTERS, adapterNamed } from '../../../src/agents/adapters.ts';
import { command } from '../../../src/agents/command/adapter.ts';
import { shell } from '../../../src/agents/shell/adapter.ts';

function run(words: string[], change: Partial<AgentRun> = {}): AgentRun {
  return {
    runId: 'T-1-1-task-0a1b2c3d',
    taskId: 'T-1',
    role: 'task',
    purpose: 'work',
    settings: {
      kind: 'command',
      command: words,
      args: [],
      model: null,
      env: { pass: [], set: {} },
      permissions: 'narrow',
      tools: [],
    },
    model: 'm-1',
    worktree: '/w',
    promptFile: '/r/prompt.md',
    report: '/w/REPORT.md',
    gitDir: '/g/worktrees/T-1',
    gitCommonDir: '/g',
    script: 'echo',
    files: ['src/**'],
    roleRun: 'npm test',
    session: null,
    folder: '/r',
    root: '/p',
    mcp: { command: 'node', args: ['cli.js', 'mcp-report'] },
    allowance: null,
    isRoot: false,
    ...change,
  };
}

describe('command', () => {
  it('fills its placeholders, and only those, once', () => {
    const words = [
      'agent',
      '{prompt_file}',
      '--cd={worktree}',
      '{report}',
      '{git_dir}:{git_common_dir}',
      '--model',
      '{model}',
      '{run_id}',
      '{other}',
      '{}',
    ];
    expect(command.plan(run(words)).command).toEqual({
      file: 'agent',
      args: [
        '/r/prompt.md',
        '--cd=/w',
        '/w/REPORT.md',
        '/g/worktrees/T-1:/g',
        '--model',
        'm-1',
        'T-1-1-task-0a1b2c3d',
        '{other}',
        '{}',
      ],
      stdin: 'prompt',
    });
    expect(command.plan(run(['agent', '{model}'], { model: '{worktree}' })).command?.args).toEqual(['{worktree}']);
  });

  it('without a model leaves its argument out, with the option before it', () => {
    expect(command.plan(run(['agent', '--model', '{model}', '-q'], { model: null })).command?.args).toEqual(['-q']);
    expect(command.plan(run(['agent', 'x', '{model}'], { model: null })).command?.args).toEqual(['x']);
  });

  it.each([
    [0, null, '', { kind: 'ended' }],
    [1, null, 'retry-after: 5', { kind: 'ended' }],
    [null, 'SIGSEGV', '', { kind: 'ended' }],
    [127, null, 'sh: 1: agent: not found', { kind: 'not-started', detail: 'sh: 1: agent: not found' }],
    [126, null, '', { kind: 'not-started', detail: 'exit 126' }],
    [75, null, 'busy\nretry-after: 30\n', { kind: 'provider', until: 31_000 }],
    [75, null, 'retry-after: 30\nbusy', { kind: 'provider' }],
  ])('exit %s %s with %j', (code, signal, tail, reading) => {
    expect(command.outcome({ code, signal }, tail, [], 1_000)).toMatchObject(reading);
  });
});

describe('shell', () => {
  it('plans each role', () => {
    expect(shell.plan(run([])).shell).toEqual({ script: 'echo', check: null, mergeBase: false, run: '' });
    expect(shell.plan(run([], { purpose: 'mend' })).shell).toEqual({
      script: 'echo',
      check: null,
      mergeBase: true,
      run: '',
    });
    expect(shell.plan(run([], { role: 'reviewer' })).shell).toEqual({
      script: null,
      check: { files: ['src/**'] },
      mergeBase: false,
      run: 'npm test',
    });
    expect(shell.plan(run([], { role: 'tester' })).shell).toEqual({
      script: null,
      check: null,
      mergeBase: true,
      run: 'npm test',
    });
  });
});

describe.each(ADAPTERS.map((adapter) => [adapter.name, adapter] as const))('every adapter: %s', (name, adapter) => {
  it('is found by its name and keeps to the contract', () => {
    expect(adapterNamed(name)).toBe(adapter);
    const plan = adapter.plan(run(['agent']));
    expect((plan.command === null) !== (plan.shell === null)).toBe(true);
    expect(adapter.outcome({ code: 0, signal: null }, '', [], 0).kind).toBe('ended');
  });
});

it('an unknown adapter is none', () => {
  expect(adapterNamed('claude-9')).toBe(null);
});
