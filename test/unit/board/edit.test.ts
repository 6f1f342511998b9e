import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyEdits, type BoardEdit } from '../../../src/board/edit/edit.ts';
import { fieldText } from '../../../src/board/edit/entry-change.ts';
import {
  type BoardTexts,
  type Column,
  COLUMNS,
  COORDINATOR_FIELDS,
  type Entry,
  TAGS,
} from '../../../src/board/entry.ts';
import { lineBreakOf } from '../../../src/board/parse/line-breaks.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { allEntries, options, texts } from './board-fixture.ts';
import { hostileText } from './hostile-text.ts';
import { runs } from '../../rig/runs.ts';

const one = options();

function done(before: BoardTexts, ...edits: BoardEdit[]): BoardTexts {
  const result = applyEdits(before, edits, one);
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
  return result.texts;
}

const refusal = (before: BoardTexts, ...edits: BoardEdit[]) => {
  const result = applyEdits(before, edits, one);
  return result.ok ? null : result.problem;
};

const toProgress = (key: string, change = {}): BoardEdit => ({
  type: 'move',
  key,
  from: 'TODO',
  to: 'IN_PROGRESS',
  position: 'bottom',
  change,
});
const changed = (text: string, change: (BoardEdit & { type: 'change' })['change'], key = 'T-1') =>
  done(texts({ TODO: text }), { type: 'change', key, column: 'TODO', change }).TODO;

