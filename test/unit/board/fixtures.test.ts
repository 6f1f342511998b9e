import { describe, expect, it } from 'vitest';

import type { Board, Entry } from '../../../src/board/entry.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { runs } from '../../rig/runs.ts';
import { allEntries, describeEntry, options, readFixtures, texts } from './board-fixture.ts';

const fixtures = readFixtures();
const starts = (word: string) => (line: string) => line.startsWith(`${word}:`);

function read(text: string): Board {
  return parseBoard(texts({ TODO: text }), options());
}

function entryOf(board: Board, id: string): Entry {
  const entry = allEntries(board).find((one) => one.id === id);
  if (!entry) throw new Error(`no entry ${id}`);
  return entry;
}

/** What the board says where a line of the fixture expects something. */
function found(board: Board, line: string): string {
  const [, word, id = '', rest = ''] = /^(\w+): (\S+) ?(.*)$/.exec(line) ?? [];
  const entry = entryOf(board, id);
  const key = rest.split(' = ')[0]!;
  switch (word) {
    case 'field':
      return `field: ${id} ${key} = ${entry.fields
        .filter((field) => field.key === key)
        .map((field) => field.value)
        .join(', ')}`;
    case 'criteria':
      return `criteria: ${id} ${entry.criteria.length}`;
    case 'tags':
      return `tags: ${id} ${entry.tags.join(' ')}`.trim();
    case 'priority':
      return `priority: ${id} ${entry.priority}`;
    case 'script':
      return `script: ${id} = ${JSON.stringify(entry.script)}`;
    default:
      throw new Error(`unknown expectation: ${line}`);
  }
}

function problems(board: Board): string[] {
  return board.problems.map(({ code, where, holds }) => {
    const underlined = where!.lineText.slice(where!.column - 1, where!.column - 1 + where!.length);
    return `problem: ${code} on "${underlined}" holds ${holds!.join(' ')}`.trimEnd();
  });
}

const isEntry = (line: string) => ['entry', 'parked', 'note', 'parkednote'].some((word) => starts(word)(line));

describe.each(fixtures)('$name', ({ text, expected }) => {
  const variants = [
    ['as it stands', text],
    ['with CRLF', text.replaceAll('\n', '\r\n')],
    ['with CR', text.replaceAll('\n', '\r')],
    ['with a BOM', `\ufeff${text}`],
    ['without a final newline', text.trimEnd()],
  ] as const;

  it.each(variants)('reads as it says, %s', (_name, variant) => {
    const board = read(variant);
    expect(allEntries(board).map(describeEntry)).toEqual(expected.filter(isEntry));
    expect(problems(board).sort()).toEqual(expected.filter(starts('problem')).sort());
    for (const line of expected) if (!isEntry(line) && !starts('problem')(line)) expect(found(board, line)).toBe(line);
  });

  it('names lines and offsets that are those of the text', () => {
    for (const [, variant] of variants) {
      const lines = variant.split(/\r\n|\r|\n/);
      const board = read(variant);
      for (const entry of allEntries(board)) {
        expect(variant.slice(entry.start, entry.end)).toBe(entry.source);
        expect(entry.source.split(/[\r\n]/)[0]).toBe(lines[entry.line - 1]!.replace('\ufeff', ''));
        for (const field of entry.fields) expect(variant.slice(field.offset)).toMatch(/^[-*+]/);
      }
      for (const { where } of board.problems) expect(lines[where!.line - 1]).toBe(where!.lineText);
    }
  });

  it('every prefix parses', () => {
    const one = options();
    // Each run of the tests takes every fourth one; where it begins is random.
    const step = Math.max(1, Math.floor(4 / runs(1)));
    for (let end = Math.floor(Math.random() * step); end <= text.length; end += step) {
      const prefix = text.slice(0, end);
      const entries = parseBoard(texts({ TODO: prefix }), one).columns.TODO.entries;
      for (const entry of entries) expect(prefix.slice(entry.start, entry.end), `to ${end}`).toBe(entry.source);
    }
  });
});
