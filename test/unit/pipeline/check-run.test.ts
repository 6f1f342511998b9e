import { describe, expect, it } from 'vitest';
import { checkResultOf, type CheckResult } from '../../../src/pipeline/check-run.ts';
import type { RunResult } from '../../../src/contract/result.ts';

const ROOM = 64 * 1024 * 1024;

const result = (change: Partial<RunResult>): RunResult => ({
  version: 1,
  runId: 'check-1-00000000',
  cause: 'reported',
  detail: '',
  startedAt: 1_000,
  endedAt: 5_000,
  awake: 3_000,
  exit: { code: 0, signal: null },
  tip: '',
  ahead: 0,
  changed: [],
  leftovers: null,
  rescued: [],
  boardRestored: [],
  faults: [],
  reported: false,
  output: 0,
  tail: 'the end',
  survivors: [],
  swept: [],
  room: ROOM,
  ...change,
});
const of = (change: Partial<RunResult>, stopped = false): CheckResult => checkResultOf(result(change), stopped, ROOM);

describe('what a check comes to', () => {
  it('is green by exit code 0, even on a full disk', () => {
    expect(of({})).toEqual({ outcome: 'green', detail: '', tail: 'the end', ms: 4_000 });
    expect(of({ room: 0 }).outcome).toBe('green');
  });

  it('is red when the command failed, was late or printed too much', () => {
    expect(of({ cause: 'no-report', detail: 'exit 1' })).toMatchObject({ outcome: 'red', detail: 'exit 1' });
    expect(of({ cause: 'timed-out', detail: 'not done after 9 s' })).toMatchObject({ outcome: 'red' });
    const { room: _, ...older } = result({ cause: 'no-report', detail: 'exit 1' });
    expect(checkResultOf(older, false, ROOM).outcome).toBe('red');
  });

  it('is trouble, not red, when there was no room on a disk meanwhile (nobody is blamed for it)', () => {
    expect(of({ cause: 'no-report', detail: 'exit 1', room: ROOM - 1 })).toMatchObject({
      outcome: 'error',
      detail: 'the disk was full while it ran (exit 1)',
    });
    expect(of({ cause: 'timed-out', room: 0 }).outcome).toBe('error');
  });

  it('is trouble when it could not be carried out; what a hook said is its tail', () => {
    expect(of({ cause: 'lost', detail: 'its runner died' })).toMatchObject({ outcome: 'error' });
    expect(of({ cause: 'not-started', detail: 'the after_create hook failed: exit 1\na\nb', tail: '' })).toMatchObject({
      outcome: 'error',
      detail: 'the after_create hook failed: exit 1',
      tail: 'a\nb',
    });
  });

  it('is stopped when somebody ended it, also if its runner died of that; but what had ended by itself counts', () => {
    expect(of({ cause: 'stopped', detail: 'kanban stop' })).toMatchObject({
      outcome: 'stopped',
      detail: 'kanban stop',
    });
    expect(of({ cause: 'lost' }, true).outcome).toBe('stopped');
    expect(of({ cause: 'no-report', detail: 'exit 1' }, true).outcome).toBe('red');
    expect(of({}, true).outcome).toBe('green');
  });
});
