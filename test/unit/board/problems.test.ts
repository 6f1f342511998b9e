import { describe, expect, it } from 'vitest';
import { dependencyProblems } from '../../../src/board/problems/dependency-problems.ts';
import { ignoredModelProblem } from '../../../src/board/problems/ignored-model-problem.ts';
import { isSimilarTitle } from '../../../src/board/problems/similar-title.ts';
import { unknownAgentProblem } from '../../../src/board/problems/unknown-agent-problem.ts';
import { parseBoard } from '../../../src/board/parse.ts';
import type { Place } from '../../../src/problem.ts';
import { options, texts } from './board-fixture.ts';

const boardOf = (text: string) => parseBoard(texts({ TODO: text }), options());
/** `line: what is underlined` */
const underlined = (where: Place | undefined): string =>
  where === undefined
    ? ''
    : `${where.line}: ${where.lineText.slice(where.column - 1, where.column - 1 + where.length)}`;

describe('an agent that the settings do not know', () => {
  const NAMES = { known: ['claude', 'codex', 'gemini'], configured: ['claude', 'codex'] };
  const problemOf = (text: string) => {
    const column = boardOf(text).columns.TODO;
    return unknownAgentProblem(column.entries[0]!, column, NAMES);
  };

  it.each(['agent: claude', 'reviewer.agent: codex', 'location: claud'])('is none in `%s`', (field) => {
    expect(problemOf(`## T-1: One\n\n- ${field}\n`)).toBeNull();
  });

  it('holds the entry, at the name, with the one that was probably meant', () => {
    const problem = problemOf('## T-1: One\n\n- agent: claude\n- tester.agent: codx\n');
    expect(problem).toMatchObject({
      code: 'unknown-agent',
      message: 'T-1 is for the agent codx, and `agents` in WORKFLOW.md has no agent of that name',
      fix: 'write codex',
      holds: ['T-1'],
    });
    expect(underlined(problem?.where)).toBe('4: codx');
  });

  it('names an agent that is set up; one that is not, only as a further way', () => {
    expect(problemOf('## T-1: One\n\n- agent: gemni\n')?.fix).toBe(
      'write one of: claude, codex; or gemini, if it is installed',
    );
  });

  it('names all agents that are set up where none is near, and the title where there is no number', () => {
    const problem = problemOf('## T-?: One\r\n\r\n- agent: agent\r\n');
    expect(problem?.message).toMatch(/^"One" is for the agent agent,/);
    expect(problem?.fix).toBe('write one of: claude, codex');
    // Not the key, which is the same word.
    expect(problem?.where).toMatchObject({ line: 3, column: 10, length: 5 });
  });

  it('underlines the whole item where the name stands in further lines', () => {
    expect(underlined(problemOf('## T-1: One\n\n- agent:\n  - x\n')?.where)).toBe('3: - agent:');
  });
});

describe('a priority in a title', () => {
  const problemsOf = (text: string) =>
    boardOf(text).problems.flatMap(({ code, where, fix, warning, holds }) =>
      code === 'priority-in-title' ? [[underlined(where), fix, warning, holds]] : [],
    );

  it.each([
    ['## T-1: Fix the login (P1)', '1: (P1)', 'write "- priority: P1" below the heading'],
    ['## T-1: [p0] Fix the login', '1: [p0]', 'write "- priority: P0" below the heading'],
    ['## T-1: P2: Fix the login', '1: P2:', 'write "- priority: P2" below the heading'],
    ['- [ ] Fix the login (P3)', '1: (P3)', 'write "  - priority: P3" in the next line'],
  ])('is reported, and holds nothing: %s', (line, place, fix) =>
    expect(problemsOf(`${line}\n`)).toEqual([[place, fix, true, []]]),
  );

  it.each([
    '## T-1: Fix P1 of the login',
    '## T-1: Fix (P5)',
    '## T-1: Fix the login (P1)\n\n- priority: P2',
    '# TODO\n\n# Later\n\n## T-1: Fix the login (P1)',
  ])('is none in %j', (text) => expect(problemsOf(`${text}\n`)).toEqual([]));
});

