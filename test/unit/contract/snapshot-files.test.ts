import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameData } from '../../../src/contract/same-data.ts';
import { changeText, entriesLines, entriesText, headText } from '../../../src/contract/snapshot-files.ts';
import { snapshot } from '../report/board.ts';

describe('the files of a snapshot', () => {
  it('give back the lines that they were made of, and are JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(), (values, seq) => {
        const lines = values.map((value) => JSON.stringify(value));
        const text = entriesText(lines, seq);
        expect(entriesLines(text)).toEqual({ seq, lines });
        expect(JSON.parse(text)).toEqual({ seq, entries: values.map((value) => JSON.parse(JSON.stringify(value))) });
      }),
    );
  });

  it('are nothing where only a part of them is there', () => {
    const text = entriesText(['{"id":"T-1"}', '{"id":"T-2"}'], 7);
    for (let end = 0; end < text.length; end++) expect(entriesLines(text.slice(0, end))).toBeNull();
    expect(entriesLines('{"entries":[]}\n')).toBeNull();
  });

  it('have a version that readers of the former one refuse', () => {
    const { entries: _, ...head } = snapshot();
    expect(JSON.parse(headText(head, { generation: 7, seq: 9 }))).toMatchObject({
      version: 4,
      generation: 7,
      seq: 9,
      mode: 'run',
    });
  });
});

describe('a change of the entries', () => {
  it('is one line', () => {
    const change = { generation: 7, from: 8, seq: 9, patch: { gone: ['a\nb'] } };
    expect(changeText(change)).toMatch(/^[^\n]+\n$/);
    expect(JSON.parse(changeText(change))).toEqual(change);
  });
});

describe('sameData', () => {
  it('is what JSON shows to be equal', () => {
    const json = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(sameData(a, structuredClone(a))).toBe(true);
        // What differs in the order of its keys only is equal.
        expect(sameData(a, b)).toBe(sorted(a) === sorted(b));
      }),
    );
  });

  it('tells apart a key too many, and takes undefined for absent', () => {
    expect(sameData({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameData({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(sameData({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameData({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(sameData([1], { 0: 1 })).toBe(false);
    expect(sameData(null, {})).toBe(false);
  });
});

/** JSON with sorted keys; -0 is 0 there. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
