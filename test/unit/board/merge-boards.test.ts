import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyEdits, type BoardEdit } from '../../../src/board/edit/edit.ts';
import { type BoardTexts, type Column, COLUMNS, type Entry } from '../../../src/board/entry.ts';
import { type BoardSides, mergeBoards } from '../../../src/board/merge/merge-boards.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { allEntries, options, texts } from './board-fixture.ts';
import { runs } from '../../rig/runs.ts';

const one = options();
const NONE: ReadonlySet<string> = new Set();

const BASE = texts({
  TODO: '# TODO\n\n- [ ] A quick note\n\n## T-1: One\n\nfirst line\n\nsecond line\n\nthird line\n\n## T-2: Two\n\n## T-3: Three\n\n# Later\n\n## T-40: Parked\n',
  IN_PROGRESS: '# IN_PROGRESS\n\n## T-4: Four\n',
  REVIEW: '# REVIEW\n',
  TESTING: '# TESTING\n\n## T-5: Five\n\n- tested: 12ab\n',
});

function edited(before: BoardTexts, ...edits: BoardEdit[]): BoardTexts {
  const result = applyEdits(before, edits, one);
  if (!result.ok) throw new Error(result.problem.message);
  return result.texts;
}

const move = (key: string, from: Column, to: Column, change = {}): BoardEdit => ({
  type: 'move',
  key,
  from,
  to,
  position: 'bottom',
  change,
});
const add = (text: string, position: 'top' | 'bottom' = 'bottom'): BoardEdit => ({
  type: 'add',
  column: 'TODO',
  position,
  text,
});
const replaced = (before: BoardTexts, column: Column, from: string, to: string): BoardTexts => {
  const text = before[column] ?? '';
  if (!text.includes(from)) throw new Error(`${from} is not in ${column}`);
  return { ...before, [column]: text.replace(from, to) };
};

function merged(sides: Partial<BoardSides> & { ours: BoardTexts; theirs: BoardTexts }) {
  const result = mergeBoards({ base: BASE, goneOurs: NONE, goneTheirs: NONE, ...sides }, one);
  if (!result.ok) throw new Error(`can't be merged: ${result.columns.join()}`);
  return result;
}

const places = (board: BoardTexts): string[] =>
  allEntries(parseBoard(board, one)).map(
    ({ id, title, column, parked }) => `${column} ${id ?? title}${parked ? ' parked' : ''}`,
  );

