import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globs } from '../../../src/board/parse/fields.ts';
import { parseBoard, createSectionMemo } from '../../../src/board/parse.ts';
import { entryText, type EntryParts } from '../../../src/report/entry-text.ts';
import { hostileText } from '../board/hostile-text.ts';

const written = (fields: Partial<EntryParts> = {}): ReturnType<typeof entryText> =>
  entryText({ ids: ['T'], title: 'Drop lodash', depends: '', files: [], priority: '', body: '', ...fields });
const text = (fields: Partial<EntryParts> = {}): string => {
  const result = written(fields);
  return result.ok ? result.value : JSON.stringify(result.error);
};
const codes = (fields: Partial<EntryParts>): string[] => {
  const result = written(fields);
  return result.ok ? [] : result.error.map(({ code }) => code);
};

describe('the text of a new entry', () => {
  it('has a heading, fields and the body', () => {
    expect(
      text({
        depends: 'T-1,T-2',
        files: ['src/**', 'test/**'],
        priority: 'P1',
        body: '\n**Problem.** x\r\n\r\n- [ ] y\n\n',
      }),
    ).toBe(
      '## T-?: Drop lodash\n\n- depends: T-1, T-2\n- files: src/**, test/**\n- priority: P1\n\n**Problem.** x\n\n- [ ] y\n',
    );
    expect(text()).toBe('## T-?: Drop lodash\n');
    expect(text({ agent: 'codex', model: 'a\nb', approve: 'land', isPaused: true })).toBe(
      '## [PAUSED] T-?: Drop lodash\n\n- agent: codex\n- model: a b\n- approve: land\n',
    );
    expect(text({ title: '  a\nb\u001b[31m ', ids: ['HYD'] })).toBe('## HYD-?: a b\n');
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
    expect(codes({ depends: '\u001b[31mT-1', files: ['a\u202eb'], model: 'x\u0007' })).toEqual([
      'control-characters',
      'control-characters',
      'control-characters',
    ]);
    expect(codes({ depends: 'T-1,\tT-2\n T-3' })).toEqual([]);
    expect(codes({ body: '## T-5: Another' })).toEqual(['body-leaves-entry']);
    expect(codes({ body: '```sh\nls' })).toEqual(['open-fence']);
    expect(codes({ body: '<!-- never closed' })).toEqual(['open-comment']);
    expect(codes({ body: '<script>\nx' })).toEqual(['open-block']);
  });

  it.each([
    ['intro\n\nNotes\n=====\n\nimportant text', 3],
    ['\n\nintro\n\n#\tTab', 5],
    ['#', 1],
    [' ## T-99: One leading blank', 1],
    ['## BUG-7: Another team', 1],
    ['text\n\nT-98: Underlined\n---', 3],
  ])('names the line that would leave it: %j', (body, line) => {
    const result = written({ body, ids: ['T', 'BUG'], depends: 'T-1' });
    expect(result.ok ? [] : result.error).toMatchObject([
      { code: 'body-leaves-entry', where: { file: 'body', line, column: 1 }, fix: expect.stringContaining('###') },
    ]);
  });

  it('is one entry that holds the body, or is refused', () => {
    fc.assert(
      fc.property(hostileText, (body) => {
        const result = written({ body, files: ['src/**'] });
        if (!result.ok) return;
        const todo = `# TODO\n\n${result.value}\n## T-500: Below\n`;
        const { entries } = parseBoard(
          { TODO: todo, IN_PROGRESS: null, REVIEW: null, TESTING: null },
          { ids: ['T'], boardPath: 'board', memo: createSectionMemo() },
        ).columns.TODO;
        expect(entries.map(({ id, parked }) => ({ id, parked }))).toEqual([
          { id: null, parked: false },
          { id: 'T-500', parked: false },
        ]);
        expect(entries[0]?.source).toBe(`${result.value}\n`);
      }),
    );
  });

  it('has globs in quotes where the board would split them', () => {
    expect(text({ files: globs('"x y.txt", src/{a,b}/**') })).toContain('- files: "x y.txt", src/{a,b}/**\n');
    expect(text({ files: ['src/{a,b}/**', 'my file.txt', 'a "b" c'] })).toContain(
      '- files: src/{a,b}/**, "my file.txt", `a "b" c`\n',
    );
    expect(codes({ files: ['a "b` c', 'a\nb', ''] })).toEqual(Array(3).fill('unwritable-glob'));
    const glob = fc.string({ unit: fc.constantFrom(...Array.from('ab*?/{},.; "`!#-<[]:')) });
    fc.assert(
      fc.property(fc.array(glob, { minLength: 1, maxLength: 4 }), (files) => {
        const result = written({ files });
        if (!result.ok) return;
        const read = parseBoard(
          { TODO: result.value, IN_PROGRESS: null, REVIEW: null, TESTING: null },
          { ids: ['T'], boardPath: 'board', memo: createSectionMemo() },
        );
        expect(read.columns.TODO.entries.map((entry) => entry.files)).toEqual([files]);
      }),
      { numRuns: 60 },
    );
  });
});