describe('a move', () => {
  it('cuts the entry and appends it with its own bytes', () => {
    const before = texts({ TODO: '# TODO\n\n## T-1: One\ntext  \n\n## T-2: Two\n', IN_PROGRESS: '# IN_PROGRESS\n' });
    expect(done(before, toProgress('T-1'))).toEqual(
      texts({ TODO: '# TODO\n\n## T-2: Two\n', IN_PROGRESS: '# IN_PROGRESS\n\n## T-1: One\ntext  \n\n' }),
    );
  });

  it('gives a file without a title its own, where the first parked part would take its place', () => {
    const before = texts({ TODO: '## T-1: One\n\n# Later\n\n## T-2: Two\n', IN_PROGRESS: '# IN_PROGRESS\n' });
    expect(done(before, toProgress('T-1')).TODO).toBe('# TODO\n\n# Later\n\n## T-2: Two\n');
  });

  it('makes a missing column file, with the line endings of the entry', () => {
    expect(done(texts({ TODO: '# TODO\n\n## T-1: One' }), toProgress('T-1')).IN_PROGRESS).toBe(
      '# IN_PROGRESS\n\n## T-1: One',
    );
    expect(done(texts({ TODO: '# TODO\r\n\r\n## T-1: One\r\n' }), toProgress('T-1')).IN_PROGRESS).toBe(
      '# IN_PROGRESS\r\n\r\n## T-1: One\r\n',
    );
  });

  it('goes above a further level-1 heading, and on top below notes and prose', () => {
    const TODO = '# TODO\n\n- [ ] note\n\nprose\n\n## T-1: One\n\n## T-2: Two\n\n# Later\n\n## T-9: Nine\n';
    const move = (key: string, position: 'top' | 'bottom'): BoardEdit => ({
      type: 'move',
      key,
      from: 'TODO',
      to: 'TODO',
      position,
    });
    expect(done(texts({ TODO }), move('T-1', 'bottom')).TODO).toBe(
      '# TODO\n\n- [ ] note\n\nprose\n\n## T-2: Two\n\n## T-1: One\n\n# Later\n\n## T-9: Nine\n',
    );
    expect(done(texts({ TODO }), move('T-2', 'top')).TODO).toBe(
      '# TODO\n\n- [ ] note\n\nprose\n\n## T-2: Two\n\n## T-1: One\n\n# Later\n\n## T-9: Nine\n',
    );
    const empty = '# TODO\n\n- [ ] note\n\n# Later\n';
    expect(
      done(texts({ TODO: empty }), { type: 'add', column: 'TODO', position: 'top', text: '## T-3: Three\n' }).TODO,
    ).toBe('# TODO\n\n- [ ] note\n\n## T-3: Three\n\n# Later\n');
  });

  it('keeps the BOM and the missing final line break of the target', () => {
    const before = texts({ TODO: '## T-1: One\r\n', IN_PROGRESS: '\ufeff# X\r\n\r\n## T-2: Two' });
    expect(done(before, toProgress('T-1')).IN_PROGRESS).toBe('\ufeff# X\r\n\r\n## T-2: Two\r\n\r\n## T-1: One\r\n');
  });

  it('is refused into an open fence, which it names, and changes nothing', () => {
    const problem = refusal(texts({ TODO: '## T-1: One\n', IN_PROGRESS: '# X\n\n```sh\necho\n' }), toProgress('T-1'));
    expect(problem).toMatchObject({
      code: 'unclosed-block',
      where: { file: 'board/IN_PROGRESS.md', line: 3 },
      holds: ['T-1'],
    });
  });

  it('goes above an entry whose fence or comment is open at the end of the column', () => {
    const open = '## T-2: Two\n\n```sh\necho\n';
    const before = texts({ TODO: '## T-1: One\n', IN_PROGRESS: `# X\n\n## T-3: Three\n\n${open}` });
    expect(done(before, toProgress('T-1')).IN_PROGRESS).toBe(`# X\n\n## T-3: Three\n\n## T-1: One\n\n${open}`);
    const added = done(texts({ TODO: open }), {
      type: 'add',
      column: 'TODO',
      position: 'bottom',
      text: '## T-4: Four\n',
    });
    expect(added.TODO).toBe(`## T-4: Four\n\n${open}`);
  });

  it('closes the fence that a quick note leaves open', () => {
    const before = texts({ TODO: '- [ ] T-5: note\n\n  ```sh\n  echo\n\n## T-1: One\n', IN_PROGRESS: '# X\n' });
    const after = done(before, toProgress('T-5'), toProgress('T-1'));
    expect(after.IN_PROGRESS).toBe('# X\n\n## T-5: note\n\n\n```sh\necho\n```\n\n## T-1: One\n');
  });

  it('is refused for what is not there or stands there twice', () => {
    expect(refusal(texts({ TODO: '' }), toProgress('T-1'))?.code).toBe('entry-not-found');
    expect(refusal(texts({ TODO: '## T-1: a\n\n## T-1: b\n' }), toProgress('T-1'))?.code).toBe('duplicate-task-id');
  });

  it('turns a quick note into an entry', () => {
    const TODO = '# TODO\n\n- [ ] Fix it\n- [ ] T-20: Expand\n  - Priority: P1\n\n  Text.\n\n      code\n- [ ] last\n';
    const keys = parseBoard(texts({ TODO }), one).columns.TODO.entries.map((entry) => entry.key);
    const after = done(
      texts({ TODO }),
      toProgress(keys[0]!, { id: 'T-21', addTags: ['APPROVE'] }),
      toProgress('T-20', { setFields: { attempts: 'task 1' } }),
    );
    expect(after.TODO).toBe('# TODO\n\n- [ ] last\n');
    expect(after.IN_PROGRESS).toBe(
      '# IN_PROGRESS\n\n## [APPROVE] T-21: Fix it\n\n## T-20: Expand\n\n- Priority: P1\n- attempts: task 1\n\nText.\n\n    code\n',
    );
  });

  it('moves identical notes one by one', () => {
    const TODO = '- [ ] same\n- [ ] same\n';
    const keys = parseBoard(texts({ TODO }), one).columns.TODO.entries.map((entry) => entry.key);
    expect(new Set(keys).size).toBe(2);
    const after = done(texts({ TODO }), toProgress(keys[0]!, { id: 'T-1' }), toProgress(keys[1]!, { id: 'T-2' }));
    expect(after).toMatchObject({ TODO: '', IN_PROGRESS: '# IN_PROGRESS\n\n## T-1: same\n\n## T-2: same\n' });
  });
});

