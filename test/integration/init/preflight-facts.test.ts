import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fullFacts } from '../../../src/preflight/gather/full.ts';
import { quickFacts } from '../../../src/preflight/gather/quick.ts';
import { type FactsAsked } from '../../../src/preflight/gather/asked.ts';
import type { PreflightFacts } from '../../../src/preflight/facts.ts';
import { preflight } from '../../../src/preflight/preflight.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';
import { makeFolder, makePrograms, makeRepository, run, write } from './rig.ts';

function settings(yaml = ''): Settings {
  const read = parseWorkflow(`---\n${yaml}\n---\n`, 'WORKFLOW.md');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.settings;
}

const asked = (cwd: string, yaml = ''): FactsAsked => ({
  cwd,
  settings: settings(yaml),
  settingsProblems: [],
  boardProblems: [],
  otherCoordinator: null,
  obstacles: [],
  inWork: 0,
  fixed: [],
  runsAlive: 0,
  next: [],
});

const blocking = (facts: PreflightFacts): string[] =>
  preflight(facts)
    .filter(({ level }) => level === 'stops' || level === 'holds')
    .map(({ check }) => check);
const told = (facts: PreflightFacts): string[] =>
  preflight(facts)
    .filter(({ level }) => level === 'info')
    .map(({ check }) => check);

