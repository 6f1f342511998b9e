import { describe, expect, it } from 'vitest';
import { inOrder, reviewText, type LineComment } from '../../../src/web/page/diff/review.ts';
import { actionsFor, commandOf } from '../../../src/web/page/entry/actions.ts';
import { commandFor, KEYS } from '../../../src/web/page/keys/key-table.ts';
import { hashOf, routeOf } from '../../../src/web/page/store/address.ts';
import { landingsIn } from '../../../src/web/page/store/landings.ts';
import { entryOf } from './a-snapshot-entry.ts';

describe('the address of the page', () => {
  it.each([
    '#/board',
    '#/board?q=col%3Atodo',
    '#/entry/T-3',
    '#/entry/T-3/diff',
    '#/graph?show=T-3',
    '#/entry/T-3?in=graph',
  ])('%s stays as it is', (hash) => {
    expect(hashOf(routeOf(hash))).toBe(hash);
  });

  it.each(['', '#', '#/nowhere'])('%j is the board', (hash) => {
    expect(routeOf(hash)).toMatchObject({ view: 'board', entry: null });
  });
});

it.each(['%', '%zz', '%E2%80'])(
  'the address of an entry that is no text, %s, is the address of no entry there is',
  (id) => {
    expect(routeOf(`#/entry/${id}`).entry).toEqual({ id, tab: 'text' });
  },
);

describe('what can be done about an entry', () => {
  const names = (change: Parameters<typeof entryOf>[1]) => actionsFor(entryOf('T-1', change)).map(({ name }) => name);

  it('begins with what resolves it', () => {
    expect(names({ tags: ['ESCALATED'] })[0]).toBe('retry');
    expect(names({ tags: ['APPROVE'] })[0]).toBe('approve');
    expect(names({ tags: ['PAUSED'] })[0]).toBe('resume');
    expect(names({})).not.toContain('retry');
    expect(names({ id: null })).toEqual([]);
    expect(names({ state: 'parked' })).toEqual([]);
  });

  it('is shown as the command that does the same', () => {
    expect(commandOf({ command: 'retry', taskId: 'T-1', why: "it's new", fixed: true })).toBe(
      String.raw`kanban retry T-1 --fixed --why 'it'\''s new'`,
    );
    expect(commandOf({ command: 'move', taskId: 'T-1', to: 'TODO', before: 'T-2' })).toBe(
      'kanban move T-1 TODO --before T-2',
    );
  });
});

describe('a review', () => {
  const at = (file: string, line: number, text: string): LineComment => ({
    file,
    line,
    side: 'new',
    code: '  a();',
    text,
  });

  it('names file, line and the text of the line, in the order of the diff', () => {
    const comments = inOrder([at('b.ts', 1, 'three'), at('a.ts', 9, 'two'), at('a.ts', 2, 'one')], ['a.ts', 'b.ts']);
    expect(reviewText(comments)).toBe('a.ts:2\n> a();\none\n\na.ts:9\n> a();\ntwo\n\nb.ts:1\n> a();\nthree');
    expect(reviewText([{ ...at('a.ts', 2, 'why?'), side: 'old', code: ' ' }])).toBe('a.ts:2 (removed)\nwhy?');
  });
});

describe('keys', () => {
  it('mean one thing in one place', () => {
    for (const { place } of KEYS) {
      const keys = KEYS.filter((row) => row.place === place).flatMap((row) => row.keys);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('change nothing when the board is read-only', () => {
    expect(commandFor('m', ['entry'], false)).toBe('move');
    expect(commandFor('m', ['entry'], true)).toBeNull();
    expect(commandFor('c', ['diff', 'entry'], false)).toBe('comment-line');
  });
});

describe('landings of today', () => {
  const landed = (id: string, at: number) =>
    ({
      id: `events-1:${at}`,
      event: { type: 'entry-landed', id, title: id, commit: `c${id}`, line: '', byHand: false, at },
    }) as const;

  it('are those since midnight that were not undone, newest first, each once', () => {
    const list = landingsIn([landed('T-1', 5), landed('T-2', 20), landed('T-3', 30)], 10, []);
    expect(list.map(({ id }) => id)).toEqual(['T-3', 'T-2']);
    expect(landingsIn([landed('T-3', 30)], 10, list)).toBe(list);
    const undone = {
      type: 'entry-undone',
      id: 'T-3',
      title: '',
      why: '',
      landing: 'cT-3',
      commit: 'x',
      at: 40,
    } as const;
    expect(landingsIn([{ id: 'events-1:40', event: undone }], 10, list).map(({ id }) => id)).toEqual(['T-2']);
  });
});
