import { describe, expect, it } from 'vitest';
import { readUsages } from '../../../src/coordinator/observe/usage-reader.ts';
import { HistoryFold } from '../../../src/pipeline/history.ts';
import type { RunRecord } from '../../../src/runs/list-runs.ts';

const NOW = Date.UTC(2026, 10, 30, 12);
const commit = (at: number, ...trailers: readonly (readonly [string, string])[]) => ({
  sha: `${at}`,
  at,
  committerEmail: 'ada@example.com',
  trailers: trailers.map(([name, value]) => ({ name, value })),
});
const record = (runId: string, taskId: string, createdAt: number): RunRecord =>
  ({ runId, brief: { taskId, createdAt, adapter: 'shell' }, result: null }) as unknown as RunRecord;

describe('the runs of an entry', () => {
  it('are those of its commits and of its run folders, each once, since the user last freed it', () => {
    const history = new HistoryFold();
    for (const one of [
      commit(1000, ['Kanban-Run', 'T-1 T-1-1-task-a'], ['Kanban-Run', 'T-2 T-2-1-task-a']),
      commit(2000, ['Kanban-Escalated', 'T-1 it fails']),
      commit(3000, ['Kanban-Run', 'T-1 T-1-2-task-b']),
      commit(4000, ['Kanban-Run', 'T-9 T-9-1-task-a']),
    ])
      history.add(one);
    const records = [
      record('T-1-1-task-a', 'T-1', 900),
      record('T-1-2-task-b', 'T-1', 2900),
      record('T-1-3-task-c', 'T-1', 3500),
      record('T-1-0-task-lost', 'T-1', 1500),
    ];
    const { runs } = readUsages(records, history, ['T-1', 'T-2', 'T-3', null], NOW);
    expect([runs.get('T-1'), runs.get('T-2'), runs.get('T-3'), runs.get('T-9')]).toEqual([2, 1, undefined, undefined]);
  });
});
