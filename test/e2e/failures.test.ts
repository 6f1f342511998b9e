import { describe, expect } from 'vitest';
import type { Column } from '../../src/board/entry.ts';
import { it } from './rig/each-kanban.ts';
import { until } from './rig/until.ts';

const WORK = 'save "$KANBAN_TASK.txt" "work $n" && commit && report done';

/** One row of the failure table (docs/failures.md): what the agent does, and where the entry stands in the end. */
interface Row {
  readonly what: string;
  readonly fields?: string;
  readonly plans: Readonly<Record<string, string>>;
  readonly ends: 'landed' | Column;
  /** Runs of task, reviewer, tester. */
  readonly runs: readonly [number, number, number];
  readonly attempts?: string;
  readonly feedback?: RegExp;
}

const ROWS: readonly Row[] = [
  {
    what: 'task blocked once',
    plans: { 'task.1': 'report blocked "" "Which file?"', task: WORK },
    ends: 'landed',
    runs: [2, 1, 1],
  },
  {
    what: 'task blocked twice',
    plans: { task: 'report blocked "" "Which file?"' },
    ends: 'IN_PROGRESS',
    runs: [2, 0, 0],
    attempts: 'task 2',
    feedback: /blocked: Which file\?/,
  },
  {
    what: 'task without a report once',
    plans: { 'task.1': 'save a.txt a; commit', task: WORK },
    ends: 'landed',
    runs: [2, 1, 1],
  },
  {
    what: 'task without a report twice',
    plans: { task: 'save b.txt b; commit' },
    ends: 'IN_PROGRESS',
    runs: [2, 0, 0],
    attempts: 'task 2',
    feedback: /without a report/,
  },
  { what: 'nothing committed once', plans: { 'task.1': 'report done', task: WORK }, ends: 'landed', runs: [2, 1, 1] },
  {
    what: 'nothing committed twice',
    plans: { task: 'report done' },
    ends: 'IN_PROGRESS',
    runs: [2, 0, 0],
    attempts: 'task 2',
    feedback: /nothing is committed/,
  },
  {
    what: 'a verdict that nobody knows',
    plans: { 'task.1': 'save c.txt c; commit; report perhaps', task: WORK },
    ends: 'landed',
    runs: [2, 1, 1],
  },
  {
    what: 'deadline once',
    fields: '- timeout: 5s\n',
    plans: { 'task.1': 'save d.txt half; sleep 600', task: WORK },
    ends: 'landed',
    runs: [2, 1, 1],
  },
  {
    what: 'deadline twice',
    fields: '- timeout: 1s\n',
    plans: { task: 'sleep 600' },
    ends: 'IN_PROGRESS',
    runs: [2, 0, 0],
    attempts: 'task 2',
    feedback: /time limit/,
  },
  {
    what: 'changes requested, then ready',
    plans: { task: WORK, 'reviewer.1': 'report changes-requested "" "Say it twice."' },
    ends: 'landed',
    runs: [2, 2, 1],
  },
  {
    what: 'changes requested twice',
    plans: { task: WORK, reviewer: 'report changes-requested "" "Say it twice."' },
    ends: 'REVIEW',
    runs: [2, 2, 0],
    attempts: 'reviewer 2',
    feedback: /Say it twice/,
  },
  {
    what: 'changes requested, and nothing changed',
    plans: { 'task.1': WORK, task: 'report done', reviewer: 'report changes-requested "" "No."' },
    ends: 'IN_PROGRESS',
    runs: [3, 1, 0],
    attempts: 'task 2, reviewer 1',
    feedback: /the one that the reviewer rejected/,
  },
  { what: 'reviewer without a report once', plans: { task: WORK, 'reviewer.1': ':' }, ends: 'landed', runs: [1, 2, 1] },
  {
    what: 'reviewer without a report twice',
    plans: { task: WORK, reviewer: ':' },
    ends: 'REVIEW',
    runs: [1, 2, 0],
    attempts: 'reviewer 2',
  },
  {
    what: 'tests failed once',
    plans: { task: WORK, 'tester.1': 'report failed "" "1 of 9 fails"' },
    ends: 'landed',
    runs: [1, 1, 2],
  },
  {
    what: 'tests failed twice',
    plans: { task: WORK, tester: 'report failed "" "1 of 9 fails"' },
    ends: 'REVIEW',
    runs: [1, 1, 2],
    attempts: 'tester 2',
    feedback: /1 of 9 fails/,
  },
  {
    what: 'tester without a report twice',
    plans: { task: WORK, tester: ':' },
    ends: 'REVIEW',
    runs: [1, 1, 2],
    attempts: 'tester 2',
  },
];

