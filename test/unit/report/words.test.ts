import { describe, expect, it } from 'vitest';
import { activityOf } from '../../../src/report/activity.ts';
import { plain, plainLines } from '../../../src/report/plain.ts';
import { span, ticking } from '../../../src/report/span.ts';
import { describeThrown } from '../../../src/report/thrown.ts';
import { cut, displayWidth, fit, wrap } from '../../../src/report/width.ts';

describe('text for a terminal', () => {
  it('is without escape sequences and control characters', () => {
    expect(plain('a\u001b[1;31mb\u001b]8;;http://x\u001b\\c\u001b(Bd\u0000\u0085e\tf\r\ng\u202e')).toBe('abcd e f g');
    expect(plainLines('a\r\n\tb\u001b[K \r')).toEqual(['a', '\tb', '']);
  });

  it('is cut by what it takes on the screen', () => {
    expect(displayWidth('世界 é e\u0301 ✅')).toBe(4 + 1 + 1 + 1 + 1 + 1 + 2);
    expect(cut('世界世界', 5)).toBe('世界…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abcd', 3)).toBe('ab…');
    expect(cut('abcd', 1)).toBe('…');
    expect(cut('abcd', 0)).toBe('');
    expect(fit('世', 4)).toBe('世  ');
    expect(wrap(['aa', 'bb', 'a long piece', 'cc'], ' · ', 7)).toEqual(['aa · bb', 'a long piece', 'cc']);
  });

  it('tells time as short as can be', () => {
    const second = 1000;
    const minute = 60 * second;
    expect([0, 59 * second, minute, 59 * minute, 60 * minute, 65 * minute, 72 * 60 * minute, -5].map(span)).toEqual([
      '0s',
      '59s',
      '1m',
      '59m',
      '1h',
      '1h 5m',
      '3d',
      '0s',
    ]);
    expect([59 * second, 65 * second, 10 * minute].map(ticking)).toEqual(['59s', '1m 05s', '10m']);
  });
});

describe('what a run does', () => {
  it('is the last thing that it did', () => {
    expect(activityOf([])).toEqual({ last: '', waiting: null, stalledSince: null });
    const events = [
      { at: 1, type: 'text', text: 'I will look.\nNow the tests\n' },
      { at: 2, type: 'usage', scope: 'run', input: 3 },
    ] as const;
    expect(activityOf(events).last).toBe('Now the tests');
    expect(activityOf([...events, { at: 3, type: 'tool', name: 'edits', summary: 'src/a.ts' }]).last).toBe(
      'edits src/a.ts',
    );
  });

  it('waits and stalls until it does something again', () => {
    const waiting = [
      { at: 1, type: 'waiting', why: 'rate-limited', until: 9 },
      { at: 2, type: 'stalled', since: 1 },
    ] as const;
    expect(activityOf(waiting)).toEqual({ last: '', waiting: { why: 'rate-limited', until: 9 }, stalledSince: 1 });
    expect(activityOf([...waiting, { at: 3, type: 'awake', since: 3 }])).toMatchObject({
      stalledSince: null,
      waiting: { until: 9 },
    });
    // Whoever repeats one call goes on acting: only `awake` says that it does something else.
    const repeats = [
      { at: 1, type: 'stalled', since: 1, why: 'the same call 20 times' },
      { at: 2, type: 'tool', name: 'Bash', summary: 'ls' },
    ] as const;
    expect(activityOf(repeats).stalledSince).toBe(1);
    expect(activityOf([...repeats, { at: 3, type: 'awake', since: 3 }]).stalledSince).toBe(null);
    expect(activityOf([...waiting, { at: 3, type: 'phase', name: 'agent' }])).toEqual({
      last: 'agent',
      waiting: null,
      stalledSince: null,
    });
    expect(activityOf([{ at: 1, type: 'phase', name: 'after_create' }]).last).toBe('the hook after_create runs');
    expect(activityOf([{ at: 1, type: 'phase', name: 'hook-queue' }]).last).toContain('one runs at a time');
  });
});

describe('a throw', () => {
  const facts = { version: '1.2.3', node: 'v20.19.0', platform: 'linux x64', command: 'status' };

  it('is a bug of ours, with its stack and where to report it', () => {
    const { text, bug } = describeThrown(new TypeError('x is undefined'), facts);
    expect(bug).toBe(true);
    expect(text).toMatch(/^TypeError: x is undefined\n {4}at /);
    expect(text).toContain('This is a bug in kanban, please report it');
    expect(text).toContain('kanban 1.2.3, node v20.19.0, linux x64, kanban status');
    expect(describeThrown('odd', facts)).toMatchObject({ bug: true, text: expect.stringContaining('odd') as string });
  });

  it('from the disk is the machine, with how to fix it', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      path: '/repo/.kanban/x',
    });
    expect(describeThrown(full, facts)).toEqual({
      bug: false,
      text: '/repo/.kanban/x: no space is left on the disk [disk-full]\n  fix: df -h .    # make room, then try again\n',
    });
  });
});