describe('a model that the agent is not given', () => {
  const problemOf = (text: string) => {
    const column = boardOf(text).columns.TODO;
    const script = { name: 'shell', isScript: true };
    const program = { name: 'mine', isScript: false };
    const fields = new Map([
      ['model', script],
      ['reviewer.model', program],
      ['tester.model', null],
    ]);
    return ignoredModelProblem(column.entries[0]!, column, fields);
  };

  it('holds the entry, at the model, with the fix for its kind of agent', () => {
    const problem = problemOf('## T-1: One\n\n- model: opus\n');
    expect(problem).toMatchObject({
      code: 'model-not-passed-on',
      message: 'T-1 names the model opus, and its agent shell is not given it',
      fix: 'name an agent that has a model ("- agent: <name>"), or take the model out',
      holds: ['T-1'],
    });
    expect(underlined(problem?.where)).toBe('3: opus');
    expect(problemOf('## T-1: One\n\n- reviewer.model: opus\n')?.fix).toContain('add `{model}` to `agents.mine.args`');
  });

  it('is none where the agent takes one, or no model is named', () => {
    for (const field of ['tester.model: opus', 'agent: mine', 'note: model'])
      expect(problemOf(`## T-1: One\n\n- ${field}\n`)).toBeNull();
  });
});

describe('a dependency on nothing that is known', () => {
  const whereOf = (text: string) =>
    dependencyProblems(boardOf(text), { landed: new Set(), abandoned: new Set() }).map(({ where }) =>
      underlined(where),
    );

  it('is underlined; the heading is, where the number is written in pieces', () => {
    expect(whereOf('## T-1: One\n\n- depends: T-90, T-9\n')).toEqual(['3: T-90', '3: T-9']);
    expect(whereOf('## T-1: One\n\n- depends: T-**9**\n')).toEqual(['1: ## T-1: One']);
  });
});

describe('one title may be the other', () => {
  it.each([
    ['typed on', 'Drop lodash', 'Drop lodash from the client, and its types', true],
    ['fixed', 'Drop lodahs', 'Drop lodash', true],
    ['reworded', 'Drop lodash', 'Update lodash', false],
    ['too short to tell', 'Dro', 'Drop lodash', false],
    ['another', 'Drop lodash', 'Answer 400', false],
  ])('%s', (_, a, b, isSimilar) => {
    expect([isSimilarTitle(a, b), isSimilarTitle(b, a)]).toEqual([isSimilar, isSimilar]);
  });
});

describe('a bullet without a space', () => {
  it.each([
    ['-depends on: T-1', 'depends', '3: -depends on: T-1'],
    ['-depends: T-1', 'depends', '3: -depends: T-1'],
    ['- agent: shell\n-depends on: T-1', 'depends', '4: -depends on: T-1'],
    ['- agent: shell\n  -files: a.txt\n', 'files', '4: -files: a.txt'],
  ])('before a field is a near miss: %j', (text, meant, where) => {
    const found = boardOf(`## T-2: Two\n\n${text}\n`).problems.filter(({ code }) => code === 'misspelt-field');
    expect(found).toMatchObject([{ holds: ['T-2'], message: expect.stringContaining(`did you mean "${meant}"`) }]);
    expect(underlined(found[0]?.where)).toBe(where);
  });

  it('is text where no field follows it', () => {
    for (const text of ['-v: verbose', '- agent: shell\n-v prints more', '*note* depends: on you'])
      expect(boardOf(`## T-2: Two\n\n${text}\n`).problems.filter(({ code }) => code === 'misspelt-field')).toEqual([]);
  });
});

describe('a line that is no task', () => {
  const found = (text: string) => {
    const board = boardOf(text);
    const titles = new Map(board.columns.TODO.entries.map(({ key, title }) => [key, title]));
    return board.problems.map(
      ({ code, where, holds = [], warning }) =>
        `${code} ${underlined(where)} holds ${holds.map((key) => titles.get(key)).join()}${warning ? ' (warning)' : ''}`,
    );
  };

  it.each([
    ['-[ ] lower case everything', '-[ ] lower case everything'],
    ['[ ] lower case', '[ ] lower case'],
    ['[x] lower case', '[x] lower case'],
    ['☐ eleven', '☐ eleven'],
    ['TODO: twelve', 'TODO: twelve'],
  ])('holds the quick note that it is a part of: %j', (line, shown) => {
    expect(found(`# TODO\n\n* [ ] Stopwords\n* [ ] Other\n${line}\n`)).toEqual([
      `item-without-box 5: ${shown} holds Other`,
    ]);
  });

  it.each(['☐ eleven', 'TODO: twelve', '[ ] thirteen'])('is a warning where it stands alone: %j', (line) => {
    expect(found(`# TODO\n\n* [ ] Other\n\ntext\n${line}\n`)).toEqual([`item-without-box 6: ${line} holds  (warning)`]);
  });

  it('is text where it is indented, done, or in an entry', () => {
    expect(found('# TODO\n\n* [ ] Other\n  [ ] more\n\n[x] old\n\n> TODO: x\n\n## T-1: One\n\nTODO: two\n')).toEqual(
      [],
    );
  });
});
