import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../../../src/contract/event.ts';
import type { Snapshot } from '../../../src/contract/snapshot.ts';
import { AlertWatch } from '../../../src/pipeline/alerts.ts';
import { alertText } from '../../../src/report/notices/alert.ts';
import { renderStatus } from '../../../src/report/status.ts';
import type { AlertName, AlertRule } from '../../../src/workflow/settings.ts';
import { clock, entry, minutes, NOW, queue, run, snapshot } from '../report/board.ts';

const rule = (when: AlertName, fields: Partial<AlertRule> = {}): AlertRule => ({
  ...{ when, over: null, for: null, within: null },
  ...fields,
});
const ended = (at: number, cause: 'lost' | 'reported'): TimedEvent => ({
  ...{ type: 'run-ended', purpose: 'work', id: 'T-1', run: 'r', role: 'task', agent: 'a', detail: '', seconds: 1 },
  ...{ cause, at },
});
const blamed: TimedEvent = { type: 'check-blamed', id: 'T-1', why: '', partner: null, at: NOW };
const landed = (at: number): TimedEvent => ({
  ...{ type: 'entry-landed', id: 'T-1', title: 't', commit: 'c', line: '', byHand: false, at },
});
const working = (fields: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ entries: [entry({ run: run() })], queue: queue({ batch: [], waiting: [], held: null }), ...fields });
const idle = working({ entries: [] });
const types = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type);

describe('an alert', () => {
  it('is raised once, is over when its figure is back, and is raised again', () => {
    const watch = new AlertWatch(NOW);
    const rules = [rule('failed-landings')];
    for (let count = 0; count < 2; count++) watch.record(blamed);
    expect(watch.check(working(), rules, NOW)).toEqual([]);
    watch.record(blamed);
    expect(watch.check(working(), rules, NOW)).toEqual([
      ...[{ type: 'alert', alert: 'failed-landings', value: 3, limit: 2, within: null }].map((one) => ({
        ...one,
        why: '3 landings failed in a row',
      })),
    ]);
    watch.record(blamed);
    expect(watch.check(working(), rules, NOW + 1)).toEqual([]);
    expect(watch.active).toMatchObject([{ alert: 'failed-landings', value: 3, since: NOW }]);
    watch.record(landed(NOW));
    expect(watch.check(working(), rules, NOW + minutes(2))).toEqual([
      { type: 'alert-over', alert: 'failed-landings', seconds: 120 },
    ]);
    expect(watch.active).toEqual([]);
    for (let count = 0; count < 3; count++) watch.record(blamed);
    expect(types(watch.check(working(), rules, NOW))).toEqual(['alert']);
  });

  it('is over when its rule is taken out of the settings', () => {
    const watch = new AlertWatch(NOW);
    const stalled = working({ entries: [entry({ run: run({ stalledSince: NOW }) })] });
    expect(types(watch.check(stalled, [rule('stalled')], NOW))).toEqual(['alert']);
    expect(types(watch.check(stalled, [], NOW))).toEqual(['alert-over']);
  });

  it('counts restarts over a time', () => {
    const watch = new AlertWatch(NOW);
    const rules = [rule('restarts', { over: 1, within: minutes(10) })];
    watch.record(ended(NOW, 'lost'));
    watch.record(ended(NOW, 'reported'));
    expect(watch.check(idle, rules, NOW)).toEqual([]);
    watch.record(ended(NOW + minutes(9), 'lost'));
    expect(types(watch.check(idle, rules, NOW + minutes(9)))).toEqual(['alert']);
    expect(types(watch.check(idle, rules, NOW + minutes(11)))).toEqual(['alert-over']);
  });

  it('counts time without a landing only while runs are on', () => {
    const watch = new AlertWatch(NOW - minutes(600));
    const rules = [rule('no-landing', { for: minutes(60) })];
    expect(watch.check(idle, rules, NOW)).toEqual([]);
    expect(watch.check(working(), rules, NOW + minutes(60))).toEqual([]);
    expect(types(watch.check(working(), rules, NOW + minutes(61)))).toEqual(['alert']);
    watch.record(landed(NOW + minutes(62)));
    expect(types(watch.check(working(), rules, NOW + minutes(62)))).toEqual(['alert-over']);
  });

  it('knows how long the queue is held, an entry is in it, and agents wait for their provider', () => {
    const watch = new AlertWatch(NOW);
    const rules = [rule('queue-held'), rule('queue-age'), rule('provider')];
    const waiting = { id: 'T-2', title: 't', state: 'held', reason: null, why: '' } as const;
    const held = working({
      entries: [
        entry({ id: 'T-2', column: 'TESTING', state: 'held', since: NOW - minutes(100) }),
        entry({ id: 'T-3', state: 'waits-for-provider' }),
      ],
      queue: queue({ batch: [], waiting: [waiting], held: 'a merge is open' }),
    });
    expect(watch.check(held, rules, NOW)).toEqual([]);
    const events = watch.check(held, rules, NOW + minutes(31));
    expect(events).toMatchObject([{ alert: 'queue-held' }, { alert: 'queue-age' }, { alert: 'provider' }]);
    expect(types(watch.check(working(), rules, NOW + minutes(32)))).toEqual(['alert-over', 'alert-over', 'alert-over']);
    expect(watch.check(held, [rule('queue-held')], NOW + minutes(33))).toEqual([]);
  });

  it('compares the cost of today', () => {
    const watch = new AlertWatch(NOW);
    const rules = [rule('cost', { over: 5 })];
    expect(watch.check(working({ today: {} }), rules, NOW)).toEqual([]);
    expect(watch.check(working({ today: { costUsd: 5 } }), rules, NOW)).toEqual([]);
    expect(types(watch.check(working({ today: { costUsd: 5.5 } }), rules, NOW))).toEqual(['alert']);
  });
});

it.each<[AlertName, number, string]>([
  ['stalled', 2, '2 runs do nothing'],
  ['restarts', 4, '4 runs ended before their work was done within 1h'],
  ['cost', 21, 'agents have used $21.00 today, more than $20.00'],
  ['no-landing', minutes(90), 'nothing has landed for 1h 30m, and runs are on'],
  ['queue-age', minutes(180), 'an entry has been in the merge queue for 3h'],
  ['queue-held', minutes(31), 'nothing may land for 31m: kanban queue'],
  ['provider', minutes(31), 'agents have waited for their provider for 31m'],
])('%s in words', (alert, value, text) => {
  expect(alertText({ alert, value, limit: 20, within: alert === 'restarts' ? minutes(60) : null })).toBe(text);
});

it('status shows the newest alert, and how many there are', () => {
  const shown = (alerts: Snapshot['alerts'] & object): string =>
    renderStatus(working({ alerts }), { now: NOW, width: null, colour: false, details: false, clock });
  const alert = { alert: 'stalled', value: 1, limit: 0, within: null, since: NOW, why: '1 run does nothing' } as const;
  expect(shown([])).not.toContain('alert');
  expect(shown([alert])).toContain('1 run does nothing\n');
  expect(shown([{ ...alert, since: NOW - 1, why: 'older' }, alert])).toContain(
    '1 run does nothing · and 1 more: kanban alerts\n',
  );
});
