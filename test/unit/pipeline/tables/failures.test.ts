import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/board/entry.ts';
import type { Cause } from '../../../../src/contract/result.ts';
import {
  acts,
  ended,
  entry,
  facts,
  history,
  moveOf,
  NO_REPORT,
  said,
  settings,
  outsideCommit,
  world,
} from '../build-world.ts';
import type { ReadReport, RunFacts } from '../../../../src/pipeline/world.ts';

/** docs/failures.md: each stage, each way of failing, the first and the second time. */
interface Row {
  readonly what: string;
  readonly on: Entry;
  readonly run: RunFacts;
  readonly to: string;
  readonly tag: 'RETRY' | 'ESCALATED';
  readonly fields: Record<string, string | null>;
}

const TASK = { role: 'task' } as const;
const REVIEWER = { role: 'reviewer' } as const;
const TESTER = { role: 'tester' } as const;
const MEND = { role: 'task', purpose: 'mend' } as const;
const VERDICTS = { reviewed: null, tested: null };

function failing(
  role: 'task' | 'reviewer' | 'tester',
): { what: string; cause: Cause; report: ReadReport; feedback: string | RegExp; ahead?: number }[] {
  const bad = { task: 'blocked', reviewer: null, tester: 'failed' } as const;
  const word = bad[role];
  const all: ReturnType<typeof failing> = [
    { what: 'no report', cause: 'no-report', report: NO_REPORT, feedback: 'exit 0' },
    {
      what: 'an unreadable report',
      cause: 'reported',
      report: { ok: false, missing: 'no `verdict`', isAbsent: false },
      feedback: 'no `verdict`',
    },
    { what: 'the deadline', cause: 'timed-out', report: NO_REPORT, feedback: 'ended at its time limit (exit 0)' },
    {
      what: 'the deadline, a good report on disk',
      cause: 'timed-out',
      report: said(role === 'task' ? 'done' : role === 'reviewer' ? 'ready' : 'passed'),
      feedback: 'ended at its time limit (exit 0)',
    },
    {
      what: 'a stall that is killed',
      cause: 'stalled',
      report: NO_REPORT,
      feedback: 'ended because nothing moved (exit 0)',
    },
  ];
  if (word !== null)
    all.push({ what: word, cause: 'reported', report: said(word), feedback: `${word}: what was ${word}` });
  if (role === 'task')
    all.push({
      what: 'nothing committed',
      cause: 'reported',
      report: said('done'),
      feedback: 'reported done, but nothing is committed on the branch',
      ahead: 0,
    });
  return all;
}

const row = (
  role: 'task' | 'reviewer' | 'tester',
  before: Entry,
  way: ReturnType<typeof failing>[number],
  expected: Pick<Row, 'to' | 'tag' | 'fields'>,
  time: string,
): Row => ({
  what: `${role}, ${way.what}, ${time}`,
  on: before,
  run: ended('T-1', { cause: way.cause, detail: 'exit 0', ahead: way.ahead ?? 1 }, way.report, { role }),
  ...expected,
  fields: { ...expected.fields, feedback: way.feedback as string },
});

