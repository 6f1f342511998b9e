import { newRunId } from '../../src/runs/runs-folder.ts';
import type { Brief } from '../../src/contract/brief.ts';
import type { RunResult } from '../../src/contract/result.ts';

/** A brief for a run that nothing is carried out of. */
export function aBrief(root: string, change: Partial<Brief> = {}): Brief {
  return {
    version: 1,
    runId: newRunId('T-1', 1, 'task'),
    taskId: 'T-1',
    title: 'A task',
    role: 'task',
    purpose: 'work',
    attempt: 1,
    agent: 'shell',
    adapter: 'shell',
    createdAt: 1,
    root,
    gitCommonDir: `${root}/.git`,
    gitDir: `${root}/.git/worktrees/T-1`,
    worktree: `${root}/.worktrees/T-1`,
    branch: 'refs/heads/T-1',
    base: 'refs/heads/main',
    baseSha: '1'.repeat(40),
    startSha: '1'.repeat(40),
    tip: '1'.repeat(40),
    mustDiffer: null,
    board: 'board',
    command: null,
    shell: null,
    identity: { name: 'shell (T-1 task)', email: 't-1.task.shell@kanban.invalid' },
    model: null,
    session: null,
    sessionUsage: null,
    messages: `${root}/.kanban/messages/T-1`,
    patience: 60_000,
    bwrap: null,
    allowance: null,
    report: `${root}/report.md`,
    timeout: 1000,
    stall: { after: 1000, repeat: 20, kill: false },
    grace: 1000,
    maxOutput: 1000,
    hooks: { afterCreate: '', beforeRun: '', afterRun: '', timeout: 1000 },
    ...change,
  };
}

export function aResult(runId: string): RunResult {
  return {
    version: 1,
    runId,
    cause: 'reported',
    detail: '',
    startedAt: 2,
    endedAt: 4,
    awake: 2,
    exit: { code: 0, signal: null },
    tip: '2'.repeat(40),
    ahead: 1,
    changed: [],
    leftovers: null,
    rescued: [],
    boardRestored: [],
    faults: [],
    reported: true,
    output: 0,
    tail: '',
    survivors: [],
    swept: [],
  };
}
