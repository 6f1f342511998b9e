import { describe, expect, it } from 'vitest';
import { shell } from '../../../src/agents/shell/adapter.ts';
import { agentRun as run } from './agent-run.ts';

describe('shell', () => {
  it('gives the commands for changed files to the tester only', () => {
    const tests = [{ glob: 'src/**', command: 'npm test' }];
    expect(shell.plan(run([], { role: 'tester', tests })).shell).toMatchObject({ run: 'npm test', tests });
    for (const role of ['task', 'reviewer'] as const)
      expect(shell.plan(run([], { role, tests })).shell).not.toHaveProperty('tests');
  });

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
