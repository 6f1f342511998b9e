import { expect, it } from 'vitest';
import { rowOf } from '../../../src/report/rows.ts';
import { estimateText, workSeconds } from '../../../src/report/work-time.ts';
import { clock, entry, NOW } from './board.ts';

const move = (at: number, from: string | null, to: string | null) => ({ at: at * 1000, from, to });

it('an entry has taken the time from its first start until it left the board, or until now', () => {
  const moves = [
    move(1, null, 'TODO'),
    move(5, 'TODO', 'IN_PROGRESS'),
    move(6, 'IN_PROGRESS', 'TODO'),
    move(7, 'TODO', 'TODO'),
    move(8, 'TODO', 'IN_PROGRESS'),
    move(20, 'TESTING', 'CHANGELOG'),
  ];
  expect(workSeconds([], 9_000)).toBeNull();
  expect(workSeconds(moves.slice(0, 1), 9_000)).toBeNull();
  expect(workSeconds(moves.slice(0, 5), 30_000)).toBe(25);
  expect(workSeconds(moves, 30_000)).toBe(15);
  // A landing that was taken back, and one that came back by hand, begin anew.
  expect(workSeconds([...moves, move(25, 'CHANGELOG', 'TODO')], 30_000)).toBeNull();
  expect(workSeconds([...moves, move(27, 'TODO', 'IN_PROGRESS')], 30_000)).toBe(3);
});

it('stands beside the estimate, which may be any text', () => {
  expect(estimateText('2h', 2_700)).toBe('45m of 2h (estimate)');
  expect(estimateText('5 points\u001b[31m', null)).toBe('estimate 5 points');
});

it('is in the row of an entry that has been started, where the row tells what is spent', () => {
  const one = entry({
    id: 'T-1',
    column: 'REVIEW',
    state: 'ready',
    why: 'ready',
    estimate: '2h',
    startedAt: NOW - 60_000,
  });
  const textOf = (time: 'spent' | 'left') => rowOf(one, { now: NOW, clock, time }).text;
  expect([textOf('spent'), textOf('left')]).toEqual(['1m of 2h (estimate)', '']);
  expect(rowOf({ ...one, state: 'held', why: 'a lock' }, { now: NOW, clock, time: 'spent' }).text).toBe(
    'a lock · 1m of 2h (estimate)',
  );
});
