import { describe, expect, it } from 'vitest';
import type { AgentFact, PreflightFacts, RemoteAnswer } from '../../../src/preflight/facts.ts';
import { drawFindings } from '../../../src/preflight/draw.ts';
import { heldBy } from '../../../src/preflight/holds.ts';
import { checks, preflight } from '../../../src/preflight/preflight.ts';
import { placeAt, type Problem } from '../../../src/problem.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';

const settings = (change: { run?: string; afterCreate?: string; capacity?: number } = {}): Settings => {
  const all = defaultSettings();
  return {
    ...all,
    capacity: change.capacity ?? 6,
    hooks: { ...all.hooks, after_create: change.afterCreate ?? '' },
    roles: { ...all.roles, tester: { ...all.roles.tester, run: change.run ?? 'npm test' } },
  };
};

const remoteSettings = (change: Partial<Pick<Settings, 'push' | 'upstream'>>): Settings => ({
  ...settings(),
  remote: 'origin',
  push: true,
  ...change,
});
const pushing = { settings: remoteSettings({}), remote: { exists: true, tracks: null } };
const foreign = { sha: '3f2a9c1d4b5e', subject: 'private notes', author: 'Per Son' };
const heard = (change: Partial<RemoteAnswer>): RemoteAnswer => ({
  away: null,
  declined: null,
  lockedBy: null,
  foreign: [],
  lost: null,
  ...change,
});

const TAKEN = {
  code: 'foreign-branch',
  message: 'the branch `T-1` exists',
  fix: 'git branch -m T-1 mine',
  holds: ['T-1'],
};

/** A repository in which all is well. */
const well: PreflightFacts = {
  today: '2026-11-30',
  fullAt: 0,
  node: '24.1.0',
  git: '2.39.5',
  repository: null,
  hasCommits: true,
  baseExists: true,
  baseCandidates: [],
  baseAliasOf: null,
  head: 'main',
  baseCheckout: '/repo',
  shallow: false,
  identity: { ok: true },
  operation: null,
  diskFree: 50 * 2 ** 30,
  workspaces: null,
  takesFolders: false,
  suggestions: { install: null, test: null },
  changelogForms: [],
  otherCoordinator: null,
  uncommitted: [],
  allowsDirty: false,
  inWork: 0,
  settings: settings(),
  settingsProblems: [],
  promptProblems: [],
  boardProblems: [],
  agents: [],
  obstacles: [],
  indexLock: null,
  ignoredEnvFiles: [],
  hasWorktreeInclude: false,
  pullRebase: false,
  remote: null,
  remoteAnswer: null,
  unpushed: 0,
  teamChecks: [],
  containment: null,
  notIgnored: [],
  missingCommands: [],
  withheld: [],
  unsetVariables: [],
  signs: false,
  isRoot: false,
  fixed: [],
  runsAlive: 0,
  next: [],
};

const agent = (change: Partial<AgentFact>): AgentFact => ({
  name: 'claude',
  kind: 'command',
  roles: ['task'],
  models: [{ role: 'task', model: null }],
  canFix: true,
  program: 'claude',
  found: '/bin/claude',
  version: '2.1.0',
  args: ['--permission-mode', 'dontAsk', '--allowedTools', 'Edit'],
  permissions: 'narrow',
  opens: null,
  login: null,
  loginHint: 'log in',
  unnamedKeys: [],
  needsNode: null,
  measured: [],
  uncommitted: false,
  ...change,
});
const problem: Problem = {
  code: 'x',
  message: 'Something is wrong.',
  fix: 'fix it',
  where: placeAt('board/TODO.md', '# TODO\nx', 7),
};

/** `level check`, without what is always told. */
const found = (change: Partial<PreflightFacts>): string[] =>
  preflight({ ...well, ...change })
    .filter(({ check }) => check !== 'room' && check !== 'agents-found')
    .map(({ level, check }) => `${level} ${check}`);