const idOf = (row: Row): string => `T-${ROWS.indexOf(row) + 1}`;

describe('the failure table: retry once in place, then escalate (I9, I10)', () => {
  it.concurrent('does what it says, row by row, in one board', async ({ made }) => {
    const kanban = made({ todo: ROWS.map((row) => `## ${idOf(row)}: ${row.what}\n\n${row.fields ?? ''}\n`).join('') });
    for (const row of ROWS)
      for (const [role, script] of Object.entries(row.plans)) kanban.plan(`${idOf(row)}.${role}`, script);
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    await kanban.expectQuiet();
    const landed = kanban.landings();
    for (const row of ROWS) {
      const id = idOf(row);
      const runs = ['task', 'reviewer', 'tester'].map((role) => kanban.times(id, role));
      expect(runs, `${row.what}\n${kanban.story()}`).toEqual(row.runs);
      expect(
        landed.filter((one) => one === id),
        row.what,
      ).toHaveLength(row.ends === 'landed' ? 1 : 0);
      if (row.ends === 'landed') continue;
      expect(kanban.headings(row.ends), row.what).toContain(`[ESCALATED] ${id}: ${row.what}`);
      const entry =
        kanban
          .column(row.ends)
          .split(/^(?=## )/m)
          .find((text) => text.includes(`${id}: `)) ?? '';
      expect(entry, row.what).toContain(`- attempts: ${row.attempts ?? ''}\n`);
      if (row.feedback) expect(entry, row.what).toMatch(row.feedback);
      expect(err).toContain(`${id}: `);
    }
    // A retry is told again all of the entry, and what was found.
    expect(kanban.prompt('T-1', 'task', 2)).toMatch(/task blocked once[^]*Which file\?/);
    expect(kanban.prompt('T-10', 'task', 2)).toContain('Say it twice.');
    // What a run left uncommitted at its deadline is on the branch (I6).
    expect(kanban.git('show', 'main:d.txt')).toBe('half');
  });

  it.concurrent('has a failed test fixed by the task role where the tester is a program, then tests again', async ({
    made,
  }) => {
    const kanban = made({
      todo: '## T-1: Add\n',
      settings:
        'roles:\n  task: { agent: fake }\n  reviewer: { agent: fake }\n  tester: { agent: shell, run: "test -e fixed" }\n',
    });
    kanban.plan('T-1.task.2', 'save fixed yes; commit "fix it"; report done');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.prompt('T-1', 'task', 2)).toContain('it failed when it was tested');
    expect(kanban.times('T-1', 'reviewer')).toBe(1);
  });

  it.concurrent('escalates in REVIEW what the fixing run could not fix', async ({ made }) => {
    const kanban = made({
      todo: '## T-1: Add\n',
      settings:
        'roles:\n  task: { agent: fake }\n  reviewer: { agent: fake }\n  tester: { agent: shell, run: "test -e fixed" }\n',
    });
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    expect(kanban.headings('REVIEW')).toEqual(['[ESCALATED] T-1: Add']);
    expect(kanban.column('REVIEW')).toContain('- attempts: tester 2\n');
    expect(kanban.times('T-1', 'task')).toBe(2);
  });
});

describe('a conflict with base at landing', () => {
  const CLASH = 'printf "%s\\n" "$KANBAN_TASK" > base.txt; commit; report done';
  const todo = '## T-1: One\n\n## T-2: Two\n';

  it.concurrent('is fixed once by merging base, tested again, landed (I5)', async ({ made }) => {
    const kanban = made({ todo });
    kanban.plan('task', CLASH);
    kanban.plan('T-1.tester', 'until [ -e "$STEER/count/T-2.tester.1/pid" ]; do sleep 0.05; done; report passed');
    kanban.plan('T-2.tester.1', 'until [ -e "$STEER/count/T-1.tester.1/pid" ]; do sleep 0.05; done; report passed');
    kanban.plan(
      'T-1.tester.2',
      'git merge -q main || { echo both > base.txt; git add -A; git commit -q --no-edit; }; report passed',
    );
    kanban.plan(
      'T-2.tester.2',
      'git merge -q main || { echo both > base.txt; git add -A; git commit -q --no-edit; }; report passed',
    );
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1', 'T-2']);
    expect(kanban.read('base.txt')).toBe('both\n');
    expect(kanban.times('T-1', 'tester') + kanban.times('T-2', 'tester')).toBe(3);
  });

  it.concurrent('goes back to REVIEW, escalated, the second time; nothing of either side is lost', async ({ made }) => {
    const kanban = made({ todo });
    kanban.plan('task', CLASH);
    kanban.plan('T-1.tester', 'until [ -e "$STEER/count/T-2.tester.1/pid" ]; do sleep 0.05; done; report passed');
    kanban.plan('T-2.tester.1', 'until [ -e "$STEER/count/T-1.tester.1/pid" ]; do sleep 0.05; done; report passed');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    const [landed] = kanban.landings();
    const left = landed === 'T-1' ? 'T-2' : 'T-1';
    expect(kanban.headings('REVIEW')).toEqual([`[ESCALATED] ${left}: ${left === 'T-1' ? 'One' : 'Two'}`]);
    expect(kanban.column('REVIEW')).toContain('- attempts: landing 2\n');
    expect(kanban.column('REVIEW')).toContain('base.txt');
    expect(kanban.git('show', `${left}:base.txt`)).toBe(left);
    expect(kanban.read('base.txt')).toBe(`${landed}\n`);
  });
});

describe("what is nobody's failure (I9)", () => {
  it.concurrent('a provider that is not to be had holds the agent, raises no count, and is asked again', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'echo "retry-after: 1"; exit 75');
    kanban.plan('T-1.reviewer.1', 'echo "retry-after: 1"; exit 75');
    const { code, err, coordinator } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(coordinator.all('run-ended').filter(({ cause }) => cause === 'provider')).toHaveLength(2);
    expect(kanban.git('log', '--format=%B', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });

  it.concurrent('a launch that fails is repeated, and escalates in place after too many, with no count', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n\n## T-2: Two\n\n- agent: other\n', settings: 'restarts_per_hour: 1\n' });
    kanban.write(
      'WORKFLOW.md',
      kanban
        .read('WORKFLOW.md')
        .replace('agents:\n', `agents:\n  other: { kind: command, command: [sh, -c, "exit 127"] }\n`),
    );
    kanban.git('commit', '-qam', 'another agent');
    kanban.plan('T-1.task.1', 'echo "no such library"; exit 127');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(4);
    expect(kanban.landings()).toEqual(['T-1']);
    expect(kanban.headings('IN_PROGRESS')).toEqual(['[ESCALATED] T-2: Two']);
    expect(kanban.column('IN_PROGRESS')).not.toContain('attempts');
  });
});

