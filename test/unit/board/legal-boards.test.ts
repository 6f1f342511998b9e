import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, type BoardEdit } from '../../../src/board/edit/edit.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import { allEntries, describeEntry, options, texts } from './board-fixture.ts';
import { runs } from '../../rig/runs.ts';

/** Passages of a column file as people write them: each is closed in itself. */
const PASSAGES = [
  'Some words about this board.\n',
  '> A quote\n> ## T-70: quoted\n',
  '| a | b |\n|---|---|\n| c | d |\n',
  '<!-- a comment\n## T-71: in it\n-->\n',
  '<details>\n<summary>more</summary>\n\ntext\n\n</details>\n',
  '[ref]: http://example.com\n',
  '[^1]: A footnote.\n',
  '- a list\n- of things\n',
  '1. numbered\n2. list\n',
  '- [x] done\n',
  '- [ ] a note\n',
  '- [ ] T-61: a note with an id\n  - priority: P1\n\n  text\n',
  '* [ ] another bullet\n  - [ ] nested\n',
  '+ [ ] a third\n',
  '## Notes\n\nwords\n',
  '### Deeper\n',
  'Underlined\n---\n\nwords\n',
  '***\n',
  '```sh\n# a comment\n## T-72: example\n```\n',
  '    indented code\n    # of a shell\n',
] as const;

const BODIES = [
  '',
  '\nText.\n',
  '\n- depends: T-90\n\nText.\n',
  '- priority: P1\n',
  '\n- [ ] one\n- [x] two\n',
  '\n* not a field\n\n    code\n',
  '\n```sh\n# comment\necho ok\n```\n',
  '\n## Problem\n\nIt is so.\n\n### Details\n\n- a\n',
  '\n> quote\nlazy line\n',
  '\n1. first\n2. second\n',
  '\nText\n---\nmore\n',
  '\n<!-- comment -->\n',
  '\n| a |\n|---|\n| b |\n',
] as const;

interface Part {
  readonly title: string | null;
  readonly intro: readonly string[];
  readonly entries: readonly { readonly tag: string; readonly body: string; readonly gap: string }[];
}

const part = (title: fc.Arbitrary<string | null>): fc.Arbitrary<Part> =>
  fc.record({
    title,
    intro: fc.array(fc.constantFrom(...PASSAGES), { maxLength: 4 }),
    entries: fc.array(
      fc.record({
        tag: fc.constantFrom('', '', '[RETRY] ', '[PAUSED] '),
        body: fc.constantFrom(...BODIES),
        gap: fc.constantFrom('\n', '\n', '\n\n', ''),
      }),
      { maxLength: 3 },
    ),
  });

const column = fc.tuple(
  part(fc.constantFrom('# TODO\n', '# My board\n', null)),
  fc.array(part(fc.constantFrom('# Later\n', '# Ideas\n')), { maxLength: 2 }),
  fc.constantFrom('\n', '\r\n'),
  fc.boolean(),
);

/** The column's text; ids count up from `from`. */
function write(
  [first, more, eol, isOpen]: typeof column extends fc.Arbitrary<infer T> ? T : never,
  from: number,
): string {
  let id = from;
  const text = [first, ...more]
    .map(({ title, intro, entries }) =>
      [
        title === null ? '' : `${title}\n`,
        ...intro.map((one) => `${one}\n`),
        ...entries.map(({ tag, body, gap }) => `## ${tag}T-${id++}: Entry\n${body}${gap}`),
      ].join(''),
    )
    .join('\n')
    .replaceAll('] a note\n', () => `] a note ${id++}\n`)
    .replaceAll('] another bullet\n', () => `] another bullet ${id++}\n`)
    .replaceAll('] a third\n', () => `] a third ${id++}\n`)
    .replaceAll('T-61', () => `T-${600 + id++}`)
    .replaceAll('\n', eol);
  return isOpen ? text.trimEnd() : text;
}

describe('legal boards', () => {
  it('I1: every move, change, addition and removal on a legal board is accepted, and no other byte changes', () => {
    fc.assert(
      fc.property(column, column, fc.nat(), fc.constantFrom('top', 'bottom'), (todo, work, pick, position) => {
        const one = options();
        const before = texts({ TODO: write(todo, 1), IN_PROGRESS: write(work, 21) });
        const entries = allEntries(parseBoard(before, one));
        const live = entries.filter((entry) => !entry.parked);
        const entry = live[pick % Math.max(1, live.length)];
        const change = {
          ...(entry?.id === null ? { id: 'T-50' } : {}),
          addTags: ['PAUSED'],
          setFields: { attempts: 'task 1' },
        } as const;
        const edits: BoardEdit[] = [{ type: 'add', column: 'TODO', position, text: '## T-51: Added\n\nText.\n' }];
        if (entry) {
          const to = entry.column === 'TODO' ? 'IN_PROGRESS' : 'TODO';
          edits.push(
            { type: 'move', key: entry.key, from: entry.column, to, position, change },
            { type: 'remove', key: entry.key, column: entry.column },
            { type: 'change', key: entry.key, column: entry.column, change },
          );
        }
        for (const edit of edits) {
          const done = applyEdits(before, [edit], one);
          expect(done.ok ? null : done.problem, JSON.stringify([before.TODO, before.IN_PROGRESS, edit])).toBeNull();
          if (!done.ok) continue;
          // Whoever is not edited reads as before, and stands there with every byte.
          const rest = (of: typeof entries) =>
            of
              .filter(({ key, id }) => key !== entry?.key && id !== 'T-50' && id !== 'T-51')
              .map((each) => `${each.column} ${describeEntry(each)} ${each.source.trimEnd()}`);
          const whole = rest(
            edit.type === 'add' && entry ? [...entries.filter((each) => each.key !== entry.key)] : entries,
          );
          expect(rest(allEntries(parseBoard(done.texts, options())))).toEqual(whole);
        }
      }),
      { numRuns: runs(12) },
    );
  });

  it('I1: a part of the file reads the same by itself, whatever stands above it', () => {
    fc.assert(
      fc.property(column, part(fc.constant('# Later\n')), (above, own) => {
        const alone = write([own, [], '\n', false], 41);
        const text = `# TODO\n\n${write([{ ...above[0], title: null }, [], '\n', false], 1)}\n${alone}`;
        const [by, together] = [`# TODO\n\n${alone}`, text].map((one) =>
          allEntries(parseBoard(texts({ TODO: one }), options())).filter((entry) => entry.parked),
        );
        expect(together?.map(describeEntry)).toEqual(by?.map(describeEntry));
      }),
      { numRuns: runs(25) },
    );
  });
});
