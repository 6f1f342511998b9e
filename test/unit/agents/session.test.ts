import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../../src/agents/agent.ts';
import { ADAPTERS } from '../../../src/agents/adapters.ts';
import { adapterOf } from '../../../src/agents/adapter-of.ts';
import { sessionFor } from '../../../src/agents/session.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import type { RunResult } from '../../../src/contract/result.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';

type Resume = Adapter['capabilities']['resume'];

const RUN = { role: 'task', agent: 'coder', start: 'start' } as const;
const past = (result: Partial<RunResult> | null, brief: Partial<Brief> = {}) => ({
  brief: { role: 'task', agent: 'coder', adapter: 'claude', startSha: 'start', ...brief } as Brief,
  result: result === null ? null : ({ cause: 'reported', session: 's-1', ...result } as RunResult),
});
const { session: _, ...nameless } = past({}).result!;
const unnamed = { ...past({}), result: nameless as RunResult };
const kept = (runs: readonly ReturnType<typeof past>[], resume: Resume) =>
  sessionFor(RUN, { name: 'claude', capabilities: { ...ADAPTERS[0]!.capabilities, resume } }, runs);

describe('the session that a new run continues with', () => {
  it('is that of the last run of the same role and agent, with what it had used', () => {
    const runs = [
      past({ session: 's-0' }),
      past({ sessionUsage: { input: 3 } }),
      past({ session: 's-2' }, { role: 'reviewer' }),
    ];
    expect(kept(runs, 'always')).toEqual({ id: 's-1', usage: { input: 3 } });
    expect(kept([past({})], 'always')).toEqual({ id: 's-1', usage: null });
  });

  it.each<[string, ReturnType<typeof past>]>([
    ['of another role', past({}, { role: 'tester' })],
    ['of another agent', past({}, { agent: 'other' })],
    ['of another adapter', past({}, { adapter: 'codex' })],
    ['of a branch that has begun again', past({}, { startSha: 'older' })],
    ['that has not ended', past(null)],
    ['that named none', unnamed],
    ['whose session is gone', past({ noSession: true })],
    ['that never spoke to its provider', past({ cause: 'not-started' })],
  ])('is none after a run %s', (_, run) => {
    expect(kept([run], 'always')).toBeNull();
  });

  it('looks at the last such run only', () => {
    expect(kept([past({}), past({ noSession: true })], 'always')).toBeNull();
  });

  it.each([
    ['reported', true],
    ['no-report', true],
    ['provider', true],
    ['timed-out', false],
    ['stopped', false],
    ['lost', false],
  ] as const)('of an agent that must have ended by itself, after %s: %s', (cause, resumes) => {
    expect(kept([past({ cause })], 'after-end') !== null).toBe(resumes);
    expect(kept([past({ cause })], 'always')).not.toBeNull();
    expect(kept([past({ cause })], 'never')).toBeNull();
  });
});

it('the adapter of an agent is that of its kind; an unknown agent has none', () => {
  const settings = defaultSettings();
  expect(adapterOf(settings, 'shell')?.name).toBe('shell');
  expect(adapterOf(settings, 'claude')?.name).toBe('claude');
  expect(adapterOf(settings, 'nobody')).toBeNull();
});
