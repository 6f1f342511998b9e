import { describe, expect, it } from 'vitest';
import { command } from '../../../src/agents/command/adapter.ts';
import { agentRun as run } from './agent-run.ts';

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

  it('leaves the prompt as an argument to the runner, and closes stdin', () => {
    expect(command.plan(run(['agent', '--ask={prompt}', '{prompt}', '{worktree}'])).command).toEqual({
      file: 'agent',
      args: ['--ask={prompt}', '{prompt}', '/w'],
      stdin: 'argument',
    });
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
