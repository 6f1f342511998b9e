import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/metrics/figures.ts';
import { MetricsFold } from '../../../src/metrics/fold.ts';
import { isKeptFold } from '../../../src/metrics/fold-shape.ts';
import { prometheusText } from '../../../src/metrics/prometheus.ts';
import type { FoldState, MetricsCommit } from '../../../src/metrics/rows.ts';
import { metricsText } from '../../../src/metrics/text.ts';
import { runs } from '../../rig/runs.ts';
import { entry, run, snapshot } from '../report/board.ts';

/** Epoch seconds: a Monday. */
const BEGIN = Date.parse('2026-11-02T00:00:00Z') / 1000;
let count = 0;
const commit = (minutes: number, ...trailers: string[]): MetricsCommit => ({
  sha: String(++count).padStart(40, '0'),
  at: (BEGIN + minutes * 60) * 1000,
  committerEmail: 'ada@example.com',
  subject: 'kanban: moved',
  trailers: trailers.map((line) => {
    const [key = '', value = ''] = line.split(/: (.*)/);
    return { key: `Kanban-${key}`, value };
  }),
});
const ran = (id: string, n: number, role: string, verdict: string, more = 'cost=0.5 input=100 output=20') => [
  `Run: ${id} ${id}-${n}-${role}-0123abcd`,
  `Verdict: ${id} ${role} ${verdict}`,
  `Agent: ${id} ${role}=claude`,
  `Time: ${id} ${id}-${n}-${role}-0123abcd 120s${role === 'reviewer' ? ' wait 40s' : ''}`,
  `Usage: ${id} ${id}-${n}-${role}-0123abcd ${more}`,
];

/** T-1 lands after one rejected review; T-2 is abandoned; T-3 is stuck; T-4 is merged by hand and undone. */
const STORY = [
  commit(0, 'Move: T-1 TODO -> IN_PROGRESS', 'Move: T-2 TODO -> IN_PROGRESS'),
  commit(10, 'Move: T-1 IN_PROGRESS -> REVIEW', ...ran('T-1', 1, 'task', 'done')),
  commit(15, 'Move: T-1 REVIEW -> IN_PROGRESS', ...ran('T-1', 2, 'reviewer', 'changes-requested')),
  commit(20, 'Move: T-1 IN_PROGRESS -> REVIEW', ...ran('T-1', 3, 'task', 'done')),
  commit(25, 'Move: T-1 REVIEW -> TESTING', ...ran('T-1', 4, 'reviewer', 'ready')),
  commit(30, 'Tested: T-1 abc', ...ran('T-1', 5, 'tester', 'passed')),
  commit(
    40,
    'Move: T-1 TESTING -> CHANGELOG',
    'Tested: T-1 abc',
    'Usage: T-1 total runs=5 cost=2.5',
    'Estimate: T-1 4800s',
  ),
  commit(41, 'Move: T-2 IN_PROGRESS -> ABANDONED', 'Request: r1'),
  commit(42, 'Move: T-3 TODO -> IN_PROGRESS'),
  commit(43, 'Escalated: T-3 twice', ...ran('T-3', 1, 'task', 'failed', 'unknown')),
  commit(44, 'Move: T-4 TODO -> IN_PROGRESS'),
  commit(50, 'Move: T-4 IN_PROGRESS -> CHANGELOG', 'Verdict: T-4 landing by-hand'),
  commit(10_100, 'Move: T-4 CHANGELOG -> TODO', 'Undone: T-4 abc'),
  { ...commit(10_101, 'Move: T-9 TODO -> CHANGELOG'), committerEmail: 'x@kanban.invalid' },
];

it('a landing that was reverted by git revert counts as undone', () => {
  const landed = [
    commit(0, 'Move: T-1 TODO -> IN_PROGRESS'),
    commit(9, 'Move: T-1 TESTING -> CHANGELOG', 'Tested: T-1 abc'),
  ];
  const reverted = commit(20, 'Move: T-1 TESTING -> TODO');
  const again = commit(30, 'Move: T-1 TODO -> IN_PROGRESS');
  expect(fold([...landed, reverted, again]).entries).toMatchObject([
    { id: 'T-1', how: 'landed', undone: reverted.at / 1000 },
  ]);
  // In the course of its work an entry may go back as well.
  const back = commit(40, 'Move: T-1 TESTING -> TODO');
  expect(fold([...landed, again, back]).entries).toMatchObject([{ id: 'T-1', undone: null }]);
});

