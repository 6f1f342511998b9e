import fc from 'fast-check';
import type { EndedRun, RunFacts } from '../../../../src/pipeline/world.ts';
import type { Verdict } from '../../../../src/workflow/roles.ts';
import type { Cause } from '../../../../src/contract/result.ts';
import { ended, NO_REPORT, outsideCommit, said } from '../build-world.ts';

/** What a run comes to, if nobody stops it and its provider answers. */
export interface Outcome {
  readonly cause: Exclude<Cause, 'provider' | 'stopped'>;
  /** `good`: the role's own good verdict; `bad`: its bad one; `none`: no report. */
  readonly says: 'good' | 'bad' | 'none';
  readonly commits: boolean;
  readonly seconds: number;
  readonly leftovers: boolean;
  readonly fault: boolean;
  readonly survivor: boolean;
  readonly protectedPath: boolean;
  readonly outside: boolean;
  readonly detail: string;
}

const rarely = fc.integer({ min: 0, max: 19 }).map((roll) => roll === 13);

/** Of any kind, good ones more often. */
export const anyOutcome: fc.Arbitrary<Outcome> = fc.record({
  cause: fc.constantFrom<Outcome['cause']>(
    'reported',
    'reported',
    'reported',
    'reported',
    'no-report',
    'timed-out',
    'stalled',
    'not-started',
    'lost',
  ),
  says: fc.constantFrom<Outcome['says']>('good', 'good', 'good', 'bad', 'none'),
  commits: fc.boolean(),
  seconds: fc.integer({ min: 1, max: 900 }),
  leftovers: fc.boolean(),
  fault: rarely,
  survivor: rarely,
  protectedPath: rarely,
  outside: rarely,
  detail: fc.constantFrom('a', 'b', 'c'),
});

export const GOOD_OUTCOME: Outcome = {
  cause: 'reported',
  says: 'good',
  commits: true,
  seconds: 60,
  leftovers: false,
  fault: false,
  survivor: false,
  protectedPath: false,
  outside: false,
  detail: '',
};

const GOOD: Record<RunFacts['role'], Verdict> = { task: 'done', reviewer: 'ready', tester: 'passed' };
const BAD: Record<RunFacts['role'], Verdict> = { task: 'blocked', reviewer: 'changes-requested', tester: 'failed' };

/** The result that the runner writes. The first cause wins: stopped, then the provider, then what the script says. */
export function endOf({
  run,
  outcome,
  tip,
  start,
  at,
  outage,
}: {
  run: RunFacts;
  outcome: Outcome;
  tip: string;
  start: string;
  at: number;
  outage: boolean;
}): EndedRun {
  const cause = run.stopping ? 'stopped' : outage ? 'provider' : outcome.cause;
  const verdict = outcome.says === 'good' ? GOOD[run.role] : BAD[run.role];
  const report = outcome.says === 'none' || cause === 'not-started' ? NO_REPORT : said(verdict);
  const of = ended(
    run.taskId,
    {
      runId: run.id,
      cause,
      detail: outcome.detail,
      endedAt: at,
      startedAt: run.startedAt,
      tip,
      ahead: tip === start ? 0 : 1,
      leftovers: outcome.leftovers ? tip : null,
      changed: outcome.protectedPath ? ['WORKFLOW.md'] : ['src/a.ts'],
      faults: outcome.fault ? ['HEAD was left elsewhere'] : [],
      survivors: outcome.survivor ? [{ pid: 7, command: 'node' }] : [],
    },
    report,
  );
  return { ...of.ended!, outsideCommits: outcome.outside ? [outsideCommit('abc')] : [] };
}
