import type { AgentRun } from '../../../src/agents/agent.ts';

/** What an adapter is given to plan a run. @param words program and first arguments of the agent */
export function agentRun(words: string[], change: Partial<AgentRun> = {}): AgentRun {
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