describe('a change', () => {
  it('gives T-? its id and rewrites tags in the heading only', () => {
    const key = parseBoard(texts({ TODO: '## **T-?**: New\n\n[RETRY]\n' }), one).columns.TODO.entries[0]!.key;
    expect(changed('## **T-?**: New\n\n[RETRY]\n', { id: 'T-5', addTags: ['PAUSED', 'RETRY'] }, key)).toBe(
      '## [RETRY] [PAUSED] **T-5**: New\n\n[RETRY]\n',
    );
    expect(changed('## [RETRY]  [paused] T-1 – One [APPROVE]\n', { removeTags: ['RETRY', 'PAUSED', 'APPROVE'] })).toBe(
      '## T-1 – One\n',
    );
    expect(changed('## T-1 [RETRY]: One\n', { removeTags: ['RETRY'] })).toBe('## T-1: One\n');
    expect(changed('## T-1:  One ##  \n', { addTags: ['RETRY'] })).toBe('## [RETRY] T-1:  One ##  \n');
  });

  it.each([
    ['no body', '## T-1: One\n', '## T-1: One\n\n- attempts: task 1\n'],
    ['no final line break', '## T-1: One', '## T-1: One\n\n- attempts: task 1'],
    ['a body', '## T-1: One\n\nbody\n', '## T-1: One\n\n- attempts: task 1\n\nbody\n'],
    ['a body right below', '## T-1: One\nbody\n', '## T-1: One\n- attempts: task 1\n\nbody\n'],
    ['a list as body', '## T-1: One\n\n- [ ] a\n- b\n', '## T-1: One\n\n* attempts: task 1\n\n- [ ] a\n- b\n'],
    ['another list as body', '## T-1: One\n\n* a\n', '## T-1: One\n\n- attempts: task 1\n\n* a\n'],
    ['an indented body', '## T-1: One\n\n    code\n', '## T-1: One\n\n- attempts: task 1\n\n<!-- -->\n\n    code\n'],
    ['CRLF', '## T-1: One\r\n\r\nbody', '## T-1: One\r\n\r\n- attempts: task 1\r\n\r\nbody'],
    [
      'a list of fields',
      '## T-1: One\n\n  * depends: T-2\n  * files: a\n\nbody\n',
      '## T-1: One\n\n  * depends: T-2\n  * files: a\n  * attempts: task 1\n\nbody\n',
    ],
    ['a list at the end', '## T-1: One\n\n- a: b', '## T-1: One\n\n- a: b\n- attempts: task 1'],
    ['a rule below', '## T-1: One\n---\n', '## T-1: One\n- attempts: task 1\n\n---\n'],
  ])('puts fields below the heading, and takes them away again: %s', (_name, before, after) => {
    expect(changed(before, { setFields: { attempts: 'task 1' } })).toBe(after);
    const back = changed(after, { setFields: { attempts: null } });
    expect(back!.trimEnd()).toBe(before.trimEnd());
  });

  it('replaces values in place, once, and strikes what it is told to', () => {
    const before =
      '## T-1: One\n\n- attempts: task 1\n- Depends: T-2\n- approve: start\n- attempts: task 7\n- feedback: old\n  more\n\nbody\n';
    const after = changed(before, {
      setFields: { attempts: 'task 2', feedback: null, reviewed: 'abc1234' },
      dropFields: ['approve'],
    });
    expect(after).toBe('## T-1: One\n\n- attempts: task 2\n- Depends: T-2\n- reviewed: abc1234\n\nbody\n');
  });

  it('leaves parked entries and further sections of the entry alone', () => {
    const TODO = '## T-1: One\n\n## Problem\n\n# in the file\n\n## T-2: Two\n';
    expect(changed(TODO, { setFields: { tested: 'abc' } }, 'T-2')).toBe(
      '## T-1: One\n\n## Problem\n\n# in the file\n\n## T-2: Two\n\n- tested: abc\n',
    );
  });
});

