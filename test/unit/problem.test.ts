import { describe, expect, it } from 'vitest';
import { alike, drawAlike, type Problem } from '../../src/problem.ts';

const problem = (name: string, line: number, more: Partial<Problem> = {}): Problem => ({
  code: 'no-script',
  message: `${name} is for the agent shell, and there is no block`,
  where: { file: 'board/TODO.md', line, column: 1, length: 2, lineText: '## …' },
  fix: 'add one',
  ...more,
});
const groups = (...problems: readonly Problem[]): string[] => alike(problems, () => '').map(drawAlike);

describe('problems that differ in their entry only', () => {
  it('are drawn once, with the places of the others', () => {
    const other = problem('T-9', 9, { code: 'other' });
    expect(groups(problem('T-1', 3), other, problem('"A \\"b\\""', 5), problem('T-2', 7))).toEqual([
      'board/TODO.md:3:1: T-1 is for the agent shell, and there is no block [no-script]\n    ## …\n    ~~\n' +
        '  also: "A \\"b\\"" (board/TODO.md:5), T-2 (board/TODO.md:7)\n  fix: add one',
      'board/TODO.md:9:1: T-9 is for the agent shell, and there is no block [other]\n    ## …\n    ~~\n  fix: add one',
    ]);
    const many = Array.from({ length: 30 }, (_, index) => problem(`T-${index}`, index));
    expect(groups(...many)[0]).toMatch(/T-20 \(board\/TODO\.md:20\) and 9 more$/m);
  });

  it('stay apart where they have no place, another fix, or name no entry', () => {
    const { where: _, ...placeless } = problem('T-1', 1);
    expect(groups(placeless, placeless)).toHaveLength(2);
    expect(groups(problem('T-1', 1), problem('T-2', 2, { fix: 'another' }))).toHaveLength(2);
    const unnamed = { message: 'This line is not read as a task' };
    expect(groups(problem('', 1, unnamed), problem('', 2, unnamed))).toHaveLength(2);
    const field = { message: '"prio" is not a field', where: { ...problem('', 1).where!, lineText: '- prio: high' } };
    expect(groups(problem('', 1, field), problem('', 2, field))).toHaveLength(2);
    expect(drawAlike([])).toBe('');
  });
});