/** The fix of the one finding of this check. */
const fixOf = (check: string, change: Partial<PreflightFacts>): string | undefined =>
  preflight({ ...well, ...change }).find((finding) => finding.check === check)?.fix;

describe('advice about uncommitted files', () => {
  it('says what agents do not see, and every way on', () => {
    expect(fixOf('uncommitted', { uncommitted: ['a b.ts', 'package.json'] })).toBe(
      'git commit -m "…" -- \'a b.ts\' package.json, or git stash; to start without them: kanban run --allow-dirty, or `dirty: warn` in WORKFLOW.md',
    );
    const many = { uncommitted: ['a', 'b', 'c', 'd', 'e', 'f'], allowsDirty: true };
    expect(fixOf('uncommitted', many)).toBe('if an entry needs them: git commit -m "…" -- .');
    expect(preflight({ ...well, ...many })[0]?.message).toBe(
      'Agents start from the last commit of main and do not see your uncommitted changes: a, b, c, d, e and 1 more.',
    );
  });
});

describe('advice about commands', () => {
  const go = { command: 'go test ./...', from: 'go.mod', missing: null };
  const withTest = (test: PreflightFacts['suggestions']['test']): Partial<PreflightFacts> => ({
    settings: settings({ run: '' }),
    suggestions: { install: null, test },
  });

  it('fits the language', () => {
    expect(fixOf('tester-run', withTest(go))).toBe(
      'set `roles: { tester: { run: "go test ./..." } }` in WORKFLOW.md (by go.mod)',
    );
    expect(fixOf('tester-run', withTest({ ...go, missing: { program: 'go', get: 'https://go.dev' } }))).toBe(
      'install go (https://go.dev), then set `roles: { tester: { run: "go test ./..." } }` in WORKFLOW.md (by go.mod)',
    );
    expect(fixOf('tester-run', withTest({ ...go, missing: { program: 'x', get: null } }))).toMatch(/^install x, then/);
    expect(fixOf('tester-run', withTest(null))).toBe(
      'set `roles: { tester: { run: … } }` in WORKFLOW.md to your test command',
    );
  });

  it('names the install command of the workspaces', () => {
    const install = { command: 'pnpm install --frozen-lockfile', from: 'pnpm-lock.yaml', missing: null };
    const workspaces = { workspaces: 'pnpm-workspace.yaml', settings: settings() };
    expect(fixOf('workspaces', { ...workspaces, suggestions: { install, test: null } })).toContain(
      'after_create: "pnpm install --frozen-lockfile"',
    );
    expect(fixOf('workspaces', workspaces)).toContain('commit the lock file');
  });
});

