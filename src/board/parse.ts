import { boardProblems } from './problems/board-problems.ts';
import { type Board, type BoardTexts, type Column, COLUMNS, type ColumnText } from './entry.ts';
import { parseColumn } from './parse/parse-column.ts';
import { memoFor, type ParsedColumn, type SectionMemo } from './parse/section-memo.ts';

export { dependencyProblems } from './problems/dependency-problems.ts';
export { noScriptProblem } from './problems/no-script-problem.ts';
export { createSectionMemo, type SectionMemo } from './parse/section-memo.ts';

/** How a board is read. */
export interface BoardOptions {
  /** Prefixes of task ids, the first for new ones. */
  readonly ids: readonly string[];
  /** Folder of the column files, relative to the root: `board`. */
  readonly boardPath: string;
  readonly memo: SectionMemo;
}

/**
 * Reads the board. Pure but for the memo, which changes the time and never the answer.
 * @returns entries by column, in the order of the files, and every problem that the texts show by themselves;
 *   what needs the history is in `dependencyProblems`. Never fails: text that can't be read is a problem or prose.
 */
export function parseBoard(texts: BoardTexts, options: BoardOptions): Board {
  const parsed = parseColumns(texts, options);
  const memo = memoFor(options.memo, options.ids);
  if (memo.board && COLUMNS.every((column) => memo.board?.parsed[column] === parsed[column])) return memo.board.board;
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, parsed[column].column])) as Record<
    Column,
    ColumnText
  >;
  const board = { columns, problems: boardProblems(parsed) };
  memo.board = { parsed, board };
  return board;
}

/** The same with what edits need to know. */
export function parseColumns(texts: BoardTexts, options: BoardOptions): Record<Column, ParsedColumn> {
  const read = (column: Column) =>
    parseColumn({ column, path: columnPath(column, options), text: texts[column] ?? '' }, options);
  return Object.fromEntries(COLUMNS.map((column) => [column, read(column)])) as Record<Column, ParsedColumn>;
}

/** `board/TODO.md` */
export const columnPath = (column: Column, options: Pick<BoardOptions, 'boardPath'>): string =>
  options.boardPath === '' || options.boardPath === '.' ? `${column}.md` : `${options.boardPath}/${column}.md`;