it('the title of a landing is what its subject has behind the id', () => {
  const landing = commit(9, 'Move: T-1 TESTING -> CHANGELOG', 'Tested: T-1 abc');
  const titleOf = (subject: string): unknown => {
    const { history } = metricsOf(fold([{ ...landing, subject }]), 'main', all);
    return history.map(({ title }) => title);
  };
  expect(titleOf('T-1: Answer 400: never 500')).toEqual(['Answer 400: never 500']);
  expect(titleOf('T-11: Another')).toEqual([null]);
  expect(titleOf('feat: Answer 400')).toEqual([null]);
});

function fold(commits: readonly MetricsCommit[], state?: FoldState): FoldState {
  const one = new MetricsFold(state);
  for (const each of commits) one.add(each);
  return one.state;
}

const all = { since: null, by: null } as const;

describe('a fold that was kept', () => {
  const kept = (): Record<string, unknown> => JSON.parse(JSON.stringify(fold(STORY))) as Record<string, unknown>;

  it('fits its shape as it is written', () => {
    expect(isKeptFold(kept())).toBe(true);
    expect(isKeptFold(JSON.parse(JSON.stringify(fold([]))))).toBe(false);
  });

  it.each<[string, object]>([
    ['another version', { version: 1 }],
    ['a commit that is no SHA', { at: '--all' }],
    ['no list of runs', { runs: {} }],
    ['an entry without its columns', { entries: [{ id: 'T-1', how: 'landed', at: 1 }] }],
    ['an open entry that is null', { open: { 'T-1': null } }],
    ['a count that is a text', { commits: '7' }],
  ])('does not fit with %s', (_, change) => {
    expect(isKeptFold({ ...kept(), ...change })).toBe(false);
  });
});

