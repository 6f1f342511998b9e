import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptTasks, lossProblem, type Adoption } from '../../../src/board/adopt/adopt.ts';
import type { BoardTexts } from '../../../src/board/entry.ts';
import { createSectionMemo, parseBoard, type BoardOptions } from '../../../src/board/parse.ts';
import { runs } from '../../rig/runs.ts';
import { hostileText } from './hostile-text.ts';

const options = (): BoardOptions => ({ ids: ['T'], boardPath: 'board', memo: createSectionMemo() });
const board = (todo: string): BoardTexts => ({
  TODO: todo,
  IN_PROGRESS: '# IN_PROGRESS\n',
  REVIEW: '# REVIEW\n',
  TESTING: '# TESTING\n',
});
const EMPTY = '# TODO\n\n# Later\n\nParked.\n';

const adopt = (text: string, path = 'TODO.md', todo = EMPTY): ReturnType<typeof adoptTasks> =>
  adoptTasks({ path, text, isTodo: false }, board(todo), options());
const inBoard = (text: string): ReturnType<typeof adoptTasks> =>
  adoptTasks({ path: 'board/TODO.md', text, isTodo: true }, board(text), options());
const good = (result: ReturnType<typeof adoptTasks>): Adoption => {
  if (!result.ok) throw new Error(JSON.stringify(result.error, null, 1));
  return result.value;
};
/** What stands above `# Later`, without the title. */
const entriesOf = ({ todo }: Adoption): string => todo.split('\n# Later')[0]!.replace('# TODO\n', '').trim();
const titles = (value: Adoption): readonly string[] => value.adopted.map(({ text }) => text);
const problems = (result: ReturnType<typeof adoptTasks>): readonly (string | number | undefined)[] =>
  result.ok ? [] : result.error.flatMap(({ code, where }) => [code, where?.line, where?.column]);