describe('preflight', () => {
  it('finds nothing but what would start where all is well', () => {
    expect(preflight(well)).toEqual([
      { check: 'room', level: 'info', message: '6 of 6 places in the pool are free; nothing is ready to start.' },
    ]);
  });

  const cases: readonly (readonly [string, Partial<PreflightFacts>, readonly string[]])[] = [
    ['no git', { git: null, hasCommits: false, baseExists: false }, ['stops git-version']],
    ['git 2.38', { git: '2.38.9' }, ['stops git-version']],
    ['git 3', { git: '3.0' }, []],
    [
      'no repository',
      {
        repository: { code: 'no-repository', message: 'none' },
        hasCommits: false,
        baseExists: false,
        identity: { ok: false, reported: '' },
      },
      ['stops repository'],
    ],
    ['no commits', { hasCommits: false, baseExists: false }, ['stops commits']],
    ['a base that is an alias', { baseAliasOf: 'trunk' }, ['stops base']],
    ['no base', { baseExists: false, baseCandidates: ['origin/main'] }, ['stops base']],
    ['another branch', { head: 'feature', baseCheckout: null }, ['info head']],
    ['a detached HEAD', { head: null, baseCheckout: null }, ['info head']],
    ['no identity', { identity: { ok: false, reported: 'empty ident name' } }, ['stops identity']],
    ['settings', { settingsProblems: [problem, problem] }, ['stops settings', 'stops settings']],
    ['prompts', { promptProblems: [problem] }, ['stops prompts']],
    ['a board file', { boardProblems: [problem] }, ['stops board']],
    ['an entry', { boardProblems: [{ ...problem, holds: ['T-1'] }] }, ['holds board']],
    ['another coordinator', { otherCoordinator: { pid: 1, host: 'here', here: true } }, ['stops other-coordinator']],
    ['one on another host', { otherCoordinator: { pid: 1, host: 'there', here: false } }, ['stops other-coordinator']],
    ['a full disk', { diskFree: 2 ** 20 }, ['stops disk']],
    ['little room', { diskFree: 2 ** 30 }, ['info disk']],
    ['an unknown disk', { diskFree: null }, []],
    ['workspaces', { workspaces: 'package.json' }, ['stops workspaces']],
    ['packages that setuptools mixes up', { takesFolders: true }, ['info python-packages']],
    [
      'a changelog of a form that is not understood',
      { changelogForms: [{ what: 'no heading in it names a release', instead: 'the section goes on top' }] },
      ['info changelog-form'],
    ],
    [
      'workspaces that are installed',
      { workspaces: 'package.json', settings: settings({ afterCreate: 'npm ci' }) },
      [],
    ],
    ['an open merge', { operation: { kind: 'merge', where: '/repo' } }, ['stops open-operation']],
    [
      'an open rebase, which detaches',
      { operation: { kind: 'rebase', where: '/repo' }, head: null, baseCheckout: null },
      ['stops open-operation'],
    ],
    [
      'a team check',
      {
        teamChecks: [
          { name: 'db', run: 'false', fix: '', ok: false, output: 'exit code 1' },
          { name: 'ok', run: 'true', fix: '', ok: true, output: '' },
        ],
      },
      ['stops team-checks'],
    ],
    ['uncommitted files', { uncommitted: ['a.ts'] }, ['stops uncommitted']],
    ['uncommitted files, allowed once', { uncommitted: ['a.ts'], allowsDirty: true }, ['info uncommitted']],
    [
      'uncommitted files, allowed by the settings',
      { uncommitted: ['a.ts'], settings: { ...settings(), dirty: 'warn' } },
      ['info uncommitted'],
    ],
    ['uncommitted files, entries in work', { uncommitted: ['a.ts'], inWork: 1 }, ['info uncommitted']],
    ['a branch of the user', { obstacles: [TAKEN] }, ['holds obstacles']],
    ['a lock that git has just taken', { indexLock: { path: '/r/.git/index.lock', age: 2_000 } }, ['info index-lock']],
    ['a lock that a killed git left', { indexLock: { path: '/r/.git/index.lock', age: 61_000 } }, ['stops index-lock']],
    ['an agent whose script is not committed', { agents: [agent({ uncommitted: true })] }, ['info agent-committed']],
    ['an agent that is not there', { agents: [agent({ found: null })] }, ['holds agent-missing']],
    ['claude without a switch', { agents: [agent({ args: ['-p'] })] }, ['holds agent-unattended']],
    ['claude that skips permissions', { agents: [agent({ args: ['--permission-mode', 'bypassPermissions'] })] }, []],
    [
      'the same as root',
      { agents: [agent({ args: ['--permission-mode', 'bypassPermissions'] })], isRoot: true },
      ['holds agent-unattended'],
    ],
    [
      'codex without a sandbox',
      { agents: [agent({ program: '/opt/bin/codex', args: ['exec', '--json', '-'] })] },
      ['holds agent-unattended'],
    ],
    [
      'codex that can not commit',
      { agents: [agent({ program: 'codex', args: ['exec', '--sandbox', 'workspace-write', '-'] })] },
      ['holds agent-unattended'],
    ],
    [
      'codex with both git folders',
      {
        agents: [
          agent({
            program: 'codex',
            args: ['exec', '--sandbox', 'workspace-write', '--add-dir', '{git_dir}', '--add-dir', '{git_common_dir}'],
          }),
        ],
      },
      [],
    ],
    ['an adapter sees to its switches', { agents: [agent({ kind: 'claude', args: ['-p'] })] }, []],
    ['no login', { agents: [agent({ login: 'nothing' })] }, ['info agent-login']],
    ['no login of an agent without a role', { agents: [agent({ login: 'nothing', roles: [] })] }, []],
    ['a key that is passed', { agents: [agent({ login: 'key' })] }, []],
    ['an agent for a newer Node', { agents: [agent({ needsNode: '26.1' })] }, ['info agent-node']],
    ['an agent for exactly this Node', { node: '22.12.0', agents: [agent({ needsNode: '22.12.0' })] }, []],
    ['an agent for this Node', { agents: [agent({ needsNode: '22.12.0' })] }, []],
    [
      'a fixer that runs scripts',
      {
        settings: {
          ...settings(),
          roles: { ...settings().roles, tester: { ...settings().roles.tester, fix: 'reviewer' } },
        },
        agents: [
          agent({}),
          agent({ name: 'a', kind: 'shell', found: null, roles: ['tester'], canFix: false }),
          agent({ name: 'b', kind: 'shell', found: null, roles: ['reviewer'], canFix: false }),
        ],
      },
      ['info fixer'],
    ],
    [
      'a fixer that fixes',
      {
        agents: [agent({}), agent({ name: 'a', kind: 'shell', found: null, roles: ['tester'], canFix: false })],
      },
      [],
    ],
    [
      'no agent that fixes',
      {
        agents: [agent({ kind: 'shell', found: null, roles: ['task', 'reviewer', 'tester'], canFix: false })],
      },
      [],
    ],
    ['a program of the team', { agents: [agent({ program: './agent.sh', args: [] })] }, []],
    ['ignored .env', { ignoredEnvFiles: ['.env'] }, ['info env-files']],
    ['ignored .env that is copied', { ignoredEnvFiles: ['.env'], hasWorktreeInclude: true }, []],
    ['Node 20', { node: '20.20.2' }, ['info node-end-of-life']],
    ['Node 20 in its time', { node: '20.20.2', today: '2026-04-30' }, []],
    ['Node 23', { node: '23.0.0' }, ['info node-end-of-life']],
    ['pull.rebase', { pullRebase: true, unpushed: 2 }, ['info pull-rebase']],
    ['pull.rebase, all pushed', { pullRebase: true }, []],
    ['a shallow clone', { shallow: true }, ['info shallow']],
    [
      'a hook whose program is missing',
      { missingCommands: [{ setting: 'hooks.after_create', program: 'pnpm', needed: true }] },
      ['stops commands-found'],
    ],
    [
      'a notifier that is missing',
      { missingCommands: [{ setting: 'notify', program: 'x', needed: false }] },
      ['info commands-found'],
    ],
    ['variables that are withheld', { withheld: ['NPM_TOKEN'] }, ['info env-withheld']],
    [
      'a variable of a notifier that is not set',
      { unsetVariables: [{ setting: 'notify[0].url', name: 'SLACK' }] },
      ['info notify-variables'],
    ],
    ['signed commits', { signs: true }, ['info signing']],
    ['folders that git sees', { notIgnored: ['.kanban/'] }, ['info ignored-folders']],
    ['a tester without a command', { settings: settings({ run: '' }) }, ['info tester-run']],
    [
      'containment that can not be had',
      { containment: { code: 'containment', message: "`contain: bwrap` can't be kept.", fix: 'install it' } },
      ['holds containment'],
    ],
    ['leftovers', { fixed: ['the lock of process 3, which is gone'] }, ['fixed leftovers']],
    ['a remote that is well', { ...pushing, remoteAnswer: heard({}) }, []],
    ['no such remote', { ...pushing, remote: { exists: false, tracks: null } }, ['holds remote']],
    [
      'no such remote, which nothing is pushed to',
      { settings: remoteSettings({ push: false }), remote: { exists: false, tracks: null } },
      ['info remote'],
    ],
    [
      'a base that follows another branch',
      { ...pushing, remote: { exists: true, tracks: { remote: 'origin', branch: 'master' } } },
      ['holds remote'],
    ],
    [
      'a base that follows its upstream',
      {
        settings: remoteSettings({ upstream: 'master' }),
        remote: { exists: true, tracks: { remote: 'origin', branch: 'master' } },
      },
      [],
    ],
    [
      "a base that follows a fork's",
      { ...pushing, remote: { exists: true, tracks: { remote: 'fork', branch: 'master' } } },
      [],
    ],
    ['a remote that is away', { ...pushing, remoteAnswer: heard({ away: 'no network' }) }, ['holds remote-away']],
    [
      'a remote that is away, and upstream is there',
      {
        ...pushing,
        settings: remoteSettings({ push: false, upstream: 'main' }),
        remoteAnswer: heard({ away: 'no network' }),
      },
      ['info remote-away'],
    ],
    [
      'a remote that is away, and nothing waits for it',
      { ...pushing, settings: remoteSettings({ push: false }), remoteAnswer: heard({ away: 'no network' }) },
      [],
    ],
    ['a protected branch', { ...pushing, remoteAnswer: heard({ declined: 'GH006' }) }, ['holds remote-declined']],
    ['a coordinator of another clone', { ...pushing, remoteAnswer: heard({ lockedBy: 'x' }) }, ['stops remote-lock']],
    ['a rewritten remote', { ...pushing, remoteAnswer: heard({ lost: '3f2a9c1d4b5e' }) }, ['holds remote-rewritten']],
    ["somebody's commits", { ...pushing, remoteAnswer: heard({ foreign: [foreign, foreign] }) }, ['holds first-push']],
  ];

  it.each(cases)('%s', (_, change, expected) => {
    expect(found(change)).toEqual(expected);
  });

  it('has a case above for every check', () => {
    const covered = new Set(cases.flatMap(([, , expected]) => expected.map((line) => line.split(' ')[1])));
    expect(checks.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual(['agents-found', 'room']);
  });

  it('says everything at once, what stops first', () => {
    const levels = preflight({
      ...well,
      shallow: true,
      git: '2.30.0',
      identity: { ok: false, reported: '' },
      agents: [agent({ found: null })],
      fixed: ['x'],
      diskFree: 1,
    }).map(({ level }) => level);
    expect(levels).toEqual(['stops', 'stops', 'stops', 'holds', 'fixed', 'info', 'info']);
  });

  it('says how to fix whatever stops or holds', () => {
    for (const [, change] of cases) {
      for (const finding of preflight({ ...well, ...change })) {
        if (finding.check === 'repository') continue;
        if (finding.level === 'stops' || finding.level === 'holds') expect(finding.fix, finding.message).toMatch(/\S/);
        expect(finding.message).toMatch(/\S/);
      }
    }
  });

  it('holds landings, and nothing else, for what only a push needs', () => {
    for (const change of [{ away: 'x' }, { declined: 'x' }, { lost: 'x' }, { foreign: [foreign] }]) {
      const { stops, landings, agents } = heldBy(preflight({ ...well, ...pushing, remoteAnswer: heard(change) }));
      expect({ stops, agents: [...agents] }).toEqual({ stops: [], agents: [] });
      expect(landings).toMatch(/ Fix: /);
    }
  });

  it('names what the first push would publish', () => {
    const many = Array.from({ length: 7 }, () => foreign);
    const [finding] = preflight({ ...well, ...pushing, remoteAnswer: heard({ foreign: many }) });
    expect(finding?.message).toMatch(
      /^The first push would also publish 7 commits .*3f2a9c1d4b private notes \(Per Son\).* and 2 more\.$/,
    );
    const [one] = preflight({ ...well, ...pushing, remoteAnswer: heard({ foreign: [foreign] }) });
    expect(one?.message).toContain('publish a commit on main that origin lacks: 3f2a9c1d4b private notes (Per Son).');
  });

  it('holds every agent, built in or not, where none may run', () => {
    const containment = { code: 'containment', message: 'No bubblewrap.', fix: 'install it' };
    const [finding] = preflight({ ...well, containment });
    expect(finding).toMatchObject({ check: 'containment', message: 'No bubblewrap.', fix: 'install it' });
    expect(finding?.holds?.agents).toEqual(expect.arrayContaining(['shell', 'claude']));
  });

  it('tells agents with version and the exact switches', () => {
    const [told] = preflight({ ...well, agents: [agent({ args: ['--allowedTools', 'Bash(git *)'] })] }).filter(
      ({ check }) => check === 'agents-found',
    );
    expect(told?.message).toBe("`claude` (task) is 2.1.0, started as: claude --allowedTools 'Bash(git *)'");
  });

  it('tells what the switches open up', () => {
    const opens = 'It may edit files.';
    const [told] = preflight({ ...well, agents: [agent({ opens, args: [] })] }).filter(
      ({ check }) => check === 'agents-found',
    );
    expect(told?.message).toBe('`claude` (task) is 2.1.0, started as: claude. It may edit files.');
  });

  it('names a key that is set but not passed on, and that it is billed', () => {
    const [told] = preflight({
      ...well,
      agents: [agent({ login: 'nothing', unnamedKeys: ['ANTHROPIC_API_KEY'] })],
    }).filter(({ check }) => check === 'agent-login');
    expect(told?.message).toContain('ANTHROPIC_API_KEY is set but is not passed');
    expect(told?.fix).toContain('agents: { claude: { env: [ANTHROPIC_API_KEY] } }');
  });

  it('tells what would start', () => {
    const [told] = preflight({ ...well, runsAlive: 2, next: ['T-1', 'T-2', 'T-3', 'T-4'] }).filter(
      ({ check }) => check === 'room',
    );
    expect(told?.message).toBe('4 of 6 places in the pool are free; first: T-1, T-2, T-3 and 1 more.');
  });

  it('has checks with an id, a title and a reason each', () => {
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id, title, why } of checks) expect([id, title, why].every((text) => text.length > 3)).toBe(true);
  });
});

