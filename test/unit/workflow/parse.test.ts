import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/problem.ts';
import { DEFAULT_ALERTS } from '../../../src/workflow/operations/alert-table.ts';
import { defaultSettings, parseWorkflow } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';
import { runs } from '../../rig/runs.ts';

const FILE = 'WORKFLOW.md';
const withFront = (yaml: string, prose = 'Rules.\n'): string => `---\n${yaml}\n---\n${prose}`;

function settingsOf(yaml: string): Settings {
  const read = parseWorkflow(withFront(yaml), FILE);
  if (!read.ok) throw new Error(JSON.stringify(read.error, null, 1));
  return read.value.settings;
}

function problemsOf(text: string): readonly Problem[] {
  const read = parseWorkflow(text, FILE);
  return read.ok ? [] : read.error;
}

/** `code line:column underlined` */
const short = ({ code, where }: Problem): string =>
  where
    ? `${code} ${where.line}:${where.column} ${where.lineText.slice(where.column - 1, where.column - 1 + where.length)}`
    : code;

describe('defaults', () => {
  it('are those of docs/settings.md', () => {
    const shell = { agent: 'shell', model: null, run: '', env: { pass: [], set: {} }, prompt: null };
    expect(defaultSettings()).toEqual({
      base: 'main',
      remote: null,
      push: false,
      upstream: null,
      fetch: 60_000,
      board: 'board',
      prompts: 'prompts',
      changelog: 'CHANGELOG.md',
      ids: ['T'],
      branch: '{id}',
      worktrees: '.worktrees',
      capacity: 6,
      wip: { in_progress: 6, review: null, testing: null },
      settle: 5_000,
      retries: 1,
      restarts_per_hour: 3,
      stall: { after: 900_000, repeat: 20, kill: false },
      caps: { entry_usd: null, entry_tokens: null, day_usd: null, day_tokens: null, entry_runs: null },
      contain: 'auto',
      env: { pass: [], set: {} },
      approve: 'never',
      dirty: 'stop',
      files: 'warn',
      protect: ['WORKFLOW.md', 'prompts/**', '.worktreeinclude'],
      tests: {},
      roles: {
        task: { ...shell, timeout: 900_000 },
        reviewer: { ...shell, timeout: 600_000, rereview: false },
        tester: { ...shell, timeout: 900_000, fix: 'task' },
      },
      agents: {
        shell: {
          kind: 'shell',
          command: [],
          args: [],
          model: null,
          env: { pass: [], set: {} },
          permissions: 'narrow',
          tools: [],
        },
      },
      commits: { author: '', landing: '{id}: {title}', move: 'kanban: {id} {from} → {to}' },
      merge_queue: { mode: 'serial', max_batch: 16, check: '', check_timeout: 1_800_000 },
      hooks: { after_create: '', before_run: '', after_run: '', before_remove: '', timeout: 600_000 },
      plan: { max: 12 },
      notify: [],
      alerts: DEFAULT_ALERTS.map((when) => ({ when, over: null, for: null, within: null })),
      keep: { runs: 1_209_600_000, size: 2 ** 30, events: 64 * 2 ** 20 },
      preflight: [],
    });
  });

  it.each([
    '',
    'Just rules.',
    '---\n---\n',
    '---\n# only a comment\n---\nRules',
    '---\n{}\n---\n',
    '---\nhooks:\nwip:\n---\n',
  ])('hold for %j', (text) => {
    const read = parseWorkflow(text, FILE);
    expect(read.ok && read.value.settings).toEqual(defaultSettings());
  });

  it('hold for the WORKFLOW.md of the package, whose prose is the rules', () => {
    const read = parseWorkflow(readFileSync('WORKFLOW.md', 'utf8'), FILE);
    expect(read.ok && read.value.settings).toEqual(defaultSettings());
    expect(read.ok && read.value.rules).toMatch(/^# Team rules/);
  });
});

describe('values', () => {
  it('reads `none` and null as nothing', () => {
    const { remote, changelog, wip, roles } = settingsOf(
      'remote: none\nchangelog: false\nwip: { review: none, testing: 3 }\nroles: { task: { model: ~, prompt: none } }',
    );
    expect([remote, changelog, wip.review, wip.testing, roles.task.model, roles.task.prompt]).toEqual([
      null,
      null,
      null,
      3,
      null,
      null,
    ]);
    expect(settingsOf('changelog: none').changelog).toBeNull();
    expect(settingsOf('changelog: ./docs/CHANGES.md').changelog).toBe('docs/CHANGES.md');
  });

  it('takes one id or a list', () => {
    expect(settingsOf('ids: HYD').ids).toEqual(['HYD']);
    expect(settingsOf('ids: [T, HYD]').ids).toEqual(['T', 'HYD']);
  });

  it('normalises folders', () => {
    const { board, worktrees } = settingsOf('board: ./docs/board/\nworktrees: ../trees/');
    expect([board, worktrees]).toEqual(['docs/board', '../trees']);
  });

  it('reads durations as milliseconds', () => {
    const { settle, stall, roles } = settingsOf(
      'settle: 0\nstall: { after: 1h30m }\nroles: { tester: { timeout: 90s } }',
    );
    expect([settle, stall.after, roles.tester.timeout]).toEqual([0, 5_400_000, 90_000]);
  });

  it.each([
    ['[A, B]', { pass: ['A', 'B'], set: {} }],
    ['{A: x, B: 3, C: true, D: ""}', { pass: [], set: { A: 'x', B: '3', C: 'true', D: '' } }],
    ['[A, {B: x}]', { pass: ['A'], set: { B: 'x' } }],
    ['A', { pass: ['A'], set: {} }],
  ])('reads env %s', (yaml, expected) => {
    expect(settingsOf(`env: ${yaml}`).env).toEqual(expected);
  });

  it('takes a model where an argument names it', () => {
    expect(
      settingsOf(
        'agents: { a: { command: x, args: [--model, "{model}"] } }\nroles: { task: { agent: a, model: fast } }',
      ).roles.task.model,
    ).toBe('fast');
  });

  it('keeps strings strings (YAML 1.2 core)', () => {
    const { roles, notify } = settingsOf('notify: no\nroles: { task: { model: 2026-11-20 } }');
    expect([notify[0]?.run, roles.task.model]).toEqual(['no', '2026-11-20']);
  });

  it('reads agents', () => {
    const { agents, roles } = settingsOf(
      'agents:\n  mine: { command: my-agent --fast, args: [-n, 5, "{report}"], env: [KEY] }\nroles: { task: { agent: mine } }',
    );
    expect(agents['mine']).toEqual({
      kind: 'command',
      command: ['my-agent', '--fast'],
      args: ['-n', '5', '{report}'],
      model: null,
      env: { pass: ['KEY'], set: {} },
      permissions: 'narrow',
      tools: [],
    });
    expect(roles.task.agent).toBe('mine');
    expect(agents['shell']?.kind).toBe('shell');
  });

  it('an agent without a kind is of the kind that it is called, else any command', () => {
    const { agents } = settingsOf('agents: { claude: { model: m }, mine: { command: a }, fast: { kind: codex } }');
    expect(
      Object.entries(agents)
        .map(([name, { kind }]) => `${name}=${kind}`)
        .sort(),
    ).toEqual(['claude=claude', 'fast=codex', 'mine=command', 'shell=shell']);
  });

  it('a role may name an agent that is built in, without a word under `agents`', () => {
    expect(settingsOf('roles: { task: { agent: codex } }').agents['codex']).toMatchObject({
      kind: 'codex',
      command: [],
    });
  });

  it('reads CRLF and a BOM, and the rest of the file is the rules', () => {
    const read = parseWorkflow('\uFEFF---\r\nbase: trunk\r\n---\r\n\r\n# Rules\r\n\r\n---\r\nmore\r\n', FILE);
    expect(read.ok && [read.value.settings.base, read.value.rules]).toEqual(['trunk', '# Rules\r\n\r\n---\r\nmore']);
  });
});

describe('problems', () => {
  it.each<[string, string, readonly string[]]>([
    ['broken YAML', 'base: [\nids: T', ['settings-yaml 3:1 i']],
    ['a duplicate key', 'base: a\nbase: b', ['settings-yaml 3:1 b']],
    ['a tab', '\tbase: x', ['settings-yaml 2:1 \t']],
    ['a list', '- a', ['settings-yaml 2:1 - a']],
    ['an unknown tag', 'base: !js x', ['settings-yaml 2:7 !js']],
    ['an unknown key', 'capcity: 3', ['unknown-setting 2:1 capcity']],
    ['an unknown key without a value', 'capcity:', ['unknown-setting 2:1 capcity']],
    ['an unknown key, deep', 'roles:\n  task:\n    timeuot: 5m', ['unknown-setting 4:5 timeuot']],
    ['an unknown key of an agent', 'agents: { a: { command: x, modle: y } }', ['unknown-setting 2:28 modle']],
    ['a number for text', 'base: 1', ['wrong-setting 2:7 1']],
    ['a map for text', 'branch: {id}', ['wrong-setting 2:9 {id}']],
    ['a number for a duration', 'settle: 5', ['wrong-setting 2:9 5']],
    ['a duration without a unit', 'roles: { task: { timeout: "15" } }', ['wrong-setting 2:27 "15"']],
    ['no time at all', 'roles: { task: { timeout: 0s } }', ['wrong-setting 2:27 0s']],
    ['capacity 0', 'capacity: 0', ['wrong-setting 2:11 0']],
    ['half an entry', 'wip: { in_progress: 1.5 }', ['wrong-setting 2:21 1.5']],
    ['a word that is none of the choices', 'approve: always', ['wrong-setting 2:10 always']],
    ['yes for true', 'stall: { kill: yes }', ['wrong-setting 2:16 yes']],
    ['no id', 'ids: []', ['wrong-setting 2:6 []']],
    ['an id with its dash', 'ids: T-', ['id-not-a-prefix 2:6 T-']],
    ['an id twice', 'ids: [T, t]', ['id-twice 2:6 [T, t]']],
    ['env with =', 'env: [A=b]', ['wrong-setting 2:7 A=b']],
    ['env that would change', 'env: { V: 1.10 }', ['wrong-setting 2:11 1.10']],
    ['env of ours', 'env: { KANBAN_ROOT: x }', ['reserved-variable 2:6 { KANBAN_ROOT: x }']],
    ['a preflight command without run', 'preflight: [{ name: x }]', ['wrong-setting 2:13 { name: x }']],
    ['an unknown agent', 'roles: { task: { agent: claud } }', ['unknown-agent 2:25 claud']],
    ['an unknown role', 'roles: { tester: { fix: tsk } }', ['unknown-role 2:25 tsk']],
    ['by its former name', 'roles: { tester: { mend: tsk } }', ['unknown-role 2:26 tsk']],
    ['an agent without a command', 'agents: { a: { args: [x] } }', ['agent-without-command 2:14 { args: [x] }']],
    ['a shell line as command', 'agents: { a: { command: "a | b" } }', ['wrong-setting 2:25 "a | b"']],
    ['an agent that is none', 'agents: { a: 5 }\nroles: { task: { agent: a } }', ['wrong-setting 2:14 5']],
    [
      'a model that is not passed on',
      'agents: { a: { command: x, model: fast } }\nroles: { task: { agent: a, model: slow } }',
      ['model-not-passed-on 2:35 fast', 'model-not-passed-on 3:35 slow'],
    ],
    ['another shell', 'agents: { shell: { kind: command, command: zsh } }', ['shell-is-built-in 2:26 command']],
    [
      'a misspelt placeholder',
      'agents: { a: { command: x, args: ["{promptfile}"] } }',
      ['unknown-placeholder 2:34 ["{promptfile}"]'],
    ],
    [
      'a prompt in a shell line',
      `agents: { a: { command: [sh, -c, 'tool "{prompt}"'] }, b: { command: [node, x.js, -p, "ask {prompt}"] } }`,
      [`prompt-runs 2:25 [sh, -c, 'tool "{prompt}"']`, 'prompt-in-text 2:70 [node, x.js, -p, "ask {prompt}"]'],
    ],
    [
      'a prompt as a script',
      'agents: { a: { command: [bash, -o, pipefail, -ec], args: ["{prompt}"] } }',
      ['prompt-runs 2:58 ["{prompt}"]'],
    ],
    [
      'a prompt as a program',
      'agents: { a: { command: ["{prompt}"] }, b: { command: [/usr/bin/python3, -u, -c, "{prompt}"] } }',
      ['prompt-runs 2:25 ["{prompt}"]', 'prompt-runs 2:55 [/usr/bin/python3, -u, -c, "{prompt}"]'],
    ],
    [
      'changed files in quotes, in the check, and misspelt',
      [
        'roles: { tester: { run: "npx vitest related \'{changed_files}\'" } }',
        'tests: { "a/**": "lint {changed_file}", "b/**": "lint src/{changed_files}" }',
        'merge_queue: { check: "npm test {changed_files}" }',
      ].join('\n'),
      [
        'changed-files-quoted 2:25 "npx vitest related \'{changed_files}\'"',
        'unknown-placeholder 3:18 "lint {changed_file}"',
        'changed-files-quoted 3:49 "lint src/{changed_files}"',
        'changed-files-not-here 4:23 "npm test {changed_files}"',
      ],
    ],
    ['tests that are no commands', 'tests: { "a/**": [x] }', ['wrong-setting 2:18 [x]']],
    ['a branch for all', 'branch: task', ['branch-not-a-branch 2:9 task']],
    ['a branch git refuses', 'branch: "a b/{id}"', ['branch-not-a-branch 2:9 "a b/{id}"']],
    ['a branch below base', 'branch: main/{id}', ['branch-not-a-branch 2:9 main/{id}']],
    ['base as a full ref', 'base: refs/heads/main', ['base-not-a-branch 2:7 refs/heads/main']],
    ['worktrees in .git', 'worktrees: .git/trees', ['path-not-allowed 2:12 .git/trees']],
    ['worktrees in the root', 'worktrees: .', ['path-not-allowed 2:12 .']],
    ['a board outside', 'board: ../board', ['path-not-allowed 2:8 ../board']],
    ['a board in the worktrees', 'board: .worktrees/board', ['path-not-allowed 2:8 .worktrees/board']],
    ['an unknown placeholder', 'commits: { landing: "{id} {titel}" }', ['unknown-placeholder 2:21 "{id} {titel}"']],
    ['a commit without id', 'commits: { move: moved }', ['commit-without-id 2:18 moved']],
    ['an author without email', 'commits: { author: Me }', ['author-not-an-identity 2:20 Me']],
    ['a commit of two lines', 'commits: { move: "{id}\\n{to}" }', ['commit-not-a-line 2:18 "{id}\\n{to}"']],
    ['a number in env', 'env: [A, 5]', ['wrong-setting 2:10 5']],
    ['a list in env', 'env: [[A]]', ['wrong-setting 2:7 [A]']],
    [
      'a wrong value behind an alias',
      'roles: { task: &t { timeout: 5 }, reviewer: *t }',
      ['wrong-setting 2:30 5', 'wrong-setting 2:35 reviewer'],
    ],
    ['push without remote', 'push: true', ['push-without-remote 2:7 true']],
  ])('%s', (_, yaml, expected) => {
    const problems = problemsOf(withFront(yaml));
    expect(problems.map(short)).toEqual(expected);
    for (const { message } of problems) expect(message).toMatch(/\S/);
  });

  it('are told all at once, in the order of the file, rules included', () => {
    const problems = problemsOf(
      withFront('base: 1\ncapcity: 3\nroles: { task: { agent: claud, timeout: 5 } }\npush: true'),
    );
    expect(problems.map(({ code }) => code)).toEqual([
      'wrong-setting',
      'unknown-setting',
      'unknown-agent',
      'wrong-setting',
      'push-without-remote',
    ]);
  });

  it('name what was expected, what was received, and how to mend it', () => {
    const [duration] = problemsOf(withFront('settle: 5'));
    expect(duration?.message).toBe(
      '`settle` must be a duration such as `300ms`, `5s`, `15m` or `1h30m`; it is the number 5.',
    );
    expect(duration?.fix).toBe('write the unit: 5s or 5m');
    const [key] = problemsOf(withFront('capcity: 3'));
    expect(key?.message).toBe('Unknown setting `capcity`; did you mean `capacity`?');
    expect(problemsOf(withFront('after_create: npm ci'))[0]?.fix).toBe('it belongs at `hooks.after_create`');
  });

  it.each([
    ['never closed', '---\nbase: x\n', 'settings-fence 1:1 ---'],
    ['not first', '\n---\nbase: x\n---\n', 'settings-fence 2:1 ---'],
    ['another language', '---js\nglobalThis.ran = true\n---\n', 'settings-fence 1:1 ---js'],
    ['another language, with a space', '--- js\nglobalThis.ran = true\n---\n', 'settings-fence 1:1 --- js'],
    ['closed by more', '---\nbase: x\n---x\n', 'settings-fence 3:1 ---x'],
  ])('of the fences: %s', (_, text, expected) => {
    expect(problemsOf(text).map(short)).toEqual([expected]);
    expect((globalThis as { ran?: boolean }).ran).toBeUndefined();
  });

  it('stand at the right place behind CRLF and a BOM', () => {
    expect(problemsOf('\uFEFF---\r\nbase: x\r\ncapcity: 1\r\n---\r\n').map(short)).toEqual([
      'unknown-setting 3:1 capcity',
    ]);
  });

  it('are found afresh every time: nothing is cached by text', () => {
    const text = withFront('base: [');
    expect(problemsOf(text)).toEqual(problemsOf(text));
    expect(problemsOf(text)).toHaveLength(1);
  });

  it('refuse an alias bomb', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefgh'
        .split('')
        .map((name, i) => `${name}: &${name} [*${'abcdefg'[i]}, *${'abcdefg'[i]}, *${'abcdefg'[i]}, *${'abcdefg'[i]}]`),
    ].join('\n');
    expect(problemsOf(withFront(bomb)).map(short)).toEqual(['settings-yaml 1:4 ']);
    expect(problemsOf(withFront(bomb))[0]?.message).toMatch(/^The front matter can't be read: Excessive alias count/);
  });

  it('do not pollute prototypes', () => {
    problemsOf(withFront('__proto__: { polluted: 1 }\nenv: { __proto__: { polluted: 1 } }'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('any text', () => {
  const file = readFileSync('WORKFLOW.md', 'utf8');

  it('is read or refused with problems, never thrown at: every prefix of a real file', () => {
    for (let end = 0; end <= file.length; end += 7) {
      const read = parseWorkflow(file.slice(0, end), FILE);
      if (!read.ok) expect(read.error.length).toBeGreaterThan(0);
    }
  });

  it('also with characters put in anywhere', () => {
    const hostile = fc.constantFrom(
      '{',
      '[',
      ':',
      ' ',
      '\n',
      '\t',
      '"',
      "'",
      '-',
      '#',
      '&a',
      '*a',
      '!x',
      '|',
      '>',
      '?',
      '\r',
      '0',
      '---\n',
      '<<: ',
    );
    fc.assert(
      fc.property(fc.nat(file.length), fc.array(hostile, { minLength: 1, maxLength: 6 }), (at, put) => {
        const read = parseWorkflow(file.slice(0, at) + put.join('') + file.slice(at), FILE);
        if (!read.ok) expect(read.error.every(({ message }) => message.length > 0)).toBe(true);
      }),
      { numRuns: runs(100) },
    );
  });
});