describe('remove and add', () => {
  it('are each other’s opposite', () => {
    const TODO = '# TODO\n\n## T-1: One\n\ntext\n\n## T-2: Two\n';
    const removed = done(texts({ TODO }), { type: 'remove', key: 'T-1', column: 'TODO' });
    expect(removed.TODO).toBe('# TODO\n\n## T-2: Two\n');
    expect(done(removed, { type: 'add', column: 'TODO', position: 'top', text: '## T-1: One\n\ntext\n\n' }).TODO).toBe(
      TODO,
    );
  });
});

describe('fieldText', () => {
  it('makes one safe line of any text, and the text survives a parse', () => {
    expect(fieldText('  - a\n\n```sh\nb\u0007\n')).toBe('a ```sh b');
    expect(Array.from(fieldText('🚀'.repeat(900)))).toHaveLength(500);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), hostileText), (value) => {
        const text = changed('## T-1: One\n\nbody\n', { setFields: { feedback: value } });
        const after = parseBoard(texts({ TODO: text }), one).columns.TODO.entries[0]!;
        expect(after.feedback ?? '').toBe(fieldText(value));
        expect(after.body).toBe('body');
      }),
      { numRuns: runs(100) },
    );
  });
});

/** A text as the entries that stand in it, each without the empty lines that separate it from the next. */
const outline = (entries: readonly Entry[]) =>
  entries.map((entry) => `${entry.kind} ${entry.parked} ${entry.source.trimEnd()}`);

describe('I1: random moves on hostile texts', () => {
  const withEntry = fc
    .tuple(hostileText, fc.constantFrom('\n', '\r\n', '\r'), fc.constantFrom('', '# TODO'), hostileText)
    .map(
      ([above, end, title, below]) =>
        `${above.startsWith('\ufeff') ? '\ufeff' : ''}${title}${end}## T-77: 🚀${end}${above.replace('\ufeff', '')}${end}## T-78: x${end}${below}`,
    );
  const fuzz = fc.record({
    from: fc.constantFrom('TODO' as const, 'IN_PROGRESS' as const),
    to: fc.constantFrom(...COLUMNS),
    position: fc.constantFrom('top' as const, 'bottom' as const),
    pick: fc.nat(),
    texts: fc.record({
      TODO: withEntry,
      IN_PROGRESS: withEntry,
      REVIEW: fc.constantFrom(null, '', '\ufeff', '# REVIEW'),
      TESTING: fc.constant(null),
    }),
  });

  it('lose and change no byte, or are refused and change nothing', () => {
    let moved = 0;
    fc.assert(
      fc.property(fuzz, ({ from, to, position, pick, texts: before }) => {
        const entries = parseBoard(before, one).columns[from].entries.filter((entry) => entry.kind === 'entry');
        const entry = entries[pick % Math.max(1, entries.length)];
        if (!entry || from === to) return;
        const result = applyEdits(before, [{ type: 'move', key: entry.key, from, to, position }], one);
        if (!result.ok) return;
        moved++;
        const source = before[from]!;
        // A file without a title gets one where a parked part would take its place.
        const left = source.slice(0, entry.start) + source.slice(entry.end);
        const title = /^(\ufeff?(?:---[^]*?---\s*)?)# (?:TODO|IN_PROGRESS|REVIEW|TESTING)(?:\r\n|\r|\n)/;
        const found = result.texts[from] ?? '';
        const untitled = found.replace(title, '$1');
        expect([found, untitled, untitled.replace(/^(\ufeff?)(?:\r\n|\r|\n)/, '$1')]).toContain(left);
        expectInserted(before[to] ?? `# ${to}${lineBreakOf(entry.source)}`, result.texts[to]!, entry.source);
        for (const other of COLUMNS)
          if (other !== from && other !== to) expect(result.texts[other]).toBe(before[other]);
      }),
      { numRuns: runs(150) },
    );
    expect(moved).toBeGreaterThan(40);
  });

  it('changes touch no other entry, and hold what was written', () => {
    const change = fc.record({
      addTags: fc.subarray([...TAGS]),
      setFields: fc.dictionary(fc.constantFrom(...COORDINATOR_FIELDS), fc.constantFrom('x 1', 'abc1234', null)),
    });
    fc.assert(
      fc.property(hostileText, change, fc.nat(), (text, wanted, pick) => {
        const entries = parseBoard(texts({ TODO: text }), one).columns.TODO.entries.filter(
          (entry) => entry.kind === 'entry',
        );
        const entry = entries[pick % Math.max(1, entries.length)];
        if (!entry) return;
        const result = applyEdits(
          texts({ TODO: text }),
          [{ type: 'change', key: entry.key, column: 'TODO', change: wanted }],
          one,
        );
        if (!result.ok) return;
        const after = result.texts.TODO!;
        expect(after.startsWith(text.slice(0, entry.start))).toBe(true);
        expect(after.endsWith(text.slice(entry.end))).toBe(true);
        const now = allEntries(parseBoard(result.texts, one)).find((each) => each.start === entry.start)!;
        expect(now).toMatchObject({ title: entry.title, body: entry.body });
        for (const tag of wanted.addTags) expect(now.tags).toContain(tag);
        expect(outline(allEntries(parseBoard(result.texts, one)).filter((each) => each !== now))).toEqual(
          outline(
            parseBoard(texts({ TODO: text }), one).columns.TODO.entries.filter((each) => each.start !== entry.start),
          ),
        );
      }),
      { numRuns: runs(100) },
    );
  });
});