const rows: Row[] = [
  ...failing('task').flatMap((way) => [
    row(
      'task',
      entry('T-1', 'IN_PROGRESS'),
      way,
      { to: 'IN_PROGRESS -> IN_PROGRESS', tag: 'RETRY', fields: { attempts: 'task 1' } },
      'first time',
    ),
    row(
      'task',
      entry('T-1', 'IN_PROGRESS', { tags: ['RETRY'], attempts: { task: 1 } }),
      way,
      { to: 'IN_PROGRESS -> IN_PROGRESS', tag: 'ESCALATED', fields: { attempts: 'task 2' } },
      'second time',
    ),
  ]),
  ...failing('reviewer').flatMap((way) => [
    row(
      'reviewer',
      entry('T-1', 'REVIEW'),
      way,
      { to: 'REVIEW -> REVIEW', tag: 'RETRY', fields: { attempts: 'reviewer 1' } },
      'first time',
    ),
    row(
      'reviewer',
      entry('T-1', 'REVIEW', { tags: ['RETRY'], attempts: { task: 1, reviewer: 1 } }),
      way,
      { to: 'REVIEW -> REVIEW', tag: 'ESCALATED', fields: { attempts: 'task 1, reviewer 2', ...VERDICTS } },
      'second time',
    ),
  ]),
  ...failing('tester').flatMap((way) => [
    row(
      'tester',
      entry('T-1', 'TESTING', { reviewed: 'tip1' }),
      way,
      { to: 'TESTING -> TESTING', tag: 'RETRY', fields: { attempts: 'tester 1', tested: null } },
      'first time',
    ),
    row(
      'tester',
      entry('T-1', 'TESTING', { reviewed: 'tip1', attempts: { tester: 1 } }),
      way,
      { to: 'TESTING -> REVIEW', tag: 'ESCALATED', fields: { attempts: 'tester 2', ...VERDICTS } },
      'second time',
    ),
  ]),
  {
    what: 'reviewer, changes requested, first time',
    on: entry('T-1', 'REVIEW'),
    run: ended('T-1', {}, said('changes-requested'), REVIEWER),
    to: 'REVIEW -> IN_PROGRESS',
    tag: 'RETRY',
    fields: { attempts: 'reviewer 1', feedback: 'what was changes-requested' },
  },
  {
    what: 'reviewer, changes requested, second time',
    on: entry('T-1', 'REVIEW', { attempts: { reviewer: 1 } }),
    run: ended('T-1', {}, said('changes-requested'), REVIEWER),
    to: 'REVIEW -> REVIEW',
    tag: 'ESCALATED',
    fields: { attempts: 'reviewer 2', feedback: 'what was changes-requested', ...VERDICTS },
  },
  {
    what: 'task, done with the commit that the reviewer sent back',
    on: entry('T-1', 'IN_PROGRESS', { tags: ['RETRY'], attempts: { reviewer: 1 } }),
    run: ended('T-1', {}, said('done'), { ...TASK, mustDiffer: 'tip1' }),
    to: 'IN_PROGRESS -> IN_PROGRESS',
    tag: 'RETRY',
    fields: {
      attempts: 'task 1, reviewer 1',
      feedback: 'reported done, but the commit is the one that the reviewer rejected',
    },
  },
  {
    what: 'a fact of git against a good report',
    on: entry('T-1', 'IN_PROGRESS'),
    run: ended('T-1', { faults: ['HEAD was left elsewhere'] }, said('done'), TASK),
    to: 'IN_PROGRESS -> IN_PROGRESS',
    tag: 'RETRY',
    fields: { attempts: 'task 1', feedback: 'HEAD was left elsewhere' },
  },
  {
    what: 'fixing a failed test fails: that was the retry',
    on: entry('T-1', 'TESTING', { reviewed: 'tip1', tags: ['RETRY'], attempts: { tester: 1 }, feedback: 'red' }),
    run: ended('T-1', {}, said('blocked'), MEND),
    to: 'TESTING -> REVIEW',
    tag: 'ESCALATED',
    fields: { attempts: 'tester 2', feedback: 'blocked: what was blocked', ...VERDICTS },
  },
  {
    what: 'fixing a conflict fails: that was the retry',
    on: entry('T-1', 'TESTING', { reviewed: 'tip1', tags: ['RETRY'], attempts: { landing: 1 }, feedback: 'conflict' }),
    run: ended('T-1', {}, said('blocked'), MEND),
    to: 'TESTING -> REVIEW',
    tag: 'ESCALATED',
    fields: { attempts: 'landing 2', feedback: 'blocked: what was blocked', ...VERDICTS },
  },
];

describe('the failure table (I9)', () => {
  it.each(rows)('$what', ({ on, run, to, tag, fields }) => {
    const move = moveOf(world([facts(on)], { runs: [run] }));
    expect(move.to).toBe(to);
    expect(move.add).toEqual([tag]);
    expect(move.remove).toEqual(tag === 'ESCALATED' ? ['RETRY'] : []);
    expect(move.fields).toEqual(fields);
    expect(move.takes).toBe(run.id);
    expect(move.needsPerson).toBe(tag === 'ESCALATED');
    const [from, target] = to.split(' -> ');
    const { cause } = run.ended!.result;
    const report = run.ended!.report;
    expect(move.trailers).toEqual([
      ...(from === target ? [] : [`Kanban-Move: T-1 ${to}`]),
      `Kanban-Run: T-1 ${run.id}`,
      `Kanban-Verdict: T-1 ${run.role} ${cause === 'reported' && report.ok ? report.verdict : cause}`,
      `Kanban-Outcome: T-1 ${run.purpose === 'mend' ? 'fix' : 'work'} failed`,
      `Kanban-Agent: T-1 ${run.role}=coder`,
      expect.stringMatching(/^Kanban-Time: T-1 \S+ \d+s$/) as string,
      ...(tag === 'ESCALATED' ? [expect.stringMatching(/^Kanban-Escalated: T-1 \S/)] : []),
      ...(report.ok && report.verdict === 'changes-requested' ? ['Kanban-Rejected: T-1 tip1'] : []),
    ]);
  });

  it('with retries: 0 the first failure escalates; with 2 the third does', () => {
    const run = ended('T-1', {}, said('blocked'));
    const at = (retries: number, task: number) =>
      moveOf(
        world([facts(entry('T-1', 'IN_PROGRESS', { attempts: task === 0 ? {} : { task } }))], {
          runs: [run],
          settings: settings({ retries }),
        }),
      ).add;
    expect([at(0, 0), at(2, 1), at(2, 2)]).toEqual([['ESCALATED'], ['RETRY'], ['ESCALATED']]);
  });

  it.each(['provider', 'not-started', 'stopped', 'lost'] as const)(
    "%s is nobody's failure: no count, no tag",
    (cause) => {
      for (const [column, role] of [
        ['IN_PROGRESS', 'task'],
        ['REVIEW', 'reviewer'],
        ['TESTING', 'tester'],
      ] as const) {
        const run = ended('T-1', { cause, detail: 'x' }, said('blocked'), { role });
        const of = world([facts(entry('T-1', column, { reviewed: column === 'TESTING' ? 'tip1' : null }))], {
          runs: [run],
        });
        expect(acts(of)).toEqual([{ type: 'put-aside', run: run.id, why: `${cause}: x` }]);
      }
    },
  );
});

