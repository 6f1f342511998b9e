import { readdirSync, readFileSync } from 'node:fs';

import { type Board, type BoardTexts, COLUMNS, type Entry } from '../../../src/board/entry.ts';
import { type BoardOptions, createSectionMemo } from '../../../src/board/parse.ts';

const FOLDER = new URL('../../boards/', import.meta.url);

/** A board file and what its own `<!-- expect … -->` says about it, line by line. */
export interface Fixture {
  readonly name: string;
  readonly text: string;
  readonly expected: readonly string[];
}

export function readFixtures(): Fixture[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, FOLDER), 'utf8');
      const comment = /<!-- expect\n([\s\S]*?)\n-->/.exec(text);
      if (!comment) throw new Error(`${name} does not state what is expected`);
      return { name, text, expected: comment[1]!.split('\n').map((line) => line.trim()) };
    });
}

export const options = (ids: readonly string[] = ['T']): BoardOptions => ({
  ids,
  boardPath: 'board',
  memo: createSectionMemo(),
});

export const texts = (some: Partial<BoardTexts>): BoardTexts => ({
  TODO: null,
  IN_PROGRESS: null,
  REVIEW: null,
  TESTING: null,
  ...some,
});

export const allEntries = (board: Board): Entry[] => COLUMNS.flatMap((column) => [...board.columns[column].entries]);

/** A board in the words of the fixtures: only what an expectation of that kind can speak of. */
export function describeEntry(entry: Entry): string {
  const kind = entry.kind === 'note' ? (entry.parked ? 'parkednote' : 'note') : entry.parked ? 'parked' : 'entry';
  const id = entry.id ?? (entry.kind === 'note' ? null : 'T-?');
  return `${kind}: ${id === null ? '' : `${id} | `}${entry.title}`.trim();
}