/** `after` is `before` with `source` put in somewhere, and nothing but line breaks added around it. */
function expectInserted(before: string, after: string, source: string): void {
  for (let at = after.indexOf(source); at >= 0; at = after.indexOf(source, at + 1)) {
    const head = after.slice(0, at);
    const tail = after.slice(at + source.length);
    for (const above of gaps(head, /[\r\n]*$/)) {
      for (const below of gaps(tail, /^[\r\n]*/)) {
        if (head.slice(0, head.length - above) + tail.slice(below) === before) return;
      }
    }
  }
  expect({ before, after, source }).toBe('an insertion');
}

const gaps = (text: string, pattern: RegExp): number[] =>
  Array.from({ length: Math.min(4, pattern.exec(text)![0].length) + 1 }, (_, index) => index);

describe('columns', () => {
  it('every column can be the target', () => {
    for (const to of COLUMNS) {
      const after = done(texts({ TODO: '## T-1: One\n' }), {
        type: 'move',
        key: 'T-1',
        from: 'TODO',
        to,
        position: 'bottom',
      });
      expect(parseBoard(after, one).columns[to as Column].entries).toHaveLength(1);
    }
  });
});

describe('an entry that is added under a title', () => {
  const added = (text: string, under: string) =>
    done(texts({ TODO: text }), { type: 'add', column: 'TODO', position: 'bottom', text: '## T-9: Nine\n', under })
      .TODO;

  it('stands parked at the end of that section', () => {
    const before = '# TODO\n\n## T-1: One\n\n# Later\n\n## T-2: Two\n\n# Never\n\n## T-3: Three\n';
    const after = added(before, 'Later');
    expect(after).toBe(before.replace('# Never', '## T-9: Nine\n\n# Never'));
    expect(parseBoard(texts({ TODO: after }), one).columns.TODO.entries.map(({ id, parked }) => [id, parked])).toEqual([
      ['T-1', false],
      ['T-2', true],
      ['T-9', true],
      ['T-3', true],
    ]);
    expect(added(before, 'Never')).toBe(`${before}\n## T-9: Nine\n`);
  });

  it('makes the section at the end of the file if it is not there', () => {
    expect(added('# TODO\n\n## T-1: One\n', 'Later')).toBe('# TODO\n\n## T-1: One\n\n# Later\n\n## T-9: Nine\n');
  });
});
