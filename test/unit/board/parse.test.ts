import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createSectionMemo, dependencyProblems, noScriptProblem, parseBoard } from '../../../src/board/parse.ts';
import { nextId } from '../../../src/board/next-id.ts';
import { compareEntries } from '../../../src/board/order.ts';
import { allEntries, options, readFixtures, texts } from './board-fixture.ts';
import { hostileText } from './hostile-text.ts';
import { runs } from '../../rig/runs.ts';

const board = (TODO: string, more = {}, ids = ['T']) => parseBoard(texts({ TODO, ...more }), options(ids));
const first = (TODO: string) => board(TODO).columns.TODO.entries[0]!;

describe('parseBoard', () => {
  it('reads every field that the coordinator knows', () => {
    const entry = first(
      '## [RETRY] T-1: One\n\n- depends: T-2 T-3\n- files: src/{a,b}.ts, `my file.ts` docs/**\n- priority: high\n- timeout: 1.5h\n- approve: land\n- attempts: task 1, reviewer 2\n- reviewed: `abc1234`\n- tested: def5678\n- changelog: Added: it\n- feedback: too slow\n- labels: ui\n\nBody.\n',
    );
    expect(entry).toMatchObject({
      key: 'T-1',
      id: 'T-1',
      kind: 'entry',
      title: 'One',
      tags: ['RETRY'],
      body: 'Body.',
      line: 1,
      depends: ['T-2', 'T-3'],
      files: ['src/{a,b}.ts', 'my file.ts', 'docs/**'],
      priority: 1,
      timeout: 54e5,
      approve: 'land',
      attempts: {
        task: 1,
        reviewer: 2,
      },
      reviewed: 'abc1234',
      tested: 'def5678',
      changelog: 'Added: it',
      feedback: 'too slow',
    });
    expect(entry.fields.at(-1)).toMatchObject({ key: 'labels', value: 'ui' });
  });

  it('reads headings whatever markup or address is in them, closed or not', () => {
    const title = '`code` [see (bob@example.com, <b>www.example.com **~~';
    expect(first(`## T-3: ${title}\n\n- depends: T-1\n`)).toMatchObject({ id: 'T-3', title, depends: ['T-1'] });
  });

  it('gives the same board for the same texts without reading them again', () => {
    const same = options(['T']);
    const once = texts({ TODO: '## T-1: One\n' });
    const before = parseBoard(once, same);
    expect(parseBoard({ ...once }, same)).toBe(before);
    const other = parseBoard({ ...once, REVIEW: '## T-1: One\n' }, same);
    expect(other.problems).toHaveLength(1);
    expect(parseBoard(once, same)).toEqual(before);
  });

  it('reads several prefixes, and forgets what it knew when they change', () => {
    const memo = createSectionMemo();
    const read = (ids: string[]) =>
      parseBoard(texts({ TODO: '## T-1: a\n\n## HYD-2: b\n' }), { ids, boardPath: 'board', memo }).columns.TODO.entries
        .length;
    expect([read(['T']), read(['T', 'HYD']), read(['T'])]).toEqual([1, 2, 1]);
  });

  it('keys entries without a number by their column and text', () => {
    const entries = board('- [ ] a\n- [ ] a\n- [ ] b\n\n## T-?: c\n').columns.TODO.entries;
    expect(entries.map((entry) => entry.key)).toEqual([
      expect.stringMatching(/^TODO\?[0-9a-f]{8}$/),
      `${entries[0]!.key}#2`,
      expect.stringMatching(/^TODO\?[0-9a-f]{8}$/),
      expect.stringMatching(/^TODO\?[0-9a-f]{8}$/),
    ]);
    expect(board('# X\n\n- [ ] a\n').columns.TODO.entries[0]!.key).toBe(entries[0]!.key);
  });

  it('has quick notes in TODO only', () => {
    expect(board('', { REVIEW: '- [ ] a\n' }).columns.REVIEW.entries).toEqual([]);
  });

  it('names duplicates across columns, both places', () => {
    const { problems } = board('## T-1: a\n', { REVIEW: '# R\n\n## T-1: b\n' });
    expect(problems).toMatchObject([
      {
        code: 'duplicate-task-id',
        where: { file: 'board/REVIEW.md', line: 3 },
        also: [{ where: { file: 'board/TODO.md', line: 1 } }],
        holds: ['T-1'],
      },
    ]);
  });

  it('a dependency chain as long as the board is no trouble', () => {
    const text = Array.from({ length: 400 }, (_, index) => `## T-${index + 1}: x\n- depends: T-${index + 2}\n`).join(
      '',
    );
    expect(board(text).problems).toEqual([]);
  });

  it('I1: the bytes of entries never overlap and are those of the text, whatever the text', () => {
    const one = options();
    fc.assert(
      fc.property(hostileText, (text) => {
        let at = 0;
        const read = parseBoard(texts({ TODO: text }), one);
        for (const entry of read.columns.TODO.entries) {
          expect(entry.start).toBeGreaterThanOrEqual(at);
          expect(text.slice(entry.start, entry.end)).toBe(entry.source);
          at = entry.end;
        }
        expect(
          new Set(
            allEntries(read)
              .filter((entry) => entry.id === null)
              .map((entry) => entry.key),
          ).size,
        ).toBe(allEntries(read).filter((entry) => entry.id === null).length);
      }),
      { numRuns: runs(150) },
    );
  });

  it('does not depend on what the memo has seen', () => {
    const shared = options();
    for (const { text } of readFixtures()) parseBoard(texts({ TODO: text, REVIEW: text.slice(40) }), shared);
    for (const { text } of readFixtures()) {
      expect(parseBoard(texts({ TODO: text }), shared)).toEqual(parseBoard(texts({ TODO: text }), options()));
    }
  });
});