describe('what passes', () => {
  const passed = [
    {
      what: 'task',
      on: entry('T-1', 'IN_PROGRESS', { tags: ['RETRY'], attempts: { task: 1 } }),
      verdict: 'done',
      role: TASK,
      to: 'IN_PROGRESS -> REVIEW',
      remove: ['RETRY'],
      fields: { changelog: 'Fixed: a crash', feedback: null, ...VERDICTS },
      more: [],
    },
    {
      what: 'reviewer',
      on: entry('T-1', 'REVIEW'),
      verdict: 'ready',
      role: REVIEWER,
      to: 'REVIEW -> TESTING',
      remove: ['RETRY'],
      fields: { changelog: 'Fixed: a crash', feedback: null, reviewed: 'tip2', tested: null },
      more: ['Kanban-Reviewed: T-1 tip2'],
    },
    {
      what: 'tester',
      on: entry('T-1', 'TESTING', { reviewed: 'tip1' }),
      verdict: 'passed',
      role: TESTER,
      to: 'TESTING -> TESTING',
      remove: ['RETRY'],
      fields: { feedback: null, tested: 'tip2' },
      more: ['Kanban-Tested: T-1 tip2'],
    },
    {
      what: 'mend',
      on: entry('T-1', 'TESTING', { reviewed: 'tip1', tags: ['RETRY'], feedback: 'red' }),
      verdict: 'done',
      role: MEND,
      to: 'TESTING -> TESTING',
      remove: [],
      fields: { feedback: null, tested: null },
      more: [],
    },
  ] as const;
  it.each(passed)('$what', ({ on, verdict, role, to, remove, fields, more }) => {
    const run = ended('T-1', { tip: 'tip2' }, said(verdict, { type: 'fixed', changelog: 'a crash' }), role);
    const move = moveOf(world([facts(on)], { runs: [run] }));
    expect({
      to: move.to,
      add: move.add,
      remove: move.remove,
      fields: move.fields,
      needsPerson: move.needsPerson,
    }).toEqual({ to, add: [], remove, fields, needsPerson: false });
    expect(move.trailers).toEqual([
      ...(to.startsWith('TESTING') ? [] : [`Kanban-Move: T-1 ${to}`]),
      `Kanban-Run: T-1 ${run.id}`,
      `Kanban-Verdict: T-1 ${run.role} ${verdict}`,
      `Kanban-Outcome: T-1 ${run.purpose === 'mend' ? 'fix' : 'work'} passed`,
      `Kanban-Agent: T-1 ${run.role}=coder`,
      expect.stringMatching(/^Kanban-Time: T-1 \S+ \d+s$/) as string,
      ...more,
    ]);
  });

  it('a verdict of another role passes nothing', () => {
    for (const [column, role, verdict] of [
      ['IN_PROGRESS', 'task', 'ready'],
      ['REVIEW', 'reviewer', 'done'],
      ['TESTING', 'tester', 'changes-requested'],
      ['IN_PROGRESS', 'task', 'changes-requested'],
    ] as const) {
      const of = world([facts(entry('T-1', column, { reviewed: column === 'TESTING' ? 'tip1' : null }))], {
        runs: [ended('T-1', {}, said(verdict), { role })],
      });
      expect(moveOf(of)).toMatchObject({
        to: `${column} -> ${column}`,
        add: ['RETRY'],
        fields: { attempts: `${role} 1` },
      });
    }
  });

  it('a tester that changed code is reviewed again once, where the settings say so', () => {
    const roles = { ...settings().roles, reviewer: { ...settings().roles.reviewer, rereview: true } };
    const run = ended('T-1', { tip: 'tip2', leftovers: 'tip2' }, said('passed'), TESTER);
    const on = facts(entry('T-1', 'TESTING', { reviewed: 'tip1' }));
    const first = moveOf(
      world([on], { runs: [run], settings: settings({ roles }), history: history({ tested: new Set() }) }),
    );
    expect(first).toMatchObject({ to: 'TESTING -> REVIEW', fields: { reviewed: null, tested: null } });
    expect(first.trailers).toContain('Kanban-Tested: T-1 tip2');
    const again = moveOf(
      world([on], { runs: [run], settings: settings({ roles }), history: history({ tested: new Set(['T-1 tip2']) }) }),
    );
    expect(again).toMatchObject({ to: 'TESTING -> TESTING', fields: { tested: 'tip2' } });
  });
});