describe('heldBy', () => {
  it('gathers what a tick needs', () => {
    const held = heldBy(
      preflight({
        ...well,
        git: '2.1.0',
        agents: [agent({ found: null })],
        boardProblems: [{ ...problem, holds: ['T-1', 'T-2'] }],
        obstacles: [TAKEN],
      }),
    );
    expect(held.stops).toEqual([
      'git is 2.1.0, and 2.39 or newer is needed. Fix: install git 2.39 or newer: https://git-scm.com/downloads',
    ]);
    expect([...held.agents.keys()]).toEqual(['claude']);
    expect([...held.entries].map(([key, why]) => [key, why.length])).toEqual([
      ['T-1', 2],
      ['T-2', 1],
    ]);
    expect(held.landings).toBeNull();
  });

  it('holds nothing where all is well', () => {
    expect(heldBy(preflight(well))).toEqual({ stops: [], landings: null, agents: new Map(), entries: new Map() });
  });
});

it('drawFindings puts the level of each in a column of its own', () => {
  const found = (['stops', 'holds', 'fixed', 'info'] as const).map((level) => ({
    level,
    check: 'x',
    message: 'Look.',
  }));
  expect(drawFindings(found)).toBe('stops   Look. [x]\nholds   Look. [x]\nfixed   Look. [x]\nnote    Look. [x]');
});

it('drawFindings underlines the place and says how to fix it', () => {
  expect(
    drawFindings(preflight({ ...well, boardProblems: [problem] }))
      .split('\n')
      .slice(0, 4),
  ).toEqual(['stops   board/TODO.md:2:1: Something is wrong. [x]', '    x', '    ~', '  fix: fix it']);
});