describe('metrics', () => {
  it('count what the trailers tell', () => {
    const { total, weeks, history, commits } = metricsOf(fold(STORY), 'main', all);
    expect(commits).toBe(STORY.length);
    expect(total).toMatchObject({ landed: 2, byHand: 1, abandoned: 1, undone: 1, retries: 2, escalations: 1 });
    expect(total.cycle).toEqual({ count: 2, sum: 2760, p50: 360, p90: 2400 });
    expect(total.columns).toMatchObject({
      IN_PROGRESS: { count: 2, p50: 360, p90: 900 },
      REVIEW: { count: 1, p50: 600 },
      TESTING: { count: 1, p50: 900 },
      TODO: { count: 0, p50: null },
    });
    expect(total.queueWait).toEqual({ count: 1, sum: 600, p50: 600, p90: 600 });
    expect([total.reviews, total.firstPass]).toEqual([1, 0.5]);
    expect(total.runs).toMatchObject({
      ...{ count: 6, failed: 1, seconds: { count: 6, sum: 720, p50: 120, p90: 120 } },
      waited: { count: 6, sum: 80, p50: 0, p90: 40 },
    });
    expect(total.runs.within.map(({ seconds, count: some }) => [seconds, some])).toEqual([
      ...[30, 60].map((seconds) => [seconds, 0]),
      ...[120, 300, 600, 900, 1800, 3600].map((seconds) => [seconds, 6]),
    ]);
    expect(total.runs.causes.map(({ role, agent, cause, count: some }) => `${some} ${role} ${agent} ${cause}`)).toEqual(
      [
        '1 reviewer claude changes-requested',
        '1 reviewer claude ready',
        '2 task claude done',
        '1 task claude failed',
        '1 tester claude passed',
      ],
    );
    expect(total.estimate).toEqual({ count: 1, sum: 0.5, p50: 0.5, p90: 0.5 });
    expect(total.cost).toEqual({ usd: 2.5, tokens: 600, usdPerLanding: 1.25 });
    expect(total.parallelism).toBeCloseTo((2400 + 360) / 3000);
    expect(weeks.map(({ name, from, landed }) => [name, from, landed])).toEqual([['2026-W45', '2026-11-02', 2]]);
    // When it needed the user, not when it came into its column.
    expect(history.find(({ id }) => id === 'T-3')).toMatchObject({ at: (BEGIN + 43 * 60) * 1000, seconds: 60 });
    expect(history.map(({ id, how }) => [id, how])).toEqual([
      ['T-4', 'undone'],
      ['T-3', 'failed'],
      ['T-2', 'abandoned'],
      ['T-1', 'landed'],
    ]);
  });

  it('count a run by what was made of its result, not by what it reported', () => {
    const state = fold([
      commit(0, 'Move: T-1 TODO -> IN_PROGRESS'),
      commit(10, ...ran('T-1', 1, 'task', 'done'), 'Outcome: T-1 work failed'),
      commit(20, 'Move: T-1 IN_PROGRESS -> REVIEW', ...ran('T-1', 2, 'task', 'done'), 'Outcome: T-1 work passed'),
      commit(
        30,
        ...['Move: T-1 REVIEW -> IN_PROGRESS', ...ran('T-1', 3, 'reviewer', 'changes-requested')],
        ...['Outcome: T-1 work failed', 'Rejected: T-1 abc'],
      ),
      commit(40, ...ran('T-1', 4, 'reviewer', 'changes-requested'), 'Outcome: T-1 work failed'),
      commit(50, 'Move: T-1 TESTING -> CHANGELOG'),
    ]);
    expect(state.runs.map(({ ok, cause }) => [ok, cause])).toEqual([
      [false, 'not-accepted'],
      [true, 'done'],
      [true, 'changes-requested'],
      [false, 'changes-requested'],
    ]);
    expect(state.entries).toMatchObject([{ failures: 3, reviews: 2, changes: 2 }]);
    const clean = fold([
      commit(0, ...ran('T-1', 1, 'task', 'done'), 'Outcome: T-1 work passed'),
      commit(10, 'Move: T-1 TESTING -> CHANGELOG'),
    ]);
    expect(metricsOf(clean, 'main', all).total).toMatchObject({ firstPass: 1, runs: { failed: 0 } });
  });

  it('count retries of entries that are on the board still', () => {
    const state = fold([commit(0, ...ran('T-1', 1, 'task', 'failed')), commit(5, ...ran('T-1', 2, 'task', 'failed'))]);
    expect(metricsOf(state, 'main', all).total).toMatchObject({ landed: 0, retries: 1, runs: { failed: 2 } });
  });

  it('say that usage is not reported, rather than 0', () => {
    const silent = fold([
      commit(0, 'Move: T-1 TODO -> IN_PROGRESS', ...ran('T-1', 1, 'task', 'done', 'unknown')),
      commit(10, 'Move: T-1 TESTING -> CHANGELOG'),
      commit(20, ...ran('T-2', 1, 'task', 'done', 'cost=0.5').map((line) => line.replace('=claude', '=codex'))),
    ]);
    const { total, groups, history } = metricsOf(silent, 'main', { since: null, by: 'agent' });
    expect(total.cost).toEqual({ usd: 0.5, tokens: null, usdPerLanding: 0.5 });
    expect(groups.map(({ name, cost }) => [name, cost.usd, cost.tokens])).toEqual([
      ['claude', null, null],
      ['codex', 0.5, null],
    ]);
    expect(history).toMatchObject([{ id: 'T-1', usd: null }]);
    const text = metricsText(metricsOf(fold([]), 'main', all), String);
    expect(text).not.toContain('$');
    const shown = metricsText(metricsOf(silent, 'main', { since: null, by: 'agent' }), String);
    expect(shown).toMatch(/^cost +\$0\.50, \$0\.50 a landing\ntokens +not reported$/m);
    expect(shown).toMatch(/^claude .* -  1, 0 failed$/m);
    const samples = prometheusText(metricsOf(silent, 'main', { since: null, by: 'agent' }), null).split('\n');
    expect(samples.filter((line) => /^kanban_(?:cost|usage)/.test(line))).toEqual([
      'kanban_cost_usd_total{agent="codex"} 0.5',
    ]);
  });

  it('count the wait in the queue from the last test', () => {
    const state = fold([
      commit(0, 'Move: T-1 TODO -> IN_PROGRESS'),
      commit(10, 'Move: T-1 REVIEW -> TESTING'),
      commit(20, 'Tested: T-1 abc'),
      commit(30, 'Move: T-1 TESTING -> REVIEW'),
      commit(40, 'Move: T-1 REVIEW -> TESTING'),
      commit(50, 'Tested: T-1 def'),
      commit(60, 'Move: T-1 TESTING -> CHANGELOG'),
    ]);
    expect(metricsOf(state, 'main', all).total.queueWait).toMatchObject({ count: 1, p50: 600 });
  });

  it('are of a period, and by agent, role or week', () => {
    const state = fold(STORY);
    expect(metricsOf(state, 'main', { since: (BEGIN + 45 * 60) * 1000, by: null }).total).toMatchObject({ landed: 1 });
    const late = metricsOf(state, 'main', { since: (BEGIN + 22 * 60) * 1000, by: 'role' });
    expect(late.total.runs.count).toBe(3);
    expect(late.groups.map(({ name, runs: { count: all } }) => [name, all])).toEqual([
      ['reviewer', 1],
      ['task', 1],
      ['tester', 1],
    ]);
    const names = (by: 'agent' | 'role' | 'week') =>
      metricsOf(state, 'main', { since: null, by }).groups.map(({ name, runs: { count: all }, landed }) => [
        name,
        all,
        landed,
      ]);
    expect(names('agent')).toEqual([['claude', 6, 1]]);
    expect(names('role')).toEqual([
      ['reviewer', 2, 1],
      ['task', 3, 1],
      ['tester', 1, 1],
    ]);
    expect(names('week')).toEqual([['2026-W45', 6, 2]]);
  });

  it('are text with bars', () => {
    const date = (at: number) => new Date(at).toISOString().slice(0, 10);
    expect(metricsText(metricsOf(fold(STORY), 'main', all), date)).toMatchInlineSnapshot(`
      "main: 2026-11-02 – 2026-11-09 · 14 commits in its history

      landings              2 (0.3 a day, 1 by hand)
      cycle time            half below 6m, nine tenths below 40m
        IN_PROGRESS         half below 6m, nine tenths below 15m
        REVIEW              half below 10m, nine tenths below 10m
        TESTING             half below 15m, nine tenths below 15m
      queue wait            half below 10m, nine tenths below 10m
      first-pass yield      50 %
      reviews a landing     1.0
      retries               2
      escalations           1
      undone                1
      abandoned             1
      recorded runs         6, 1 failed
        run time            half below 2m, nine tenths below 2m
        waits for provider  half below 0s, nine tenths below 40s
      cost                  $2.50, $1.25 a landing
      tokens                600
      parallelism           0.9
      estimates             1: half took at most 0.5 times as long, nine tenths at most 0.5 times

      2026-W45 2026-11-02  ████████████████████████     2       6m  $2.50  6, 1 failed

      Times are from commits, in whole seconds.
      Recorded runs are those whose result is in a commit; kanban summary also counts runs that were stopped or lost, or could not start.
      no data on messages, restarts, checks and contention: the log of events in .kanban/ has nothing of this period
      "
    `);
    expect(metricsText(metricsOf(fold(STORY), 'main', { since: null, by: 'role' }), date)).toContain('reviewer  █');
    expect(metricsText(metricsOf(fold(STORY), 'main', { since: 0, by: null }), date, 'a moment')).toMatch(
      /^main: since a moment · 14 commits in its history\n/,
    );
    expect(metricsText(metricsOf(fold([]), 'main', all), date)).toBe(
      'nothing has landed, failed or been abandoned in this period\n',
    );
    const odd = [commit(0, 'Run: T-1 T-1-1-task-0123abcd', 'Verdict: T-1 task done')];
    expect(metricsText(metricsOf(fold(odd), 'main', { since: null, by: 'agent' }), date)).toMatch(/^\? +0/m);
  });

  it('are what Prometheus reads', () => {
    const text = prometheusText(metricsOf(fold(STORY), 'main', all), null);
    expect(text).toContain('# TYPE kanban_landings_total counter\nkanban_landings_total 2\n');
    expect(text).toContain(
      'kanban_cycle_time_seconds{quantile="0.9"} 2400\nkanban_cycle_time_seconds_sum 2760\nkanban_cycle_time_seconds_count 2\n',
    );
    for (const line of text.split('\n').filter(Boolean))
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) kanban_\w+ .+|kanban_\w+(?:\{\w+="(?:[^"\\\n]|\\.)*"(?:,\w+="[^"]*")*\})? \d[\d.e+-]*)$/,
      );
    const byRole = prometheusText(metricsOf(fold(STORY), 'main', { since: null, by: 'role' }), null);
    expect(byRole).toContain('kanban_runs_failed_total{role="task"} 1\n');
    expect(byRole).toContain('kanban_run_duration_seconds_bucket{role="task",le="120"} 3\n');
    for (const shown of [text, byRole])
      expect(shown).toContain('kanban_runs_total{role="task",agent="claude",cause="done"} 2\n');
    expect(text).toContain(
      'kanban_run_duration_seconds_bucket{le="60"} 0\nkanban_run_duration_seconds_bucket{le="120"} 6\n',
    );
    expect(text).toContain(
      'kanban_run_duration_seconds_bucket{le="+Inf"} 6\nkanban_run_duration_seconds_sum 720\nkanban_run_duration_seconds_count 6\n',
    );
    // Every metric has its two comments once, before its samples; of each label set a sum and a count.
    for (const by of [null, 'role', 'agent'] as const) {
      const lines = prometheusText(metricsOf(fold(STORY), 'main', { since: null, by }), null).split('\n');
      const summaries = lines
        .filter((line) => / (?:summary|histogram)$/.test(line))
        .map((line) => line.split(' ')[2] ?? '');
      expect(summaries).toContain('kanban_run_duration_seconds');
      for (const name of summaries) {
        const labels = (end: string) =>
          lines.filter((line) => new RegExp(`^${name}_${end}[ {]`).test(line)).map((line) => /\{.*\}/.exec(line)?.[0]);
        expect(labels('sum')).toEqual(labels('count'));
        expect(labels('sum').length).toBe(by === null ? 1 : by === 'role' ? 3 : 1);
      }
      const typed = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2]);
      expect(new Set(typed).size).toBe(typed.length);
      expect(lines.filter((line) => line.startsWith('# HELP')).map((line) => line.split(' ')[2])).toEqual(typed);
    }
    expect(prometheusText(metricsOf(fold([]), 'main', all), null)).toContain(
      'kanban_queue_wait_seconds_sum 0\nkanban_queue_wait_seconds_count 0\n',
    );
  });

  it('tell Prometheus how the board stands now', () => {
    const board = snapshot({
      entries: [
        entry({ id: 'T-1', column: 'TODO', state: 'ready' }),
        entry({ id: 'T-2', column: 'TODO', state: 'ready' }),
        entry({ id: 'T-3', column: 'REVIEW', state: 'running', run: run({ waiting: { until: null, why: '429' } }) }),
        entry({ id: 'T-4', column: 'REVIEW', state: 'waits-for-provider' }),
        entry({ id: 'T-5', column: 'REVIEW', state: 'running', run: run({}) }),
      ],
    });
    const text = prometheusText(metricsOf(fold(STORY), 'main', all), board);
    expect(text.slice(text.indexOf('# HELP kanban_entries'))).toBe(
      [
        '# HELP kanban_entries Entries of the board, by column and state.',
        '# TYPE kanban_entries gauge',
        'kanban_entries{column="REVIEW",state="running"} 2',
        'kanban_entries{column="REVIEW",state="waits-for-provider"} 1',
        'kanban_entries{column="TODO",state="ready"} 2',
        '# HELP kanban_provider_hold Entries that wait for the provider of their agent.',
        '# TYPE kanban_provider_hold gauge',
        'kanban_provider_hold 2',
        '',
      ].join('\n'),
    );
    expect(prometheusText(metricsOf(fold(STORY), 'main', all), null)).not.toContain('kanban_entries');
  });

  it('are the same when they are counted bit by bit', () => {
    const id = fc.constantFrom('T-1', 'T-2', 'T-3');
    const column = fc.constantFrom('TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING', 'CHANGELOG', 'ABANDONED');
    const trailer = fc.oneof(
      fc.tuple(id, column, column).map(([one, from, to]) => `Move: ${one} ${from} -> ${to}`),
      id.map((one) => `Tested: ${one} abc`),
      id.map((one) => `Escalated: ${one} why`),
      fc
        .tuple(
          id,
          fc.constantFrom('task', 'reviewer'),
          fc.constantFrom('done', 'changes-requested', 'lost'),
          fc.constantFrom(null, 'work passed', 'fix failed'),
          fc.constantFrom('cost=0.5 input=100', 'cost=0.25', 'unknown'),
        )
        .map(([one, role, verdict, outcome, usage]) =>
          [...ran(one, 1, role, verdict, usage), ...(outcome === null ? [] : [`Outcome: ${one} ${outcome}`])].join(
            '\n',
          ),
        ),
    );
    const commits = fc.array(fc.tuple(fc.nat(5000), fc.array(trailer, { maxLength: 3 })), { maxLength: 25 });
    fc.assert(
      fc.property(commits, fc.nat(25), fc.nat(25), (list, a, b) => {
        const story = list.map(([minutes, trailers]) => commit(minutes, ...trailers.flatMap((one) => one.split('\n'))));
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const kept = (state: FoldState): FoldState => JSON.parse(JSON.stringify(state)) as FoldState;
        const parts = kept(fold(story.slice(first, second), kept(fold(story.slice(0, first)))));
        expect(fold(story.slice(second), parts)).toEqual(kept(fold(story)));
      }),
      { numRuns: runs(300) },
    );
  });
});