describe('adopting tasks', () => {
  it('takes bullets, numbers, checkboxes and headings, with what stands below them', () => {
    const text = [
      '# Acme tasks',
      '',
      'Some words first.',
      '',
      '- Fix the login crash when the',
      '  password is empty',
      '- [ ] Rate-limit the API',
      '  - [ ] per user',
      '  - [x] per IP',
      '',
      '  More about it.',
      '1. Upgrade Node',
      '2) [ ] Drop lodash',
      '',
      '## Add a dark mode',
      '',
      'We need it.',
      '',
      '### Details',
      '',
      'Here.',
      '',
    ].join('\n');
    const value = good(adopt(text));
    expect(entriesOf(value)).toBe(
      [
        '## T-?: Fix the login crash when the password is empty',
        '',
        '## T-?: Rate-limit the API',
        '',
        '- [ ] per user',
        '- [x] per IP',
        '',
        'More about it.',
        '',
        '## T-?: Upgrade Node',
        '',
        '## T-?: Drop lodash',
        '',
        '## T-?: Add a dark mode',
        '',
        'We need it.',
        '',
        '### Details',
        '',
        'Here.',
      ].join('\n'),
    );
    expect(value.file).toBe('# Acme tasks\n\nSome words first.\n\n');
    expect(value.left).toEqual([{ line: 3, text: 'Some words first.' }]);
    expect(value.adopted[1]).toEqual({ line: 7, text: 'Rate-limit the API' });
  });

  it('refuses a line that markdown takes for a part of the item above it', () => {
    const result = adopt('- [ ] Rate-limit the API\n  - [ ] per user\n[x] old thing\n');
    expect(problems(result)).toEqual(['adopt-in-item', 3, 1]);
    expect(good(adopt('- [ ] Rate-limit the API\n\n[x] old thing\n')).left).toEqual([
      { line: 3, text: '[x] old thing' },
    ]);
  });

  it('leaves what is done, and lists it', () => {
    const value = good(
      adopt(
        '- [x] one\n- ~~two~~\n- ✅ three\n- DONE: four\n- five (done)\n- six\n\n## [x] Seven is done\n\n## Done\n\n- eight\n',
      ),
    );
    expect(titles(value)).toEqual(['six']);
    expect(value.done.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 8, 12]);
    expect(value.file).not.toContain('six');
  });

  it('keeps the heading that a task stands under as its area', () => {
    const value = good(
      adopt(
        '# TODO\n\n## Backend\n\n- search\n- cache\n  - Priority: P1\n- sort\n  - by name\n- log\n\n      code\n\n## Later\n\n- rest\n',
      ),
    );
    expect(entriesOf(value)).toBe(
      [
        '## T-?: search\n\n- area: Backend',
        '## T-?: cache\n\n- area: Backend\n- Priority: P1',
        '## T-?: sort\n\n* area: Backend\n\n- by name',
        '## T-?: log\n\n- area: Backend\n\ncode',
        '## [PAUSED] T-?: rest',
      ].join('\n\n'),
    );
    const parsed = parseBoard(board(value.todo), options());
    expect(parsed.problems).toEqual([]);
    expect(parsed.columns.TODO.entries.map(({ priority }) => priority)).toEqual([2, 1, 2, 2, 2]);
  });

  it('takes several headings of level 1 for tasks, but no title', () => {
    expect(titles(good(adopt('# Fix the login\n\nIt fails.\n\n# Add a dark mode\n')))).toEqual([
      'Fix the login',
      'Add a dark mode',
    ]);
    expect(titles(good(adopt('# Our project\n\nWords.\n\n# Ideas\n\n- one\n')))).toEqual(['one']);
  });

  it('tells headings that are tasks from those that name some', () => {
    const taken = (text: string): readonly string[] => titles(good(adopt(`# TODO\n\n- first\n\n${text}`))).slice(1);
    expect(taken('## Backend\n')).toEqual([]);
    expect(taken('## Drop lodash\n')).toEqual(['Drop lodash']);
    expect(taken('## Drop lodash\n\n- replace _.get\n')).toEqual(['Drop lodash']);
    expect(taken('## Login page\n\n- [ ] one\n- [ ] two\n')).toEqual(['one', 'two']);
    expect(taken('## Login page\n\nWords.\n\n- [ ] one\n')).toEqual(['Login page']);
    expect(taken('## Login page\n\n### Problem\n\nx\n\n### Fix\n\ny\n')).toEqual(['Login page']);
    expect(taken('## Login page\n\n### Add a form\n\nx\n')).toEqual(['Add a form']);
    expect(taken('## Notes\n\nx\n\n## Licence\n\nMIT\n\n##\n')).toEqual([]);
    expect(taken('## 1. Drop lodash\n\n## [ ] Add a mode\n')).toEqual(['Drop lodash', 'Add a mode']);
  });

  it('in a text with other content takes boxes, and what stands under a heading such as Roadmap', () => {
    const readme = [
      '---\ntitle: x\n---\n\n# Acme\n',
      '- [Install](#install)\n- fast\n- small\n',
      '## Install\n\n1. npm ci\n\n- [ ] write this section\n',
      '## Roadmap\n\n- [docs](docs/)\n- dark mode\n- \n',
      '### Support for plug-ins\n\nWords.\n',
      '---\n',
      '## Licence\n\nMIT\n',
    ].join('\n');
    const value = good(adopt(readme, 'README.md'));
    expect(titles(value)).toEqual(['write this section', 'dark mode', 'Support for plug-ins']);
    expect(value.file).toContain('- [Install](#install)\n- fast\n- small\n');
    expect(value.file).toContain('## Roadmap\n\n- [docs](docs/)\n-');
    expect(value.left.map(({ line }) => line)).toContain(7);
  });

  it('keeps ids that are free, and gives no id twice', () => {
    const todo = '# TODO\n\n## T-3: There already\n';
    const value = good(
      adopt('- T-7: seven\n- **T-8** eight\n- T-3: three\n- T-7: again\n- T-?: any\n', 'TODO.md', todo),
    );
    expect(
      entriesOf(value)
        .split('\n')
        .filter((line) => line !== ''),
    ).toEqual([
      '## T-3: There already',
      '## T-7: seven',
      '## **T-8** eight',
      '## T-?: T-3: three',
      '## T-?: T-7: again',
      '## T-?: any',
    ]);
  });

  it('in TODO.md itself leaves entries, quick notes and all that is parked as they are', () => {
    const text =
      '\ufeff# TODO\r\n\r\n- [ ] a note\r\n- a bullet\r\n\r\n## T-3: Three\r\n\r\n- its text\r\n\r\n## Its own part\r\n\r\nWords.\r\n\r\n# Later\r\n\r\n- parked\r\n';
    const value = good(inBoard(text));
    expect(titles(value)).toEqual(['a bullet']);
    expect(value.todo).toBe(
      '\ufeff# TODO\r\n\r\n- [ ] a note\r\n\r\n## T-3: Three\r\n\r\n- its text\r\n\r\n## Its own part\r\n\r\nWords.\r\n\r\n## T-?: a bullet\r\n\r\n# Later\r\n\r\n- parked\r\n',
    );
    expect(value.file).toBe(value.todo);
    expect(problems(inBoard(value.todo))).toEqual(['adopt-nothing', undefined, undefined]);
  });

  it('takes the first line of a long paragraph as the title', () => {
    const long = 'word '.repeat(20).trim();
    const value = good(adopt(`- ${long}\n  and ${long}\n`));
    expect(entriesOf(value)).toBe(`## T-?: ${long}\n\nand ${long}`);
  });

  it('lets nothing in a text end its entry, or begin another', () => {
    const value = good(
      adopt('- one\n\n  # T-5: no entry\n\n  ```\n  open\n- two\n\n## Fix the log\n\n## T-9: nine\n\nx\n'),
    );
    expect(titles(value)).toEqual(['one', 'two', 'Fix the log', 'T-9: nine']);
    expect(entriesOf(value)).toContain('### T-5: no entry\n\n```\nopen\n```\n\n## T-?: two');
  });

  it('closes no fence that its list ends', () => {
    const value = good(adopt('### Four is a task\n- ```\n### Five is a task\n\nWords.\n'));
    expect(titles(value)).toEqual(['Four is a task', 'Five is a task']);
  });

  it('puts a comment between the area and an indented text', () => {
    const value = good(adopt('## Backend\n\n- one\n\n      code\n    text\n'));
    expect(entriesOf(value)).toContain('- area: Backend');
    expect(value.todo).toContain('code');
  });

  it('refuses what it can not read, with the places of all of it', () => {
    expect(problems(adopt('- one\n\n<<<<<<< a\n- two\n=======\n>>>>>>> b\n\n```\nopen\n'))).toEqual([
      ...['adopt-conflict', 3, 1],
      ...['adopt-conflict', 6, 1],
      ...['adopt-open', 8, 1],
    ]);
    expect(problems(adopt('1. one\n-[ ] glued\n\n```\n-[ ] example\n```\n'))).toEqual(['adopt-glued', 2, 1]);
    expect(problems(inBoard('# TODO\n\n- one\n\n## T-1: One\n\n-[ ] glued in an entry\n'))).toEqual([]);
    // Without the list, the rest would be front matter.
    expect(problems(inBoard('- one\n---\n## T-9: nine\n---\n'))[0]).toBe('adopt-unclear');
    expect(problems(adopt('- [ ]\n- [ ] \n-\n'))).toEqual(['adopt-nothing', undefined, undefined]);
    expect(problems(adopt('- one\n\n<!-- open\n'))).toEqual(['adopt-open', 3, 1]);
    expect(problems(adopt('Only words.\n'))).toEqual(['adopt-nothing', undefined, undefined]);
    expect(problems(adopt('- one\n', 'TODO.md', '# TODO\n\n```\nopen\n'))[0]).toBe('unclosed-block');
  });

  it('would refuse to lose a word', () => {
    expect(lossProblem('- [ ] one two one', '## T-?: one\n\ntwo')?.message).toBe(
      'the adopted text would lose words: one',
    );
    expect(lossProblem('- [ ] one two', '## T-?: two\n\none')).toBeNull();
  });

  /** Words, without what only gives a text its form. */
  const words = (text: string): readonly string[] =>
    text
      .split(/\s+/)
      .filter((word) => /[^\W_]/.test(word) && !/^\d{1,9}[.)]$/.test(word))
      .toSorted();
  const LINES = fc.constantFrom(
    ...[
      '- one',
      '- [ ] two',
      '- [x] three',
      '  - nested four',
      '  five',
      '1. six',
      '## Seven is a task',
      '# Later',
      '',
    ],
    ...[
      '## Backend',
      'eight',
      '',
      '',
      '## T-9: nine',
      '> quote',
      '    code',
      '* star',
      '- key: value',
      '### Ten',
      '---',
      '===',
    ],
  );
  const texts = fc.oneof(
    hostileText,
    fc.tuple(fc.array(LINES, { maxLength: 30 }), fc.constantFrom('\n', '\r\n')).map(([lines, end]) => lines.join(end)),
  );

  it('I1: loses no word, changes nothing else, and reads as exactly these entries, whatever the text', () => {
    let adopted = 0;
    fc.assert(
      fc.property(texts, fc.constantFrom('TODO.md', 'README.md', 'board/TODO.md'), (text, path) => {
        const isTodo = path === 'board/TODO.md';
        const done = isTodo ? inBoard(text) : adopt(text, path);
        // What it refuses, it leaves.
        if (!done.ok) return void expect(done.error[0]?.code).not.toBe('adopt-loss');
        const { file, todo } = done.value;
        adopted += done.value.adopted.length;
        const [before, after] = isTodo ? [text, todo] : [`${text}\n${EMPTY}`, `${file}\n${todo}`];
        const kept = [...words(after)];
        for (const word of words(before)) {
          const at = kept.indexOf(word);
          expect(at, `${word} of ${JSON.stringify(text)}`).toBeGreaterThanOrEqual(0);
          kept.splice(at, 1);
        }
        if (!isTodo) {
          // Whole lines were taken out, and nothing put in.
          const lines = text.replace('\ufeff', '').split(/(?<=\r\n|\n|\r(?!\n))/);
          for (const line of file.replace('\ufeff', '').split(/(?<=\r\n|\n|\r(?!\n))/)) {
            const at = lines.indexOf(line);
            expect(line === '' || at >= 0, JSON.stringify([text, file])).toBe(true);
            lines.splice(0, at + 1);
          }
        }
        const count = (one: string): number =>
          parseBoard(board(one), options()).columns.TODO.entries.filter(({ kind }) => kind === 'entry').length;
        expect(count(todo)).toBe(count(isTodo ? text : EMPTY) + done.value.adopted.length);
      }),
      { numRuns: runs(150) },
    );
    expect(adopted).toBeGreaterThan(50);
  });
});
