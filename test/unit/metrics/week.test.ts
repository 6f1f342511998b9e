import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metricsOf } from '../../../src/metrics/figures.ts';
import { MetricsFold } from '../../../src/metrics/fold.ts';
import { DAY, WEEK, weekDate, weekOf, weekStart } from '../../../src/metrics/week.ts';
import { runs } from '../../rig/runs.ts';

const at = (date: string): number => Date.parse(date) / 1000;

describe('weeks', () => {
  it.each([
    // 2020 and 2026 have 53 weeks; 2024 and 2025 begin in the last days of December of the year before.
    ['2020-12-31T23:59:59Z', '2020-W53', '2020-12-28'],
    ['2021-01-03T23:59:59Z', '2020-W53', '2020-12-28'],
    ['2021-01-04T00:00:00Z', '2021-W01', '2021-01-04'],
    ['2024-12-29T23:59:59Z', '2024-W52', '2024-12-23'],
    ['2024-12-30T00:00:00Z', '2025-W01', '2024-12-30'],
    ['2026-12-31T12:00:00Z', '2026-W53', '2026-12-28'],
    ['2027-01-03T12:00:00Z', '2026-W53', '2026-12-28'],
    ['2027-01-04T00:00:00Z', '2027-W01', '2027-01-04'],
    ['1970-01-01T00:00:00Z', '1970-W01', '1969-12-29'],
  ])('%s is in %s, from %s', (date, name, monday) => {
    expect([weekOf(at(date)), weekDate(at(date))]).toEqual([name, monday]);
  });

  it('have seven days from Monday, one name each, in the order of their names', () => {
    fc.assert(
      fc.property(fc.integer({ min: at('1970-01-05'), max: at('2200-01-01') }), (second) => {
        const start = weekStart(second);
        expect(new Date(start * 1000).getUTCDay()).toBe(1);
        expect(second - start).toBeLessThan(WEEK);
        expect(new Set([0, 1, 2, 3, 4, 5, 6].map((day) => weekOf(start + day * DAY))).size).toBe(1);
        expect(weekOf(start + WEEK) > weekOf(start)).toBe(true);
      }),
      { numRuns: runs(200) },
    );
  });

  it('are the same in every time zone, and of any date that a commit may have', () => {
    const zone = process.env['TZ'];
    try {
      for (const name of ['Pacific/Kiritimati', 'Pacific/Niue', 'UTC']) {
        process.env['TZ'] = name;
        expect(weekOf(at('2027-01-04T00:00:00Z'))).toBe('2027-W01');
        expect(weekOf(at('2027-01-03T23:59:59Z'))).toBe('2026-W53');
      }
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
    for (const odd of [9e15, -9e15, 0]) expect(weekOf(odd)).toMatch(/^-?\d+-W\d\d$/);
  });
});

it('weeks without work are in the calendar, too; a wrong date makes no thousands of them', () => {
  const landed = (dates: readonly string[]) => {
    const fold = new MetricsFold();
    for (const [index, date] of dates.entries())
      fold.add({
        ...{ sha: String(index).padStart(40, '0'), at: Date.parse(date), committerEmail: 'ada@example.com' },
        subject: '',
        trailers: [{ key: 'Kanban-Move', value: `T-${index + 1} TESTING -> CHANGELOG` }],
      });
    return metricsOf(fold.state, 'main', { since: null, by: null }).weeks.map(({ name, landed }) => [name, landed]);
  };
  expect(landed(['2026-12-21T10:00:00Z', '2027-01-05T10:00:00Z'])).toEqual([
    ['2026-W52', 1],
    ['2026-W53', 0],
    ['2027-W01', 1],
  ]);
  expect(landed(['1971-01-05T10:00:00Z', '2027-01-05T10:00:00Z']).map(([name]) => name)).toEqual([
    '1971-W01',
    '2027-W01',
  ]);
});