describe('mergeBoards (I1)', () => {
  it('takes both sides’ moves', () => {
    const ours = edited(BASE, move('T-1', 'TODO', 'IN_PROGRESS'));
    const theirs = edited(
      BASE,
      move('T-4', 'IN_PROGRESS', 'REVIEW', { addTags: ['RETRY'] }),
      move('T-2', 'TODO', 'IN_PROGRESS'),
    );
    const { texts: after, notes } = merged({ ours, theirs });
    expect(after.TODO).toBe('# TODO\n\n- [ ] A quick note\n\n## T-3: Three\n\n# Later\n\n## T-40: Parked\n');
    expect(after.IN_PROGRESS).toBe(
      '# IN_PROGRESS\n\n## T-1: One\n\nfirst line\n\nsecond line\n\nthird line\n\n## T-2: Two\n\n',
    );
    expect(after.REVIEW).toBe(theirs.REVIEW);
    expect(notes).toEqual([]);
  });

  it('an entry that landed here or there is gone, whatever the other side did with it', () => {
    const landed = edited(BASE, { type: 'remove', key: 'T-5', column: 'TESTING' });
    const busy = edited(BASE, move('T-5', 'TESTING', 'REVIEW', { addTags: ['ESCALATED'] }));
    for (const [ours, theirs, gone] of [
      [landed, busy, { goneOurs: new Set(['T-5']) }],
      [busy, landed, { goneTheirs: new Set(['T-5']) }],
    ] as const)
      expect(places(merged({ ours, theirs, ...gone }).texts)).not.toContainEqual(expect.stringContaining('T-5'));
  });

  it('an entry that one side deleted and the other changed stays, and it is said', () => {
    const ours = edited(
      BASE,
      { type: 'remove', key: 'T-2', column: 'TODO' },
      { type: 'remove', key: 'T-3', column: 'TODO' },
    );
    const theirs = edited(BASE, move('T-2', 'TODO', 'IN_PROGRESS'));
    const result = merged({ ours, theirs });
    expect(places(result.texts)).toContain('IN_PROGRESS T-2');
    expect(places(result.texts).join()).not.toContain('T-3');
    expect(result.notes).toEqual(['T-2 was deleted here and changed there: it stays']);
  });

  it('moved on both sides: ours’ column and marks, the wording of who reworded', () => {
    const ours = edited(BASE, move('T-4', 'IN_PROGRESS', 'REVIEW', { setFields: { attempts: 'task 1' } }));
    const theirs = replaced(
      edited(BASE, move('T-4', 'IN_PROGRESS', 'TODO', { addTags: ['ESCALATED'], setFields: { feedback: 'no' } })),
      'TODO',
      'T-4: Four',
      'T-4: Four, better',
    );
    const result = merged({ ours, theirs });
    expect(result.texts.REVIEW).toBe(ours.REVIEW!.replace('Four', 'Four, better'));
    expect(places(result.texts)).not.toContain('TODO T-4');
    expect(result.notes).toEqual(['T-4 was moved to REVIEW here and to TODO there: it stays in REVIEW']);
  });

  it('reworded on both sides in different lines: both wordings; in the same line: both texts, the entry is held', () => {
    const ours = replaced(BASE, 'TODO', 'first line', 'first line, ours');
    const result = merged({ ours, theirs: replaced(BASE, 'TODO', 'third line', 'third line, theirs') });
    expect(result.texts.TODO).toContain('first line, ours\n\nsecond line\n\nthird line, theirs\n');
    expect(result.unclear).toEqual([]);
    const twice = merged({ ours, theirs: replaced(BASE, 'TODO', 'first line', 'first line, theirs') });
    expect(twice.texts.TODO).toMatch(
      /first line, ours[^]*third line\n\n## T-1: One\n\nfirst line, theirs[^]*third line\n\n## T-2/,
    );
    expect(twice.unclear).toMatchObject([{ entry: 'T-1' }]);
    expect(parseBoard(twice.texts, one).problems).toMatchObject([{ code: 'duplicate-task-id', holds: ['T-1'] }]);
  });

  it('new entries stand where they stood among their neighbours', () => {
    const ours = edited(BASE, add('## T-10: Mine\n'));
    const theirs = replaced(
      replaced(BASE, 'TODO', '## T-2: Two\n', '## T-11: In between\n\n## T-2: Two\n'),
      'TODO',
      '## T-40: Parked\n',
      '## T-40: Parked\n\n## T-41: Parked too\n',
    );
    expect(merged({ ours, theirs }).texts.TODO).toBe(
      BASE.TODO!.replace('## T-2', '## T-11: In between\n\n## T-2')
        .replace('# Later', '## T-10: Mine\n\n# Later')
        .concat('\n## T-41: Parked too\n'),
    );
  });

  it('both add at the end, one of them below a new heading: what is live stays live', () => {
    const base = texts({ TODO: '# TODO\n\n## T-1: One\n' });
    const ours = texts({ TODO: '# TODO\n\n## T-1: One\n\n# Later\n\n## T-9: Parked\n' });
    const theirs = texts({ TODO: '# TODO\n\n## T-1: One\n\n## T-8: Live\n' });
    for (const sides of [
      { ours, theirs },
      { ours: theirs, theirs: ours },
    ])
      expect(merged({ base, ...sides }).texts.TODO).toBe(
        '# TODO\n\n## T-1: One\n\n## T-8: Live\n\n# Later\n\n## T-9: Parked\n',
      );
  });

  it('one number given to two tasks: who is in work keeps it, the other gets a new one', () => {
    const ours = edited(BASE, add('## T-12: Mine\n'));
    const theirs = edited(BASE, add('## T-12: Theirs\n'), add('## T-13: After it\n\n- depends: T-12\n'));
    const result = merged({ ours, theirs });
    expect(result.texts.TODO).toContain('## T-12: Mine\n');
    expect(result.texts.TODO).toContain('## T-?: Theirs\n');
    expect(result.notes).toEqual([
      'T-12 was given twice: it is "Mine"; "Theirs" gets a new number (T-13 may mean it by "depends: T-12")',
    ]);
    const inWork = merged({ ours, theirs: edited(theirs, move('T-12', 'TODO', 'IN_PROGRESS')) });
    expect(inWork.texts.TODO).toContain('## T-?: Mine\n');
    expect(inWork.texts.IN_PROGRESS).toContain('## T-12: Theirs\n');
    const both = merged({
      ours: edited(ours, move('T-12', 'TODO', 'REVIEW')),
      theirs: edited(theirs, move('T-12', 'TODO', 'IN_PROGRESS')),
    });
    expect(places(both.texts)).toEqual(expect.arrayContaining(['REVIEW T-12', 'IN_PROGRESS Theirs']));
    expect(both.unclear).toMatchObject([
      { entry: 'T-12', why: 'it was in work as T-12 on one side, and that number is taken' },
    ]);
    expect(inWork.unclear).toEqual([]);
    const spent = merged({ ours: BASE, theirs, goneOurs: new Set(['T-12']) });
    expect(spent.texts.TODO).toContain('## T-?: Theirs\n');
  });

  it('a note that one side picked and the other reworded is one entry, in the new wording', () => {
    const key = allEntries(parseBoard(BASE, one)).find(({ kind }) => kind === 'note')!.key;
    const ours = edited(BASE, move(key, 'TODO', 'IN_PROGRESS', { id: 'T-6' }));
    const result = merged({ ours, theirs: replaced(BASE, 'TODO', 'A quick note', 'A quick note, typed on') });
    expect(result.texts.IN_PROGRESS).toContain('## T-6: A quick note, typed on\n');
    expect(result.texts.TODO).not.toContain('quick note');
  });

  it('a note that got one number here and another there is two entries', () => {
    const key = allEntries(parseBoard(BASE, one)).find(({ kind }) => kind === 'note')!.key;
    const ours = edited(BASE, move(key, 'TODO', 'IN_PROGRESS', { id: 'T-6' }));
    const theirs = edited(BASE, move(key, 'TODO', 'IN_PROGRESS', { id: 'T-7' }));
    expect(places(merged({ ours, theirs }).texts)).toEqual(
      expect.arrayContaining(['IN_PROGRESS T-6', 'IN_PROGRESS T-7']),
    );
  });

  it('the order of who reordered', () => {
    const theirs = {
      ...BASE,
      TODO: BASE.TODO!.replace('## T-2: Two\n\n', '').replace('## T-1', '## T-2: Two\n\n## T-1'),
    };
    const ours = edited(BASE, move('T-3', 'TODO', 'IN_PROGRESS'));
    expect(places(merged({ ours, theirs }).texts).filter((place) => place.startsWith('TODO'))).toEqual([
      'TODO A quick note',
      'TODO T-2',
      'TODO T-1',
      'TODO T-40 parked',
    ]);
  });

  it('text outside entries: one side’s change counts; of both the lines of both', () => {
    const ours = replaced(BASE, 'TODO', '# TODO\n', '# TODO\n\nRules of ours.\n');
    const theirs = replaced(
      replaced(BASE, 'TODO', '# TODO\n', '# TODO\n\nRules of theirs.\n'),
      'TODO',
      '# Later',
      '# Some day',
    );
    const { TODO } = merged({ ours, theirs }).texts;
    expect(TODO).toMatch(/^# TODO\n\nRules of ours.\n+Rules of theirs.\n/);
    expect(TODO).toContain('# Some day\n');
    expect(TODO).not.toContain('# Later');
  });

  it('refuses what would swallow an entry, and says where', () => {
    const ours = replaced(BASE, 'TODO', 'third line\n', 'third line\n\n```\nnever closed\n```\n');
    const theirs = edited(BASE, move('T-2', 'TODO', 'IN_PROGRESS'));
    const base = replaced(BASE, 'TODO', '## T-40: Parked\n', '## T-40: Parked\n\n```\nopen\n');
    const open = (board: BoardTexts) => replaced(board, 'TODO', '## T-40: Parked\n', '## T-40: Parked\n\n```\nopen\n');
    expect(
      mergeBoards(
        {
          base,
          ours: open(ours),
          theirs: { ...open(theirs), TODO: `${open(theirs).TODO}# In the fence\n` },
          goneOurs: NONE,
          goneTheirs: NONE,
        },
        one,
      ).ok,
    ).toBe(true);
    const grown = (id: string) => texts({ TODO: `# TODO\n\n## T-1: One\n\n## ${id}: New\n\n\`\`\`\nopen\n` });
    const small = texts({ TODO: '# TODO\n\n## T-1: One\n' });
    expect(
      mergeBoards({ base: small, ours: grown('T-7'), theirs: grown('T-8'), goneOurs: NONE, goneTheirs: NONE }, one),
    ).toEqual({
      ok: false,
      columns: ['TODO'],
    });
  });
});

/** What a side does between two merges, as numbers that mean something on any board. */
interface Deed {
  readonly what: number;
  readonly which: number;
  readonly where: number;
}
const deed: fc.Arbitrary<Deed> = fc.record({ what: fc.nat(9), which: fc.nat(30), where: fc.nat(3) });

const TODO_PROSE = ['Rules.', 'See the wiki.', '* no checkbox', '- [x] done already'];

/** Carries out a deed; one that can't be done leaves the board as it is. @param name of the side, in what it writes */
function doDeed(
  board: BoardTexts,
  { what, which, where }: Deed,
  name: string,
  gone: Set<string>,
  n: number,
): BoardTexts {
  const entries = allEntries(parseBoard(board, one));
  const entry: Entry | undefined = entries[which % Math.max(1, entries.length)];
  const to = COLUMNS[where]!;
  const attempt = (...edits: BoardEdit[]): BoardTexts => {
    const result = applyEdits(board, edits, one);
    return result.ok ? result.texts : board;
  };
  const rewrite = (column: Column, from: number, until: number, text: string): BoardTexts => ({
    ...board,
    [column]: (board[column] ?? '').slice(0, from) + text + (board[column] ?? '').slice(until),
  });
  if (what === 0 || !entry)
    return attempt(
      add(`## T-${name === 'ours' ? 100 + n : 200 + n}: New of ${name}\n\nbody\n`, n % 2 ? 'top' : 'bottom'),
    );
  if (what === 1) return attempt(add('## T-300: The same number\n'));
  if (what === 2)
    return rewrite(
      'TODO',
      0,
      (/^.*\n?/.exec(board.TODO ?? '') ?? [''])[0].length,
      `# TODO\n\n${TODO_PROSE[where]} ${name}\n`,
    );
  if (what === 3 && entry.kind === 'entry')
    return rewrite(
      entry.column,
      entry.start,
      entry.end,
      `${entry.source.trimEnd()}\n\n${name} adds ${which}\n${entry.source.slice(entry.source.trimEnd().length)}`,
    );
  if (what === 4) {
    const after = attempt({ type: 'remove', key: entry.key, column: entry.column });
    if (after !== board && entry.id !== null) gone.add(entry.id);
    return after;
  }
  if (what === 5)
    return attempt({
      type: 'move',
      key: entry.key,
      from: entry.column,
      to: entry.column,
      position: 'bottom',
      change: entry.id === null ? { id: `T-${400 + n + (name === 'ours' ? 0 : 50)}` } : {},
    });
  if (what === 6)
    return attempt({
      type: 'change',
      key: entry.key,
      column: entry.column,
      change: {
        addTags: ['RETRY'],
        setFields: { attempts: 'task 1', feedback: `from ${name}` },
        ...(entry.id === null ? { id: `T-${500 + n + (name === 'ours' ? 0 : 50)}` } : {}),
      },
    });
  if (what === 7)
    return rewrite(
      'TODO',
      board.TODO?.length ?? 0,
      board.TODO?.length ?? 0,
      `\n# Later of ${name}\n\n## T-${name === 'ours' ? 600 + n : 700 + n}: Parked by ${name}\n`,
    );
  return attempt(
    move(entry.key, entry.column, to, entry.id === null ? { id: `T-${800 + n + (name === 'ours' ? 0 : 50)}` } : {}),
  );
}

function grown(base: BoardTexts, deeds: readonly Deed[], name: string): { board: BoardTexts; gone: Set<string> } {
  const gone = new Set<string>();
  const board = deeds.reduce((now, one, n) => doDeed(now, one, name, gone, n), base);
  const there = new Set(allEntries(parseBoard(board, one)).map(({ id }) => id));
  return { board, gone: new Set([...gone].filter((id) => !there.has(id))) };
}

const words = (text: string): string[] =>
  text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);

