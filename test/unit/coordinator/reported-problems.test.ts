import { describe, expect, it } from 'vitest';
import { ReportedProblems } from '../../../src/coordinator/publish/reported-problems.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { options, texts } from '../board/board-fixture.ts';

const BOARD = '## T-1: a\n\n- prio: P0\n- depend: T-2\n- timeout: long\n\n## t-4: x\n';

function tell(problems: ReportedProblems, text: string): string[] {
  const found: string[] = [];
  problems.keep(parseBoard(texts({ TODO: text }), options()).problems, ({ where }) =>
    found.push(where?.lineText ?? ''),
  );
  return found;
}

describe('ToldProblems', () => {
  it('tells each of several problems of one kind that hold the same entry, once', () => {
    const problems = new ReportedProblems();
    expect(tell(problems, BOARD)).toEqual(expect.arrayContaining(['- prio: P0', '- depend: T-2', '## t-4: x']));
    expect(tell(problems, BOARD)).toEqual([]);
    expect(tell(problems, `${'text\n'.repeat(3)}\n${BOARD}`)).toEqual([]);
  });

  it('tells those of one line each, and one that comes back again', () => {
    const problems = new ReportedProblems();
    const two = '## T-1: a\n\n- depends: one, two\n';
    expect(tell(problems, two)).toHaveLength(2);
    expect(tell(problems, '## T-1: a\n\n- depends: T-9\n')).toHaveLength(0);
    expect(tell(problems, two)).toHaveLength(2);
  });
});
