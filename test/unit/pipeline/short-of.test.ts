import { describe, expect, it } from 'vitest';
import { firstLines, shortOf } from '../../../src/pipeline/results/short-of.ts';
import { ended, entry, facts, moveOf, NO_REPORT, said, world } from './build-world.ts';

const TAP = "ok 1 - other\nnot ok 2 - adds two numbers\n  ---\n  error: 'wrong'\n  ...\n# tests 2\n# fail 1";
const indented = (text: string): string => text.replaceAll(/^/gm, '    ');
const TESTER = { role: 'tester' } as const;
const feedbackOf = (run: ReturnType<typeof ended>): string =>
  moveOf(world([facts(entry('T-1', 'TESTING', { reviewed: 'tip1' }))], { runs: [run] })).fields.feedback ?? '';

describe('a failing report in one line', () => {
  it.each([
    ['prose that names the failure', 'Error: no password\n\nMore.', 'Error: no password More.'],
    ['the failure from a fenced block', `Tests fail:\n\n\`\`\`\n${TAP}\n\`\`\``, 'Tests fail: adds two numbers: wrong'],
    [
      'the failure from an indented block',
      `\`npm test\` failed: exit 1.\n\nIts last lines:\n\n${indented(TAP)}`,
      '`npm test` failed: exit 1. adds two numbers: wrong',
    ],
    [
      'the failure from far below',
      `I ran it.\nAll of it.\nTwice.\nThen:\nError: no password`,
      'I ran it. All of it. Twice. Error: no password',
    ],
    ['no failure: how it begins', '# Findings\n\nNo good.\n', 'Findings No good.'],
    ['a list as a sentence', 'Conflicts in:\n\n- util.c\n- main.c\n', 'Conflicts in: util.c; main.c'],
    ['items that are sentences', '1. No good.\n2. [ ] Too slow.\n', 'No good. Too slow.'],
    ['only a block', `\`\`\`\n${TAP}\n\`\`\``, 'adds two numbers: wrong'],
    ['nothing', '\n', 'the report has no text'],
  ])('is %s', (_, report, line) => expect(shortOf(report)).toBe(line));

  it('keeps the failure, however long its beginning is', () => {
    expect(shortOf(`${'word '.repeat(200)}\n\n\`\`\`\n${TAP}\n\`\`\``)).toMatch(
      /^word .*\.\.\. adds two numbers: wrong$/,
    );
    expect(firstLines('word '.repeat(200)).length).toBe(300);
  });
});

describe('the reason of an entry', () => {
  it('names the failing test, not how the list of tests begins', () => {
    expect(
      feedbackOf(
        ended('T-1', {}, said('failed', { text: `\`npm test\` failed: exit 1.\n\n${indented(TAP)}` }), TESTER),
      ),
    ).toBe('failed: `npm test` failed: exit 1. adds two numbers: wrong');
  });

  const LEFT = 'the worktree was left in the middle of a merge';
  it.each([
    ['its report', {}, said('failed', { text: 'expected 400, got 500' }), `failed: expected 400, got 500; ${LEFT}`],
    [
      'its time limit',
      { cause: 'timed-out', detail: 'exit 0' },
      NO_REPORT,
      `ended at its time limit (exit 0); ${LEFT}`,
    ],
    [
      'that it stalled',
      { cause: 'stalled', detail: 'exit 0' },
      NO_REPORT,
      `ended because nothing moved (exit 0); ${LEFT}`,
    ],
    ['that it wrote no report', { cause: 'no-report', detail: 'exit 0' }, NO_REPORT, `exit 0; ${LEFT}`],
    ['nothing if it passed', {}, said('passed'), LEFT],
  ] as const)('keeps what the run itself says beside what kanban found: %s', (_, result, report, feedback) => {
    expect(feedbackOf(ended('T-1', { faults: [LEFT], ...result }, report, TESTER))).toBe(feedback);
  });
});