describe('what no retry helps: escalated in place, and a fresh budget once the user frees it', () => {
  const on = facts(entry('T-1', 'IN_PROGRESS', { tags: ['RETRY'], attempts: { task: 1 } }));
  const good = ended('T-1', {}, said('done'));
  const cases = [
    {
      what: 'a protected path',
      run: ended('T-1', { changed: ['prompts/task.md'] }, said('done')),
      feedback: /prompts\/task\.md/,
    },
    {
      what: 'processes that cannot be ended',
      run: ended('T-1', { survivors: [{ pid: 77, command: 'node' }] }, said('done')),
      feedback: /77 \(node\)/,
    },
    {
      what: 'survivors of a stopped run',
      run: ended('T-1', { cause: 'stopped', survivors: [{ pid: 78, command: 'sh' }] }),
      feedback: /78 \(sh\)/,
    },
    {
      what: 'commits on base',
      run: { ...good, ended: { ...good.ended!, outsideCommits: [outsideCommit('abc'), outsideCommit('def')] } },
      feedback: /outside its branch: git revert abc def reverts it.*abc on main: escape \(a\.ts\); and 1 more/,
    },
  ];
  it.each(cases)('$what', ({ run, feedback }) => {
    const move = moveOf(world([on], { runs: [run] }));
    expect(move).toMatchObject({
      to: 'IN_PROGRESS -> IN_PROGRESS',
      add: ['ESCALATED'],
      remove: ['RETRY'],
      fields: { attempts: null },
      needsPerson: true,
      takes: run.id,
    });
    expect(move.fields.feedback).toMatch(feedback);
    expect(move.trailers.at(-1)).toMatch(/^Kanban-Escalated: T-1 /);
  });

  it('a protected path that `files` names is no matter', () => {
    const named = facts(entry('T-1', 'IN_PROGRESS', { files: ['prompts/*.md'] }));
    expect(moveOf(world([named], { runs: [cases[0]!.run] })).to).toBe('IN_PROGRESS -> REVIEW');
  });

  it('paths outside of `files` fail the run where the settings say so, with the paths in the reason', () => {
    const on = facts(entry('T-1', 'IN_PROGRESS', { files: ['src/', 'docs/*.md'] }));
    const run = ended('T-1', { changed: ['src/deep/a.ts', 'docs/a.md', 'docs/deep/b.md', 'x.ts'] }, said('done'));
    const strict = settings({ files: 'strict' });
    const move = moveOf(world([on], { runs: [run], settings: strict }));
    expect(move).toMatchObject({ to: 'IN_PROGRESS -> IN_PROGRESS', add: ['RETRY'] });
    expect(move.fields.feedback).toContain('docs/deep/b.md, x.ts;');
    expect(moveOf(world([on], { runs: [run] })).to).toBe('IN_PROGRESS -> REVIEW');
    const free = facts(entry('T-1', 'IN_PROGRESS'));
    expect(moveOf(world([free], { runs: [run], settings: strict })).to).toBe('IN_PROGRESS -> REVIEW');
  });

  it('fields and trailers are one line, whatever the report or the hook printed', () => {
    const run = ended('T-1', { cause: 'timed-out', detail: 'line 1\nline 2' });
    const { fields, trailers } = moveOf(
      world([facts(entry('T-1', 'IN_PROGRESS', { attempts: { task: 1 } }))], { runs: [run] }),
    );
    expect([...Object.values(fields), ...trailers].join('')).not.toContain('\n');
  });
});
