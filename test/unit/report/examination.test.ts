import { describe, expect, it } from 'vitest';
import { renderExamination } from '../../../src/report/examination.ts';

type Examination = Parameters<typeof renderExamination>[0];
type Agent = Examination['agents'][number];

const agent = (change: Partial<Agent> = {}): Agent => ({
  name: 'claude',
  kind: 'claude',
  roles: ['task'],
  program: 'claude',
  found: '/usr/bin/claude',
  version: '2.1.0',
  login: 'login',
  unnamedKeys: [],
  needsNode: null,
  measured: [],
  models: [],
  permissions: 'narrow',
  ...change,
});

const examination = (change: Partial<Examination> = {}): Examination => ({
  findings: [],
  containment: 'bubblewrap',
  agents: [],
  probes: [],
  unprobed: [],
  leftovers: [],
  fixed: [],
  ...change,
});

const lineOf = (change: Partial<Agent>): string =>
  renderExamination(examination({ agents: [agent(change)] })).split('\n')[3] ?? '';

describe('kanban doctor, as text', () => {
  it('is short where there is nothing to say', () => {
    expect(renderExamination(examination())).toBe(
      'No problems found.\n\nagents:\n  none that kanban knows is installed (docs/agents.md); the agent shell runs the sh block of an entry\n\ncontainment: bubblewrap\n',
    );
  });

  it.each<[string, Partial<Agent>, string]>([
    ['logged in', {}, '  claude: 2.1.0 · logged in · permissions narrow · roles: task'],
    ['with a key, without a role', { login: 'key', roles: [] }, '  claude: 2.1.0 · has a key · permissions narrow'],
    [
      'without a login',
      { login: 'nothing' },
      '  claude: 2.1.0 · no login to be seen · permissions narrow · roles: task',
    ],
    [
      'whose key is not passed on',
      { login: 'nothing', unnamedKeys: ['API_KEY'], roles: ['task', 'tester'] },
      '  claude: 2.1.0 · no login to be seen; API_KEY is set, but not passed on · permissions narrow · roles: task, tester',
    ],
    [
      'of which nothing is known',
      { login: null, version: null },
      '  claude: version unknown · permissions narrow · roles: task',
    ],
    [
      'of a version that was tested',
      { version: '2.1.328 (Claude Code)', measured: ['2.1.197', '2.1.328'] },
      '  claude: 2.1.328 (Claude Code) · measured with 2.1.197, 2.1.328 · logged in · permissions narrow · roles: task',
    ],
    ...[
      ['2.1.329', 'newer'],
      ['2.2', 'newer'],
      ['2.1.99', 'older'],
      ['2.1.200', 'another'],
    ].map(([version = '', how = '']): [string, Partial<Agent>, string] => [
      `of ${how} version: ${version}`,
      { version, measured: ['2.1.197', '2.1.328'] },
      `  claude: ${version} · measured with 2.1.197, 2.1.328: this one is ${how} · logged in · permissions narrow · roles: task`,
    ]),
    ['that is not there', { found: null }, '  claude: `claude` was not found · roles: task'],
  ])('tells an agent %s', (_, change, line) => {
    expect(lineOf(change)).toBe(line);
  });

  it('shows what was proved, with the last 8 lines of what failed', () => {
    const tail = Array.from({ length: 10 }, (__, n) => `line ${n}`).join('\n');
    const text = renderExamination(
      examination({
        probes: [
          { agent: 'codex', ok: true, seconds: 12, what: 'a file, a commit, a report', tail: 'unseen' },
          { agent: 'claude', ok: false, seconds: 3, what: 'no commit', tail },
          { agent: 'pi', ok: false, seconds: 0, what: 'not found', tail: '' },
        ],
      }),
    );
    expect(text.split('\n\n')[2]?.split('\n')).toEqual([
      'proved:',
      '  codex: works unattended (12s): a file, a commit, a report',
      '  claude: does NOT work (3s): no commit',
      ...Array.from({ length: 8 }, (__, n) => `      line ${n + 2}`),
      '  pi: does NOT work (0s): not found',
    ]);
  });

  it('names models, and agents that have nothing to prove', () => {
    expect(lineOf({ models: [{ role: 'task', model: 'opus' }] })).toContain(' · model: opus · roles: task');
    const text = renderExamination(examination({ unprobed: ['shell'] }));
    expect(text).toContain('proved:\n  shell: nothing to prove, and nothing was started');
  });

  it('lists what was fixed, and what is left over with its size', () => {
    const hint = 'kanban show T-1';
    const text = renderExamination(
      examination({
        fixed: ['ended process 7 (sleep)'],
        leftovers: [
          { kind: 'worktree', name: 'T-1', what: 'branch T-1', size: 1536, hint },
          { kind: 'runs', name: '.kanban/runs', what: '2 run folders', size: 1023, hint },
          { kind: 'rescued', name: 'refs/kanban/rescue/T-1/1', what: 'work', size: null, hint },
        ],
      }),
    );
    expect(text.split('\n\n').slice(3)).toEqual([
      'fixed:\n  ended process 7 (sleep)',
      [
        'kept and left over:',
        '  worktree T-1: branch T-1, 1.5 MiB',
        `      ${hint}`,
        '  runs .kanban/runs: 2 run folders, 1023 KiB',
        `      ${hint}`,
        '  rescued refs/kanban/rescue/T-1/1: work',
        `      ${hint}\n`,
      ].join('\n'),
    ]);
  });
});
