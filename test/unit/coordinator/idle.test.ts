import { describe, expect, it } from 'vitest';
import { endOf, idleWait, nextLook, type IdleFacts } from '../../../src/coordinator/idle.ts';
import { BLOCKED_RETRY_MS, SAFETY_TICK_MS, UNTIL_DONE_GRACE_MS } from '../../../src/coordinator/waits.ts';

const NOW = 1_000_000;
const facts = (of: Partial<IdleFacts> = {}): IdleFacts => ({
  now: NOW,
  decidedAt: NOW,
  mode: 'run',
  untilDone: true,
  maxWait: null,
  idleSince: NOW,
  notes: [],
  failed: [],
  queueHeldSince: [],
  isUnsure: false,
  isStopped: false,
  boardBusyUntil: [],
  isWorking: false,
  snapshotDueAt: Infinity,
  decisionChangesAt: null,
  lookAfter: null,
  ...of,
});
const failed = (of: Partial<IdleFacts['failed'][number]> = {}) => ({ lasting: false, since: NOW, until: NOW, ...of });
const long = NOW - UNTIL_DONE_GRACE_MS;

describe('idleWait', () => {
  it.each<[string, Partial<IdleFacts>, ReturnType<typeof idleWait>]>([
    ['nothing', {}, null],
    ['an entry that waits for a time', { notes: [{ state: 'waits', until: NOW + 1 }] }, 'time'],
    ['an entry whose time has come', { notes: [{ state: 'waits', until: NOW }] }, null],
    [
      'an entry whose time came after the decision',
      { decidedAt: NOW - 1, notes: [{ state: 'waits', until: NOW }] },
      'time',
    ],
    ['an entry that is held', { notes: [{ state: 'held', until: NOW + 1 }] }, null],
    ['a fresh failure', { failed: [failed()] }, 'failure'],
    ['a failure that lasts', { failed: [failed({ lasting: true })] }, null],
    ['an old failure', { failed: [failed({ since: long })] }, null],
    ['a fresh hold of the merge queue', { queueHeldSince: [NOW] }, 'failure'],
    ['an old hold of the merge queue', { queueHeldSince: [long] }, null],
    ['a missing entry', { isUnsure: true }, 'missing-entry'],
    ['an entry that has been missing for long', { isUnsure: true, idleSince: long }, null],
    ['a stop', { isStopped: true }, 'stop'],
    ['a stop that lasts', { isStopped: true, idleSince: long }, null],
    ['a save in progress, however long', { boardBusyUntil: [NOW + 1], idleSince: long }, 'save'],
  ])('%s', (_, of, wait) => {
    expect(idleWait(facts(of))).toBe(wait);
  });

  it('waits for times and failures no longer than --max-wait', () => {
    const late = { maxWait: 1_000, idleSince: NOW - 1_000 };
    expect(idleWait(facts({ ...late, notes: [{ state: 'waits', until: NOW + 1 }] }))).toBeNull();
    expect(idleWait(facts({ ...late, failed: [failed()] }))).toBeNull();
    expect(idleWait(facts({ ...late, isUnsure: true }))).toBe('missing-entry');
  });
});

describe('endOf', () => {
  it('ends with --until-done once nothing is waited for', () => {
    expect(endOf(facts())).toBe('done');
    expect(endOf(facts({ isStopped: true }))).toBeNull();
    expect(endOf(facts({ untilDone: false }))).toBeNull();
  });

  it.each(['finish', 'stop'] as const)('ends when asked to (%s), and gives a failed write 2 s', (mode) => {
    expect(endOf(facts({ mode, untilDone: false }))).toBe('stopped');
    expect(endOf(facts({ mode, failed: [failed({ since: NOW - 1_999 })] }))).toBeNull();
    expect(endOf(facts({ mode, failed: [failed({ since: NOW - 2_000 })] }))).toBe('stopped');
    expect(endOf(facts({ mode, failed: [failed({ lasting: true })] }))).toBe('stopped');
  });
});

describe('nextLook', () => {
  it.each<[string, Partial<IdleFacts>, number]>([
    ['nothing is due', {}, SAFETY_TICK_MS],
    ['runs or checks are in progress', { isWorking: true }, 1_000],
    ['the snapshot is due', { snapshotDueAt: NOW + 700 }, 700],
    ['the decision changes', { decisionChangesAt: NOW + 40 }, 40],
    ['that time has passed', { decisionChangesAt: NOW - 40 }, 5],
    ['a column is being saved', { boardBusyUntil: [NOW + 300, NOW + 60] }, 60],
    ['files are not watched', { lookAfter: 100 }, 100],
    ['a failed action is due', { failed: [failed()] }, BLOCKED_RETRY_MS],
    ['a failed action is due later', { failed: [failed({ until: NOW + 900 })] }, 900],
    ['an entry is missing', { isUnsure: true }, 500],
  ])('%s', (_, of, ms) => {
    expect(nextLook(facts(of))).toBe(ms);
  });
});
