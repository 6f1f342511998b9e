import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldCheckLog,
  parseCheckLog,
  type CheckedLine,
  type CheckLogLine,
  type CheckOutcome,
} from '../../../src/pipeline/queue/check-log.ts';

let n = 0;
const checked = (key: string, outcome: CheckOutcome, change: Partial<CheckedLine> = {}): CheckedLine => ({
  type: 'checked',
  run: `check-${++n}-00000000`,
  key,
  commit: `commit of ${key}`,
  entries: ['T-1'],
  outcome,
  detail: '',
  at: n,
  ms: 5,
  log: `.kanban/checks/check-${n}/output.log`,
  ...change,
});
const spent = (...keys: string[]): CheckLogLine => ({ type: 'spent', keys, at: ++n });
const counts = (lines: readonly CheckLogLine[], key: string): number[] => {
  const found = foldCheckLog(lines).outcomes.get(key);
  return [found?.greens.length ?? 0, found?.reds.length ?? 0, found?.troubles.length ?? 0];
};

describe('the memory of checks', () => {
  it('counts the reds of a key until they are spent', () => {
    const [first, second] = [checked('a', 'red'), checked('a', 'red')];
    expect(counts([first, second, checked('b', 'red')], 'a')).toEqual([0, 2, 0]);
    expect(foldCheckLog([first, second]).outcomes.get('a')?.lastRed).toBe(second);
    expect(counts([first, second, spent('a')], 'a')).toEqual([0, 0, 0]);
    expect(counts([first, second, spent('b')], 'a')).toEqual([0, 2, 0]);
    expect(counts([first, second, spent('a'), checked('a', 'red')], 'a')).toEqual([0, 1, 0]);
    expect(foldCheckLog([first, spent('a')]).outcomes.get('a')?.lastRed).toBeNull();
  });

  it('lets a green win, whenever it came (I5: only a green tree lands, and it stays green)', () => {
    for (const lines of [
      [checked('a', 'red'), checked('a', 'green')],
      [checked('a', 'green'), checked('a', 'red'), checked('a', 'red')],
      [checked('a', 'green'), spent('a')],
    ]) {
      expect(foldCheckLog(lines).passes).toEqual(new Set(['a']));
      expect(counts(lines, 'a')).toEqual([1, 0, 0]);
    }
    expect(foldCheckLog([checked('a', 'red'), checked('b', 'error'), spent('a')]).passes).toEqual(new Set());
  });

  it('counts troubles only since the key was last green or red', () => {
    expect(counts([checked('a', 'error'), checked('a', 'error')], 'a')).toEqual([0, 0, 2]);
    expect(counts([checked('a', 'error'), checked('a', 'red'), checked('a', 'error')], 'a')).toEqual([0, 1, 1]);
    expect(counts([checked('a', 'error'), spent('a')], 'a')).toEqual([0, 0, 1]);
  });

  it('takes one check that is written twice (killed in between) for one red, so that nobody is blamed by it (I8)', () => {
    const red = checked('a', 'red');
    expect(counts([red, { ...red, at: 99 }], 'a')).toEqual([0, 1, 0]);
    expect(counts([red, spent('a'), { ...red, at: 99 }], 'a')).toEqual([0, 0, 0]);
    expect(foldCheckLog([red, red]).recent).toHaveLength(1);
  });

  it('calls it a flake when the same commit was red and then green', () => {
    const log = foldCheckLog([
      checked('a', 'red'),
      checked('a', 'red'),
      checked('a', 'green', { at: 50, entries: ['T-1', 'T-2'] }),
      // Another commit of the same key: what differs is only the board, but it isn't the same.
      checked('b', 'red', { commit: 'one' }),
      checked('b', 'green', { commit: 'two' }),
      // First green, then red.
      checked('c', 'green'),
      checked('c', 'red'),
      // Sent back wrongly, as it turned out.
      checked('d', 'red'),
      spent('d'),
      checked('d', 'green', { at: 60 }),
    ]);
    expect(log.flakes).toEqual([
      { key: 'a', entries: ['T-1', 'T-2'], at: 50 },
      { key: 'd', entries: ['T-1'], at: 60 },
    ]);
  });

  it('keeps the newest 50 checks, newest first, and the batches, oldest first', () => {
    const lines = Array.from({ length: 60 }, (_, i) => checked(`k${i}`, 'green'));
    const batches: CheckLogLine[] = [
      { type: 'batch', outcome: 'green', size: 4, at: 1 },
      { type: 'batch', outcome: 'red', size: 8, at: 2 },
    ];
    const log = foldCheckLog([...lines, ...batches]);
    expect(log.recent.map(({ key }) => key)).toEqual(Array.from({ length: 50 }, (_, i) => `k${59 - i}`));
    expect(log.batches).toEqual(batches);
  });
});

describe('reading the lines', () => {
  it('leaves out what is torn, of another form or of a later version', () => {
    const good = checked('a', 'green');
    const text = [
      JSON.stringify(good),
      '',
      '{"type":"checked","run":"check-2',
      'null',
      '[]',
      JSON.stringify({ ...good, outcome: 'purple' }),
      JSON.stringify({ ...good, entries: 'T-1' }),
      JSON.stringify({ type: 'later', at: 1 }),
      JSON.stringify({ type: 'spent', keys: [1], at: 1 }),
      JSON.stringify({ type: 'spent', keys: ['a'], at: 1 }),
      JSON.stringify({ type: 'batch', outcome: 'red', size: 2, at: 1 }),
      JSON.stringify({ type: 'batch', outcome: 'red', size: 2 }),
    ].join('\n');
    expect(parseCheckLog(text)).toEqual([
      good,
      { type: 'spent', keys: ['a'], at: 1 },
      { type: 'batch', outcome: 'red', size: 2, at: 1 },
    ]);
  });

  it('never throws, and a text cut anywhere loses at most its last line (I8)', () => {
    const lines = [checked('a', 'red'), spent('a'), checked('ä', 'green', { detail: 'ü\n"' })];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    for (let end = 0; end <= text.length; end++) {
      const read = parseCheckLog(text.slice(0, end));
      const whole = text.slice(0, end).split('\n').length - 1;
      expect(read.slice(0, whole)).toEqual(lines.slice(0, whole));
      expect(read.length).toBeLessThanOrEqual(whole + 1);
    }
    fc.assert(fc.property(fc.string(), (any) => Array.isArray(parseCheckLog(any))));
    fc.assert(fc.property(fc.json(), (any) => Array.isArray(parseCheckLog(any))));
  });

  it('folds a whole log and its newest part to the same for every key whose lines are all in that part', () => {
    const outcome = fc.constantFrom<CheckOutcome>('green', 'red', 'error');
    const line = fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), outcome }).map(({ key, outcome }) => checked(key, outcome)),
      fc.constantFrom('a', 'b', 'c').map((key) => spent(key)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat(30), (lines, from) => {
        const part = lines.slice(from);
        const cut = new Set(lines.slice(0, from).flatMap((l) => (l.type === 'checked' ? [l.key] : [])));
        for (const [key, found] of foldCheckLog(part).outcomes) {
          if (!cut.has(key)) expect(found).toEqual(foldCheckLog(lines).outcomes.get(key));
          // Pruning brings no red back that was spent.
          const before = foldCheckLog(lines).outcomes.get(key);
          if (before?.greens.length === 0) expect(found.reds.length).toBeLessThanOrEqual(before.reds.length);
        }
      }),
    );
  });
});
