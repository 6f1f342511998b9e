import { describe, expect, it } from 'vitest';
import { isSnapshot } from '../../../src/contract/snapshot-shape.ts';
import type { SnapshotCheck, SnapshotChecked, SnapshotRemote } from '../../../src/contract/snapshot.ts';
import { entry, NOW, queue, run, sample, snapshot } from '../report/board.ts';

const check: SnapshotCheck = {
  ...{ id: 'c-1', commit: 'a'.repeat(40), entries: ['T-1'], purpose: 'first', startedAt: NOW, deadlineAt: NOW },
  log: '.kanban/checks/c-1/output.log',
};
const checked: SnapshotChecked = {
  ...{ at: NOW, commit: 'a'.repeat(40), entries: ['T-1'], outcome: 'red', detail: 'x', seconds: 2, log: 'x' },
};
const remote: SnapshotRemote = {
  ...{ name: 'origin', branch: 'main', tip: null, fetchedAt: NOW, away: null, reason: null, rejected: null },
  ...{ lock: 'us', pushing: false },
};

describe('the shape of a snapshot', () => {
  it('fits what is written', () => {
    const full = snapshot({
      entries: [
        ...sample().entries,
        entry({
          ...{ attempts: { task: 1 }, usage: { runs: 1, untold: 0, total: { input: 3, costUsd: 0.1 } } },
          depends: [{ id: 'T-1', state: 'landed' }],
        }),
      ],
      queue: queue({
        ...{ running: check, recent: [checked], remote },
        batch: [{ id: 'T-1', title: 'x', state: 'green', reason: { code: 'passed' }, why: 'passed' }],
      }),
      orphanRuns: [run({ stalledSince: NOW })],
      alerts: [{ alert: 'stalled', value: 1, limit: 1, since: NOW, why: 'x' } as never],
    });
    expect(isSnapshot(JSON.parse(JSON.stringify(full)))).toBe(true);
    expect(isSnapshot(JSON.parse(JSON.stringify(snapshot({ coordinator: null }))))).toBe(true);
  });

  it.each<[string, object]>([
    ['another version', { version: 1 }],
    ['a missing list', { entries: undefined }],
    ['an entry without its title', { entries: [{ ...entry(), title: undefined }] }],
    ['a column that there is not', { entries: [entry({ column: 'DONE' as never })] }],
    ['attempts that are no numbers', { entries: [entry({ attempts: { task: 'many' as never } })] }],
    ['a run without a role', { entries: [entry({ run: run({ role: 'x' as never }) })] }],
    ['a queue of texts', { queue: queue({ waiting: ['T-1'] as never }) }],
    ['a time that is none', { at: 1e300 }],
    ['a base that is a name', { base: 'main' }],
  ])('does not fit %s', (_, change) => {
    expect(isSnapshot({ ...snapshot(), ...change })).toBe(false);
  });
});
