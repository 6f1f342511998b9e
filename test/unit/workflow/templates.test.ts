import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COLUMNS, type BoardTexts } from '../../../src/board/entry.ts';
import { createSectionMemo, parseBoard } from '../../../src/board/parse.ts';

it('the board of the package is well, and nothing on it would be picked', () => {
  const texts = Object.fromEntries(
    COLUMNS.map((column) => [column, readFileSync(`board/${column}.md`, 'utf8')]),
  ) as BoardTexts;
  const board = parseBoard(texts, { ids: ['T'], boardPath: 'board', memo: createSectionMemo() });
  const entries = COLUMNS.flatMap((column) => board.columns[column].entries);
  expect(board.problems).toEqual([]);
  expect(entries.map(({ title, parked, priority, files }) => ({ title, parked, priority, files }))).toEqual([
    { title: 'Login crashes on an empty password', parked: true, priority: 1, files: ['src/auth/**'] },
  ]);
});