describe('fullFacts', () => {
  it('a Python package whose folders setuptools would mix up with those of the board', async () => {
    const pyproject = '[project]\nname = "x"\n';
    const root = makeRepository({ 'pyproject.toml': pyproject, 'x/__init__.py': '' });
    const hook = (command: string): string => `hooks: { after_create: ${JSON.stringify(command)} }`;
    const found = async (command: string): Promise<boolean> =>
      told(await fullFacts(asked(root, hook(command)))).includes('python-packages');
    expect(await found('python3 -m venv .venv && .venv/bin/python -m pip install -q -e .')).toBe(true);
    expect(await found(".venv/bin/python -m pip install -q -e '.[dev]' pytest")).toBe(true);
    expect(await found('.venv/bin/python -m pip install -q -r requirements.txt')).toBe(false);
    write(root, { 'pyproject.toml': `${pyproject}[tool.setuptools]\npackages = ["x"]\n` });
    expect(await found('.venv/bin/python -m pip install -q -e .')).toBe(false);
  });

  it('of a repository in which all is well', async () => {
    const root = makeRepository({ '.gitignore': '.kanban/\n.worktrees/\n' });
    const facts = await fullFacts(asked(root, 'roles: { tester: { run: "true" } }'));
    expect(facts).toMatchObject({
      repository: null,
      hasCommits: true,
      baseExists: true,
      head: 'main',
      baseCheckout: root,
      shallow: false,
      identity: { ok: true },
      operation: null,
      uncommitted: [],
      notIgnored: [],
      missingCommands: [],
      withheld: [],
      signs: false,
      workspaces: null,
    });
    expect(facts.git).toMatch(/^\d+\.\d+/);
    expect(facts.diskFree).toBeGreaterThan(0);
    expect(blocking(facts)).toEqual([]);
  });

  it('where there is no repository, no commit, no base', async () => {
    expect(blocking(await fullFacts(asked(makeFolder())))).toEqual(['repository']);
    const empty = makeFolder();
    run(empty, 'init', '-q', '-b', 'main');
    run(empty, 'config', 'user.name', 'x');
    run(empty, 'config', 'user.email', 'x@example.com');
    expect(blocking(await fullFacts(asked(empty)))).toEqual(['commits']);
    const facts = await fullFacts(asked(makeRepository(), 'base: trunk'));
    expect([blocking(facts), facts.baseCandidates]).toEqual([['base'], ['main']]);
  });

  it('of uncommitted files: the user’s count, the kanban’s own and new files don’t', async () => {
    const root = makeRepository({
      'a b.txt': 'a',
      'c.txt': 'c',
      'board/TODO.md': '# TODO\n',
      'WORKFLOW.md': 'x',
      'prompts/task.md': 'x',
      '.gitignore': '',
    });
    write(root, {
      'a b.txt': 'changed',
      'board/TODO.md': '# TODO\n\n- [ ] x\n',
      'WORKFLOW.md': 'y',
      'prompts/task.md': 'y',
      '.gitignore': '.kanban/\n',
      'new.txt': 'new',
    });
    writeFileSync(join(root, 'c.txt'), 'staged');
    run(root, 'add', 'c.txt');
    expect((await fullFacts(asked(root))).uncommitted).toEqual(['a b.txt', 'c.txt']);
  });

  it('of a detached HEAD, another branch, and base in a linked worktree', async () => {
    const root = makeRepository();
    run(root, 'checkout', '-q', '--detach');
    expect(told(await fullFacts(asked(root)))).toContain('head');
    const linked = join(makeFolder(), 'linked');
    run(root, 'worktree', 'add', '-q', linked, 'main');
    writeFileSync(join(linked, 'a.txt'), 'changed there');
    const facts = await fullFacts(asked(root));
    expect([facts.head, facts.baseCheckout, facts.uncommitted]).toEqual([null, linked, ['a.txt']]);
    expect(told(facts)).not.toContain('head');
  });

  it('of a merge and a rebase of base that stand open, and not of another branch’s', async () => {
    const root = makeRepository();
    run(root, 'checkout', '-q', '-b', 'other');
    write(root, { 'a.txt': 'other\n' });
    run(root, 'commit', '-q', '-am', 'other');
    run(root, 'checkout', '-q', 'main');
    write(root, { 'a.txt': 'main\n' });
    run(root, 'commit', '-q', '-am', 'main');
    expect(() => run(root, 'merge', 'other')).toThrow();
    expect((await fullFacts(asked(root))).operation).toEqual({ kind: 'merge', where: root });
    run(root, 'merge', '--abort');
    expect(() => run(root, 'rebase', 'other')).toThrow();
    expect((await fullFacts(asked(root))).operation).toEqual({ kind: 'rebase', where: root });
    expect((await fullFacts(asked(root, 'base: other'))).operation).toBeNull();
    run(root, 'rebase', '--abort');
    expect((await fullFacts(asked(root))).operation).toBeNull();
  });

  it('of a shallow clone, pull.rebase with unpushed commits, ignored .env, workspaces', async () => {
    const origin = makeRepository({
      'package.json': '{"workspaces":["packages/*"]}',
      '.gitignore': '.env\n.kanban/\n',
    });
    write(origin, { 'b.txt': 'b' });
    run(origin, 'add', '-A');
    run(origin, 'commit', '-q', '-m', 'second');
    const root = join(makeFolder(), 'clone');
    run(origin, 'clone', '-q', '--depth=1', `file://${origin}`, root);
    for (const [name, value] of [
      ['user.name', 'x'],
      ['user.email', 'x@example.com'],
      ['commit.gpgsign', 'false'],
      ['pull.rebase', 'true'],
    ] as const)
      run(root, 'config', name, value);
    run(root, 'commit', '-q', '--allow-empty', '-m', 'not pushed');
    write(root, { '.env': 'KEY=1', '.env.example': 'KEY=' });
    const facts = await fullFacts(asked(root));
    expect(facts).toMatchObject({
      shallow: true,
      pullRebase: true,
      unpushed: 1,
      ignoredEnvFiles: ['.env'],
      hasWorktreeInclude: false,
      workspaces: 'package.json',
      notIgnored: ['.worktrees/'],
    });
    expect(blocking(facts)).toEqual(['workspaces']);
    expect(told(facts)).toEqual(expect.arrayContaining(['env-files', 'ignored-folders', 'pull-rebase', 'shallow']));
    run(root, 'config', 'pull.rebase', 'merges');
    expect((await fullFacts(asked(root))).pullRebase).toBe(false);
  });

  it('of somebody whom git does not know', async () => {
    const root = makeRepository();
    run(root, 'config', '--unset', 'user.name');
    run(root, 'config', '--unset', 'user.email');
    run(root, 'config', 'user.useConfigOnly', 'true');
    const before = { ...process.env };
    try {
      for (const name of ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'EMAIL'])
        delete process.env[name];
      Object.assign(process.env, { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' });
      expect(blocking(await fullFacts(asked(root)))).toEqual(['identity']);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('of agents: found, missing, with the version of those that are known', async () => {
    const root = makeRepository({ 'agent.sh': '#!/bin/sh\nexit 9\n' });
    const path = makePrograms('claude');
    const yaml = `env: { PATH: "${path}:${process.env['PATH']}" }
agents: { claude: { command: claude, args: [--allowedTools, Edit] }, gone: { command: no-such-program }, own: { command: ./agent.sh } }
roles: { task: { agent: claude }, reviewer: { agent: gone }, tester: { agent: own } }`;
    const { agents } = await fullFacts({ ...asked(root, yaml), prompts: prompts() });
    expect(agents.map(({ name, found, version }) => [name, found !== null, version])).toEqual([
      ['shell', false, null],
      ['claude', true, '1.2.3 (fake)'],
      ['gone', false, null],
      ['own', true, null],
    ]);
    expect(agents.filter(({ uncommitted }) => uncommitted)).toEqual([]);
    // A worktree would not have it.
    run(root, 'rm', '--cached', '-q', 'agent.sh');
    run(root, 'commit', '-q', '-m', 'without the script');
    const facts = await fullFacts({ ...asked(root, yaml), prompts: prompts() });
    expect(facts.agents.filter(({ uncommitted }) => uncommitted).map(({ name }) => name)).toEqual(['own']);
    expect(told(facts)).toContain('agent-committed');
  });

  it('of the team’s own checks: all are run, with what they said', async () => {
    const root = makeRepository();
    const { teamChecks } = await fullFacts(
      asked(
        root,
        'preflight: [{ name: well, run: "test -f a.txt" }, { name: ill, run: "echo no database >&2; exit 3", fix: start it }]',
      ),
    );
    expect(teamChecks).toEqual([
      { name: 'well', run: 'test -f a.txt', fix: '', ok: true, output: 'exit code 0' },
      {
        name: 'ill',
        run: 'echo no database >&2; exit 3',
        fix: 'start it',
        ok: false,
        output: 'exit code 3: no database',
      },
    ]);
  });

  it('of prompts: missing where an agent needs them, broken wherever they stand', async () => {
    const root = makeRepository();
    expect((await fullFacts(asked(root))).promptProblems).toEqual([]);
    const yaml =
      'agents: { a: { command: "true" } }\nroles: { task: { agent: a }, tester: { prompt: mine/tester.md } }';
    write(root, { 'prompts/reviewer.md': 'x\n{{ nope }}', 'mine/tester.md': '{{ entry.id }}' });
    const { promptProblems } = await fullFacts(asked(root, yaml));
    expect(promptProblems.map(({ code, where }) => [code, where?.file, where?.line])).toEqual([
      ['prompt-missing', undefined, undefined],
      ['prompt-unknown-variable', 'prompts/reviewer.md', 2],
    ]);
  });
});

function prompts(): NonNullable<FactsAsked['prompts']> {
  const prompt = { file: 'p.md', text: 'x' };
  return { task: prompt, reviewer: prompt, tester: prompt };
}

describe('the remote', () => {
  it('is one that git knows, and its hold ends by itself', async () => {
    const root = makeRepository();
    const pushing = { ...asked(root), settings: { ...settings(), remote: 'origin', push: true } };
    expect((await fullFacts(asked(root))).remote).toBe(null);
    const without = await fullFacts(pushing);
    expect([without.remote, blocking(without)]).toEqual([{ exists: false, tracks: null }, ['remote']]);
    run(root, 'remote', 'add', 'origin', '../elsewhere.git');
    run(root, 'config', 'branch.main.remote', 'origin');
    run(root, 'config', 'branch.main.merge', 'refs/heads/master');
    const unclear = await quickFacts(pushing, { ...without, fullAt: 0 });
    expect(unclear.remote).toEqual({ exists: true, tracks: { remote: 'origin', branch: 'master' } });
    expect(blocking(unclear)).toEqual(['remote']);
    run(root, 'config', 'branch.main.merge', 'refs/heads/main');
    expect(blocking(await quickFacts(pushing, { ...unclear, fullAt: 0 }))).toEqual([]);
  });
});

describe('quickFacts', () => {
  it('sees what changes by hand between two ticks, and forgets it when it is fixed', async () => {
    const root = makeRepository();
    const first = await fullFacts(asked(root));
    write(root, { 'a.txt': 'changed' });
    const dirty = await quickFacts(asked(root), first);
    expect([dirty.uncommitted, dirty.fullAt]).toEqual([['a.txt'], first.fullAt]);
    run(root, 'checkout', '-q', '--', 'a.txt');
    run(root, 'checkout', '-q', '-b', 'other');
    const away = await quickFacts(asked(root), dirty);
    expect([away.uncommitted, away.head, away.baseCheckout]).toEqual([[], 'other', null]);
  });

  it('asks all again when settings changed, and once a wait is long enough to be looked at again', async () => {
    const root = makeRepository();
    const waiting = await fullFacts(asked(root, 'preflight: [{ name: flag, run: "test -f flag" }]'));
    expect(blocking(waiting)).toEqual(['team-checks']);
    write(root, { flag: '' });
    const soon = await quickFacts(asked(root, 'preflight: [{ name: flag, run: "test -f flag" }]'), {
      ...waiting,
      fullAt: Date.now(),
    });
    expect(blocking(soon)).toEqual(['team-checks']);
    const later = await quickFacts(asked(root, 'preflight: [{ name: flag, run: "test -f flag" }]'), {
      ...waiting,
      fullAt: 0,
    });
    expect(blocking(later)).toEqual([]);
    const changed = await quickFacts(asked(root, 'preflight: [{ name: other, run: "false" }]'), later);
    expect(blocking(changed)).toEqual(['team-checks']);
  });

  it('sees that the repository is gone', async () => {
    const root = makeRepository();
    const first = await fullFacts(asked(root));
    expect(blocking(await quickFacts(asked(makeFolder()), first))).toEqual(['repository']);
  });

  it('names a folder that stands where the changelog would', async () => {
    const root = makeRepository({ '.gitignore': '.kanban/\n.worktrees/\n', 'CHANGELOG.md/T-1.md': 'one\n' });
    const { changelogForms } = await fullFacts(asked(root));
    expect(changelogForms).toMatchObject([{ what: 'it is a folder, not a file' }]);
  });
});
