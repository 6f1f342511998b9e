import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryFold } from '../../../src/pipeline/history.ts';
import { readUsage, sumUsage, usageText } from '../../../src/contract/usage.ts';
import { describeUsage, short } from '../../../src/report/usage.ts';
import { logMoves } from '../../../src/report/log-moves.ts';
import { UsageCount } from '../../../src/runner/usage-count.ts';

describe('trailers', () => {
  it('whole tokens and any cost come back as they were written', () => {
    const count = fc.option(fc.nat(), { nil: undefined });
    const cost = fc.option(
      fc.nat(10_000_000).map((micro) => micro / 1_000_000),
      { nil: undefined },
    );
    fc.assert(
      fc.property(count, count, count, cost, (input, cached, output, costUsd) => {
        const usage = Object.fromEntries(
          Object.entries({ input, cached, output, costUsd }).filter(([, value]) => value !== undefined),
        );
        const read = readUsage(usageText(usage).split(' '));
        expect(read ?? {}).toEqual(usage);
      }),
    );
  });

  it('unknown stays unknown, which is not 0', () => {
    expect(usageText(null)).toBe('unknown');
    expect(readUsage(['unknown'])).toBe(null);
    expect(sumUsage([null, { input: 5 }])).toEqual({ input: 5 });
    expect(describeUsage({})).toBe('');
  });

  it('are folded once a run, a landing only repeats them, and what a run itself writes is not believed', () => {
    const fold = new HistoryFold();
    const commit = (value: string, committerEmail = 'ada@example.org') =>
      fold.add({ sha: 'c', at: 7, committerEmail, trailers: [{ name: 'Kanban-Usage', value }] });
    commit('T-1 T-1-1-task-00000001 input=5 output=1');
    commit('T-1 T-1-1-task-00000001 input=5 output=1');
    commit('T-1 total runs=1 input=5 output=1');
    commit('T-1 T-1-2-task-00000002 input=9', 't-1.task.claude@kanban.invalid');
    expect(fold.used.get('T-1')).toEqual([
      { id: 'T-1-1-task-00000001', taskId: 'T-1', at: 7, usage: { input: 5, output: 1 } },
    ]);
  });

  it('are keys of kanban log --json', () => {
    const trailers = [
      { key: 'Kanban-Move', value: 'T-1 TESTING -> CHANGELOG' },
      { key: 'Kanban-Usage', value: 'T-1 T-1-3-tester-0a1b2c3d unknown' },
      { key: 'Kanban-Usage', value: 'T-1 total runs=3 input=15 output=3 cost=0.5 untold=1' },
    ];
    const commit = { sha: 's', at: 1, author: { name: 'Ada' }, committer: { email: 'a@b' }, subject: '', trailers };
    expect(logMoves([commit], null)[0]?.usage).toEqual([
      { run: 'T-1-3-tester-0a1b2c3d' },
      { run: 'total', input: 15, output: 3, costUsd: 0.5 },
    ]);
  });
});

describe('what a run has used', () => {
  const at = 0;
  it('is the sum of steps', () => {
    const count = new UsageCount(null);
    count.add({ at, type: 'usage', scope: 'step', input: 10, output: 1, costUsd: 0.5 });
    count.add({ at, type: 'usage', scope: 'step', input: 20, output: 2 });
    expect(count.ofRun).toEqual({ input: 30, output: 3, costUsd: 0.5 });
    expect(count.ofThread).toBe(undefined);
  });

  it('is the last total of the run', () => {
    const count = new UsageCount(null);
    count.add({ at, type: 'usage', scope: 'run', input: 10, output: 1 });
    count.add({ at, type: 'usage', scope: 'run', input: 30, output: 3 });
    expect(count.ofRun).toEqual({ input: 30, output: 3 });
  });

  it('is the total of its session less what that had used before', () => {
    const count = new UsageCount({ input: 100, output: 10 });
    count.add({ at, type: 'usage', scope: 'thread', input: 130, output: 14, cached: 50 });
    expect(count.ofRun).toEqual({ input: 30, output: 4, cached: 50 });
    expect(count.ofThread).toEqual({ input: 130, output: 14, cached: 50 });
  });

  it('is unknown where a resumed agent told nothing, and its session has used at least what it had', () => {
    const count = new UsageCount({ input: 100, output: 10 });
    expect(count.ofRun).toBe(undefined);
    expect(count.ofThread).toEqual({ input: 100, output: 10 });
  });
});

it.each([
  [950, '950'],
  [12_345, '12.3k'],
  [999_960, '1M'],
  [4_100_000, '4.1M'],
])('%d tokens are %s', (count, words) => {
  expect(short(count)).toBe(words);
});
