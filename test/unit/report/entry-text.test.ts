import { describe, expect, it } from 'vitest';
import { parseBoard, createSectionMemo } from '../../../src/board/parse.ts';
import { entryText, type NewEntry } from '../../../src/report/entry-text.ts';

const written = (fields: Partial<NewEntry> = {}): ReturnType<typeof entryText> =>
  entryText({ prefix: 'T', title: 'Drop lodash', depends: '', files: '', priority: '', body: '', ...fields });
const text = (fields: Partial<NewEntry> = {}): string => {
  const result = written(fields);
  return result.ok ? result.value : JSON.stringify(result.error);
};
const codes = (fields: Partial<NewEntry>): string[] => {
  const result = written(fields);
  return result.ok ? [] : result.error.map(({ code }) => code);
};

describe('the text of a new entry', () => {
  it('has a heading, fields and the body', () => {
    expect(
      text({
        depends: 'T-1,T-2',
        files: 'src/** test/**',
        priority: 'P1',
        body: '\n**Problem.** x\r\n\r\n- [ ] y\n\n',
      }),
    ).toBe(
      '## T-?: Drop lodash\n\n- depends: T-1, T-2\n- files: src/**, test/**\n- priority: P1\n\n**Problem.** x\n\n- [ ] y\n',
    );
    expect(text()).toBe('## T-?: Drop lodash\n');
    expect(text({ title: '  a\nb\u001b[31m ', prefix: 'HYD' })).toBe('## HYD-?: a b\n');
  });

  it.each([
    '- [ ] one\n- [ ] two',
    '* one',
    'prose',
    '```sh\n# not a heading\n## T-5 neither\n```',
    '### Problem\n\nprose',
    '## Problem',
  ])('is read back by the board as it was given: %j', (body) => {
    const value = text({ depends: 'T-1', priority: 'high', body });
    const board = parseBoard(
      { TODO: `# TODO\n\n${value}`, IN_PROGRESS: null, REVIEW: null, TESTING: null },
      { ids: ['T'], boardPath: 'board', memo: createSectionMemo() },
    );
    const [entry, ...others] = board.columns.TODO.entries;
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ id: null, title: 'Drop lodash', depends: ['T-1'], priority: 1 });
    expect(entry?.body.trim()).toBe(body);
  });

  it('refuses what would not stay one entry, all problems at once', () => {
    expect(codes({ title: ' \n', priority: 'urgent', body: '# Another' })).toEqual([
      'no-title',
      'unknown-priority',
      'body-leaves-entry',
    ]);
    expect(codes({ body: '## T-5: Another' })).toEqual(['body-leaves-entry']);
    expect(codes({ body: '```sh\nls' })).toEqual(['open-fence']);
  });
});