describe('a heading whose id is not read', () => {
  it.each([
    ['## ✅ T-3: other task', '## T-3: other task'],
    ['## (T-5) parens', '## T-5: parens'],
    ['## [T-7](http://x): link', '## T-7: link'],
    ['## #T-13: hash', '## T-13: hash'],
    ['## T-x: none', '## T-?: none'],
    ['## T-: none', '## T-?: none'],
    ['## T-??: two', '## T-?: two'],
    ['## [ ] T-5: box', '## T-5: box'],
    ['## ~~T-7~~', '## T-7: …'],
    ['## T-7, `code`', '## T-7: `code`'],
    ['##\u00a0T-1: x', '## T-1: x'],
  ])('%s is held with the line to write', (line, written) => {
    const found = board(`## T-2: above\n\n${line}\n`).problems;
    expect(found).toMatchObject([{ code: 'misspelt-heading', fix: `write "${written}"` }]);
    expect(found[0]?.holds).toContain('T-2');
    expect(board(`${written}\n`)).toMatchObject({ problems: [], columns: { TODO: { entries: [{ kind: 'entry' }] } } });
  });
});

describe('dependencyProblems', () => {
  const known = { landed: new Set(['T-90']), abandoned: new Set(['T-80']) };
  it('names unknown and abandoned ids, and guesses', () => {
    const problems = dependencyProblems(
      board('## T-12: a\n\n- depends: T-90, T-80, T-13, T-555\n\n## T-14: b\n'),
      known,
    );
    expect(
      problems.map(({ code, where, holds, fix }) => [code, where!.line, where!.column, where!.length, holds, fix]),
    ).toEqual([
      ['abandoned-dependency', 3, 18, 4, ['T-12'], 'take T-80 out of depends, or bring its entry back to TODO.md'],
      ['unknown-dependency', 3, 24, 4, ['T-12'], 'write T-14, or take T-13 out of depends'],
      ['unknown-dependency', 3, 30, 5, ['T-12'], 'take T-555 out of depends, or add its entry'],
    ]);
  });
});

describe('nextId', () => {
  it('is one more than the highest of that prefix', () => {
    expect(nextId('T', [])).toBe('T-1');
    expect(nextId('T', ['T-9', 'T-10', 'HYD-99', 'T-x', 'T-?', 'XT-77', 'T-010'])).toBe('T-11');
    // Too long a number poisons nothing.
    expect(nextId('T', ['T-99999999999999999999', 'T-3'])).toBe('T-4');
    expect(nextId('T', ['T-999999999', 'T-1'])).toBe('T-2');
  });
});

describe('compareEntries', () => {
  it('sorts by priority, then by place', () => {
    const entries = board('## T-1: a\n## T-2: b\n- priority: P0\n## T-3: c\n- priority: low\n## T-4: d\n').columns.TODO
      .entries;
    expect([...entries].sort(compareEntries).map((entry) => entry.id)).toEqual(['T-2', 'T-1', 'T-4', 'T-3']);
  });
});

describe('noScriptProblem', () => {
  it('points at the heading', () => {
    expect(noScriptProblem(first('# X\n\n## T-1: One\n'), 'board/TODO.md')).toMatchObject({
      code: 'no-script',
      where: { line: 3, lineText: '## T-1: One' },
      holds: ['T-1'],
    });
  });
});
