import { describe, expect, it } from 'vitest';
import type { TimedEvent } from '../../../src/contract/event.ts';
import { countedEvent } from '../../../src/metrics/counted-events.ts';
import { EventsFold, type EventFigures } from '../../../src/metrics/events.ts';
import { metricsOf } from '../../../src/metrics/figures.ts';
import { MetricsFold } from '../../../src/metrics/fold.ts';
import { queueMetrics, queueMetricsText } from '../../../src/metrics/queue.ts';
import { metricsText } from '../../../src/metrics/text.ts';

const event = (at: number, type: string, more: object = {}): TimedEvent =>
  ({ type, at: at * 1000, ...more }) as unknown as TimedEvent;
const left = (at: number, message: string, priority = 'normal') =>
  event(at, 'injected', { id: `T-${message}`, message, priority });
const given = (at: number, message: string, seconds: number, priority = 'normal') =>
  event(at, 'message-given', { message, priority, seconds });
const held = (at: number, on: string, why: string | null, id?: string) => event(at, 'hold-changed', { on, why, id });

function figures(events: readonly TimedEvent[], since = 0): EventFigures | null {
  const fold = new EventsFold(since * 1000);
  for (const one of events) {
    const counted = countedEvent(one);
    if (counted !== null) fold.add(counted);
  }
  return fold.figures;
}

const LOG = [
  event(0, 'coordinator-started'),
  left(10, 'a'),
  left(11, 'b'),
  left(12, 'c', 'high'),
  given(13, 'c', 1, 'high'),
  given(20, 'a', 10),
  event(30, 'run-ended', { cause: 'reported' }),
  event(31, 'run-ended', { cause: 'lost' }),
  event(32, 'run-ended', { cause: 'provider' }),
  event(33, 'run-ended', { cause: 'lost' }),
  event(34, 'run-ended', { cause: 'stopped' }),
  event(40, 'check-ended', { outcome: 'green', seconds: 5 }),
  event(41, 'check-ended', { outcome: 'red', seconds: 7 }),
  event(42, 'check-ended', { outcome: 'error', seconds: 1 }),
  event(43, 'check-blamed', { id: 'T-1', why: '', partner: null }),
  held(50, 'landing', 'files', 'T-1'),
  held(52, 'landing', 'other files', 'T-1'),
  held(60, 'landing', null, 'T-1'),
  held(61, 'everything', 'a merge'),
  held(70, 'landings', 'the check fails on main'),
  event(3_600, 'coordinator-ended'),
];

describe('figures of the log of events', () => {
  it('are messages by priority, restarts, checks and contention', () => {
    expect(figures(LOG)).toEqual({
      since: 0,
      until: 3_600_000,
      messages: {
        high: { sent: 1, latency: { count: 1, sum: 1, p50: 1, p90: 1 }, deepest: 1 },
        normal: { sent: 2, latency: { count: 1, sum: 10, p50: 10, p90: 10 }, deepest: 2 },
        low: { sent: 0, latency: { count: 0, sum: 0, p50: null, p90: null }, deepest: 0 },
      },
      restarts: { count: 3, perHour: 3, causes: { lost: 2, provider: 1 } },
      checks: { count: 3, failed: 1, errors: 1, latency: { count: 3, sum: 13, p50: 5, p90: 7 } },
      // A coordinator that ends ends the hold.
      contention: { culprits: 1, held: { count: 2, sum: 3_540, p50: 10, p90: 3_530 } },
    });
  });

  it('are of a period: what began before counts from its beginning', () => {
    const { since, messages, restarts, contention } = figures(LOG, 55)!;
    expect(since).toBe(60_000);
    expect([messages.normal.sent, messages.normal.deepest, restarts.count]).toEqual([0, 1, 0]);
    expect(contention.held).toMatchObject({ count: 2, sum: 5 + 3_530 });
    expect(figures(LOG, 4_000)).toBeNull();
    expect(figures([])).toBeNull();
    expect(figures([held(5, 'pushes', 'away'), event(9, 'check-blamed')])?.contention.held).toMatchObject({ sum: 4 });
  });

  it.each(['entry-landed', 'entry-abandoned'])('count no message as waiting after %s', (type) => {
    const log = [left(1, 'a'), left(2, 'b', 'high'), event(3, type, { id: 'T-a' }), left(4, 'c'), left(5, 'd', 'high')];
    const { normal, high } = figures(log)!.messages;
    expect([normal.deepest, high.deepest]).toEqual([1, 2]);
  });

  it('leave out what is no such event', () => {
    for (const odd of [
      event(1, 'constructor'),
      event(1, 'injected', { message: 'a', priority: 'urgent' }),
      event(1, 'run-ended'),
      event(1, 'check-ended', { outcome: 'red', seconds: -1 }),
      event(-1, 'check-blamed'),
      event(1, 'entry-landed'),
      event(1, 'entry-added', { id: 'T-1' }),
    ])
      expect(countedEvent(odd)).toBeNull();
  });

  it('are text, and say where there are none', () => {
    const date = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const fold = new MetricsFold();
    const trailers = [{ key: 'Kanban-Move', value: 'T-1 TESTING -> CHANGELOG' }];
    fold.add({ sha: '0'.repeat(40), at: 86_400_000, committerEmail: '', subject: '', trailers });
    const ofGit = metricsOf(fold.state, 'main', { since: null, by: null });
    const metrics = { ...ofGit, events: figures(LOG) };
    expect(metricsText(metrics, date)).toContain(`
messages, high        1, half below 1s, nine tenths below 1s; at most 1 waited at once
messages, normal      2, half below 10s, nine tenths below 10s; at most 2 waited at once
restarts              3 (3.0 an hour: 2 lost, 1 provider)
checks                3, 1 failed, half below 5s, nine tenths below 7s
contention            1 sent back by the check; landings held 2 times, 59m in all
`);
    expect(metricsText(metrics, date)).toContain('from the log of events in .kanban/, since 1970-01-01.');
    expect(metricsText(ofGit, date)).toContain('no data on messages, restarts, checks and contention');
    expect(queueMetricsText(queueMetrics(metrics, { queue: 3, batch: 2 }), date)).toBe(`main: 1970-01-02 – 1970-01-02

in the queue  3, 2 of them in the batch
landings      1 (0.0 an hour)
wait          half below 0s, nine tenths below 0s
checks        3, 1 failed, half below 5s, nine tenths below 7s
contention    1 sent back by the check; landings held 2 times, 59m in all
`);
    const empty = metricsOf(new MetricsFold().state, 'main', { since: null, by: null });
    const text = queueMetricsText(queueMetrics(empty, { queue: 0, batch: 0 }), date);
    expect(text).toContain('main: nothing has landed');
    expect(text).toContain('contention    no data');
  });
});