describe('mergeBoards, whatever happened on both sides (I1)', () => {
  const both = fc.tuple(
    fc.array(deed, { maxLength: 8 }),
    fc.array(deed, { maxLength: 8 }),
    fc.constantFrom('\n', '\r\n'),
  );
  const prepared = ([mine, others, eol]: readonly [Deed[], Deed[], string]) => {
    const base = Object.fromEntries(
      COLUMNS.map((column) => [column, BASE[column]!.replaceAll('\n', eol)]),
    ) as unknown as BoardTexts;
    const [ours, theirs] = [grown(base, mine, 'ours'), grown(base, others, 'theirs')];
    const sides: BoardSides = {
      base,
      ours: ours.board,
      theirs: theirs.board,
      goneOurs: ours.gone,
      goneTheirs: theirs.gone,
    };
    return { sides, result: mergeBoards(sides, one) };
  };

  it('no entry is lost, none is there twice that was not, and every line of a new or changed entry is kept', () => {
    fc.assert(
      fc.property(both, (input) => {
        const { sides, result } = prepared(input);
        if (!result.ok) throw new Error(`refused: ${result.columns.join()}`);
        const [ours, theirs, after] = [sides.ours, sides.theirs, result.texts].map((board) =>
          allEntries(parseBoard(board, one)),
        );
        const gone = new Set([...sides.goneOurs, ...sides.goneTheirs]);
        const base = allEntries(parseBoard(sides.base, one));
        const ids = after!.map(({ id }) => id);
        const unclear = new Set(result.unclear.map(({ entry }) => entry));
        for (const id of new Set(ids)) {
          const isOwnAffair = [ours!, theirs!].some((side) => side.filter((entry) => entry.id === id).length > 1);
          if (id === null || unclear.has(id) || isOwnAffair) continue;
          expect(ids.filter((other) => other === id)).toHaveLength(1);
        }
        const everything = words(Object.values(result.texts).join('\n')).join('\n');
        for (const [mine, other] of [
          [ours!, theirs!],
          [theirs!, ours!],
        ])
          for (const entry of mine!) {
            if (entry.id !== null && gone.has(entry.id) && base.some(({ id }) => id === entry.id)) continue;
            const before = base.find(({ key }) => key === entry.key);
            const deleted = before !== undefined && !other!.some(({ key }) => key === entry.key);
            if (deleted) continue; // deleted there; or numbered there, which the ids above tell
            expect(everything).toContain(entry.title);
            for (const line of words(entry.body)) expect(everything).toContain(line);
          }
      }),
      { numRuns: runs(120) },
    );
  });

  it('prose of both sides is kept', () => {
    fc.assert(
      fc.property(both, (input) => {
        const { sides, result } = prepared(input);
        if (!result.ok) return;
        for (const name of ['ours', 'theirs'] as const)
          for (const line of words(sides[name].TODO ?? '').filter((text) =>
            TODO_PROSE.some((prose) => text === `${prose} ${name}`),
          ))
            expect(result.texts.TODO).toContain(line);
      }),
      { numRuns: runs(60) },
    );
  });

  it('done again it changes nothing: the merge against either side, or once more from the start', () => {
    fc.assert(
      fc.property(both, (input) => {
        const { sides, result } = prepared(input);
        if (!result.ok) return;
        const { texts: after } = result;
        for (const again of [
          { ...sides, base: sides.theirs, ours: after, goneOurs: NONE, goneTheirs: NONE },
          { ...sides, base: sides.ours, theirs: after, goneOurs: NONE, goneTheirs: NONE },
        ])
          expect(mergeBoards(again, one)).toMatchObject({ ok: true, texts: after });
        // Once more from the start (two clones that merge each other): the same entries in the same columns.
        const more = mergeBoards({ ...sides, ours: after }, one);
        if (more.ok) expect(places(more.texts).sort()).toEqual(places(after).sort());
      }),
      { numRuns: runs(60) },
    );
  });

  it('equal sides give equal texts; what one side alone did is that side, byte for byte', () => {
    fc.assert(
      fc.property(both, (input) => {
        const { sides } = prepared(input);
        const { base, ours, theirs, goneOurs, goneTheirs } = sides;
        expect(mergeBoards({ ...sides, theirs: ours, goneTheirs: goneOurs }, one)).toMatchObject({
          texts: ours,
          notes: [],
        });
        expect(mergeBoards({ ...sides, theirs: base, goneTheirs: NONE }, one)).toMatchObject({
          texts: ours,
          notes: [],
        });
        expect(mergeBoards({ ...sides, ours: base, goneOurs: NONE }, one)).toMatchObject({ texts: theirs, notes: [] });
        // The same by the long way: something stands elsewhere that forbids the short cut.
        const other = new Set(['T-999']);
        const far = (board: BoardTexts): BoardTexts => ({
          ...board,
          REVIEW: `${board.REVIEW ?? ''}\n## T-999: Landed there\n`,
        });
        const long = mergeBoards(
          { base: far(base), ours: far(base), theirs: far(theirs), goneOurs: other, goneTheirs },
          one,
        );
        if (long.ok && goneTheirs.size === 0)
          expect({ ...long.texts, REVIEW: '' }).toEqual({ ...far(theirs), REVIEW: '' });
      }),
      { numRuns: runs(60) },
    );
  });
});
