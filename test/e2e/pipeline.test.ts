import { describe, expect } from 'vitest';
import { it } from './rig/each-kanban.ts';

describe('the straight way', () => {
  it.concurrent('takes one entry through all columns, each move committed before its agent starts (I2, I4)', async ({
    made,
  }) => {
    const kanban = made({ todo: '## T-1: Say hello\n\nWrite it down.\n' });
    kanban.plan(
      'T-1.task',
      'git log -1 --format=%s main > "$STEER/seen"; save hello.txt hello && commit && report done "It says hello"',
    );
    const { code, err } = await kanban.untilDone();
    expect(code, err + kanban.story()).toBe(0);
    await kanban.expectDone(['T-1']);
    expect(kanban.read('hello.txt')).toBe('hello\n');
    expect(kanban.read('CHANGELOG.md')).toContain('- It says hello (T-1)');
    expect(kanban.subjects()).toEqual([
      'begin',
      'kanban: T-1 TODO → IN_PROGRESS',
      'kanban: T-1 IN_PROGRESS → REVIEW',
      'kanban: T-1 REVIEW → TESTING',
      'T-1: Say hello',
    ]);
    // The landing takes the tester's result in: one commit for both.
    expect(kanban.git('log', '-1', '--format=%(trailers)')).toMatch(
      /Kanban-Tested: T-1 [0-9a-f]{40}\n(.*\n)*Kanban-Run: T-1 T-1-\d+-tester-[0-9a-f]{8}\nKanban-Verdict: T-1 tester passed/,
    );
    expect(kanban.git('log', '-1', '--format=%P').split(' ')).toHaveLength(2);
  });
});