describe('what agents leave behind', () => {
  it.concurrent('ends what outlives the agent, takes in what it left uncommitted, keeps its hands off the board (I6)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan(
      'T-1.task',
      'setsid sleep 600 & (trap "" TERM; exec sleep 601) & echo $! > "$STEER/child"; save new.txt new; echo more >> base.txt; echo "## T-9: Mine" >> board/TODO.md; report done',
    );
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.read('new.txt')).toBe('new\n');
    expect(kanban.read('base.txt')).toBe('base\nmore\n');
  });

  it.concurrent('fails a run that moved the HEAD of its worktree away, and keeps what it did (I6)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'git checkout -q -b elsewhere; save far.txt far; commit; report done');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    expect(kanban.landings()).toEqual(['T-1']);
    expect(kanban.times('T-1', 'task')).toBe(2);
    expect(kanban.git('log', '--all', '--format=%H', '--', 'far.txt')).not.toBe('');
  });

  it.concurrent('hands `stop --now` on to the runs: their work is kept, no count is raised, the next run continues', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: One\n' });
    kanban.plan('T-1.task.1', 'save half.txt half; pause there');
    const first = kanban.start();
    await kanban.at('there');
    expect(kanban.kanban('stop', '--now').code).toBe(0);
    expect((await first.ended).code, first.story()).toBe(0);
    await until(() => kanban.processes().length === 0, 'no process');
    expect(kanban.git('show', 'T-1:half.txt')).toBe('half');
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.git('log', '-p', 'main', '--', 'board')).not.toContain('attempts');
  });
});
