import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeInit } from '../../../src/setup/describe-init.ts';
import { init, type InitOptions, type InitResult } from '../../../src/setup/init-plan.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';
import { makeFolder, makePrograms, makeRepository, run, write } from './rig.ts';

async function initIn(cwd: string, options: Partial<InitOptions> = {}): Promise<InitResult> {
  const result = await init({ cwd, dryRun: false, env: { PATH: makePrograms(), HOME: '/nowhere' }, ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function settingsOf(root: string): Settings {
  const read = parseWorkflow(readFileSync(join(root, 'WORKFLOW.md'), 'utf8'), 'WORKFLOW.md');
  if (!read.ok) throw new Error(JSON.stringify(read.error, null, 1));
  return read.value.settings;
}

const problemOf = async (options: Partial<InitOptions> & { cwd: string }): Promise<string | undefined> => {
  const result = await init({ dryRun: false, env: { PATH: makePrograms(), HOME: '/nowhere' }, ...options });
  return result.ok ? undefined : result.error[0]?.code;
};

const LOCKED = {
  'package.json': '{"scripts":{"test":"node --test"},"dependencies":{"x":"1"}}',
  'package-lock.json': '{}',
};

describe('init', () => {
  it('writes what is missing and commits nothing; its own line commits it', async () => {
    const root = makeRepository();
    const result = await initIn(root);
    expect(result.written.map(({ path, how }) => `${how} ${path}`)).toEqual([
      'new WORKFLOW.md',
      'new prompts/task.md',
      'new prompts/reviewer.md',
      'new prompts/tester.md',
      'new board/TODO.md',
      'new board/IN_PROGRESS.md',
      'new board/REVIEW.md',
      'new board/TESTING.md',
      'new .gitignore',
      'new .gitattributes',
    ]);
    expect(run(root, 'rev-list', '--count', 'HEAD').trim()).toBe('1');
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('.worktrees/\n.kanban/\n');
    expect(readFileSync(join(root, '.gitattributes'), 'utf8')).toBe('board/*.md diff=markdown\n');
    expect(readFileSync(join(root, 'board/REVIEW.md'), 'utf8')).toBe('# REVIEW\n');
    const line = result.nextSteps.find((step) => step.startsWith('git add'));
    execFileSync('sh', ['-c', line ?? 'false'], { cwd: root });
    expect(run(root, 'status', '--porcelain')).toBe('');
    expect(run(root, 'log', '-1', '--format=%s').trim()).toBe('kanban: set up');
  });

  it('fills in what the repository tells', async () => {
    const root = makeRepository(LOCKED);
    run(root, 'branch', '-m', 'trunk');
    const { found } = await initIn(root, { env: { PATH: makePrograms('npm'), HOME: '/nowhere' } });
    const settings = settingsOf(root);
    expect([
      settings.base,
      settings.ids,
      settings.hooks.after_create,
      settings.roles.tester.run,
      settings.roles.task.agent,
    ]).toEqual(['trunk', ['T'], 'npm ci', 'npm test', 'shell']);
    expect(found).toContain('install: npm ci (package-lock.json)');
    expect(found).toContain('tests: npm test (package.json)');
  });

  describe('the line that commits', () => {
    const BEFORE = '{"name":"x","scripts":{"test":"x"},"dependencies":{"a":"1"}}';
    const AFTER =
      '{"name":"x","scripts":{"test":"x"},"dependencies":{"a":"1"},"devDependencies":{"file-kanban":"^0.1.0"}}';
    const commitLine = async (root: string): Promise<string> =>
      (await initIn(root)).nextSteps.find((step) => step.startsWith('git add')) ?? 'false';
    const commit = async (root: string): Promise<void> =>
      void execFileSync('sh', ['-c', await commitLine(root)], { cwd: root });

    it('takes what the install of kanban changed along, and ignores node_modules', async () => {
      const root = makeRepository({ 'package.json': BEFORE, 'package-lock.json': '{}', 'a.txt': 'a' });
      write(root, {
        'package.json': AFTER,
        'package-lock.json': '{"x":1}',
        'node_modules/file-kanban/package.json': '{}',
        'notes.txt': 'mine',
        'a.txt': 'changed',
      });
      await commit(root);
      expect(run(root, 'status', '--porcelain').trimEnd().split('\n')).toEqual([' M a.txt', '?? notes.txt']);
      expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('node_modules/\n.worktrees/\n.kanban/\n');
    });

    it('commits a package.json that the install made, in a project of another language', async () => {
      const root = makeRepository({ 'go.mod': '' });
      write(root, { 'package.json': '{"devDependencies":{"file-kanban":"^0.1.0"}}', 'package-lock.json': '{}' });
      await commit(root);
      expect(run(root, 'status', '--porcelain')).toBe('');
    });

    it('leaves what the user staged, and other files in folders that were there', async () => {
      const root = makeRepository({ 'prompts/old.txt': 'x', 'b.txt': 'b' });
      write(root, { 'prompts/draft.md': 'mine', 'b.txt': 'staged' });
      run(root, 'add', 'b.txt');
      await commit(root);
      expect(run(root, 'status', '--porcelain').trimEnd().split('\n')).toEqual(['M  b.txt', '?? prompts/draft.md']);
    });

    it('leaves a package.json with other changes to the user, and says so', async () => {
      const root = makeRepository({ 'package.json': BEFORE });
      write(root, { 'package.json': AFTER.replace('"a":"1"', '"a":"2"') });
      const { nextSteps } = await initIn(root, { dryRun: true });
      expect(nextSteps.find((step) => step.startsWith('git commit'))).toMatch(
        /^git commit -m "…" -- package\.json {4}# package\.json has more changes/,
      );
      await commit(root);
      expect(run(root, 'status', '--porcelain')).toBe(' M package.json\n');
    });
  });

  it('leaves out what cannot run here, and names the program, how to get it and the settings', async () => {
    const root = makeRepository({ 'uv.lock': '', 'tests/conftest.py': '', Makefile: 'all:\n', 'go.mod': '' });
    const { found, nextSteps } = await initIn(root);
    const { hooks, roles } = settingsOf(root);
    expect([hooks.after_create, roles.tester.run]).toEqual(['', '']);
    expect(found).toContain(
      'not on the PATH: uv, for `uv sync --locked` (uv.lock) and `uv run --locked --with pytest pytest` (tests/conftest.py); to get it: https://docs.astral.sh/uv/getting-started/installation',
    );
    expect(found).toContain('also seen, and not used: go.mod (go test ./...)');
    expect(nextSteps).toContain(
      'install uv, then set in WORKFLOW.md: hooks.after_create: "uv sync --locked", roles.tester.run: "uv run --locked --with pytest pytest"',
    );
  });

  it('names the command by which it was started, and packages that setuptools would look for', async () => {
    const root = makeRepository({ 'pyproject.toml': '[project]\nname = "x"\n' });
    const env = { PATH: makePrograms(), HOME: '/nowhere', npm_command: 'exec' };
    const { nextSteps } = await initIn(root, { env });
    expect(nextSteps.at(-1)).toMatch(/^npx file-kanban add .*npx file-kanban run$/);
    expect(nextSteps.join('\n')).toContain('setuptools takes board/ and prompts/ for packages too');
    expect((await initIn(root)).nextSteps.at(-1)).toMatch(/^kanban add/);
  });

  it('says that dependencies without a lock file are not installed, and still fills in the tests', async () => {
    const root = makeRepository({ 'package.json': '{"scripts":{"test":"node test"},"devDependencies":{"x":"1"}}' });
    const { found } = await initIn(root, { env: { PATH: makePrograms('npm'), HOME: '/nowhere' } });
    expect(settingsOf(root).roles.tester.run).toBe('npm test');
    expect(found.join('\n')).toContain('install: none. package.json names dependencies, and git has no lock file');
  });

  it('keeps what exists, byte by byte, and appends to .gitignore and .gitattributes only what they lack', async () => {
    const mine = {
      'WORKFLOW.md': '---\nbase: main\nboard: work/board\n---\nMine.\n',
      'prompts/task.md': 'mine',
      'work/board/TODO.md': '# Mine\n\n## T-7: x\n',
      '.gitignore': 'node_modules\r\n/.kanban',
      '.gitattributes': '* text=auto\n',
    };
    const root = makeRepository(mine);
    const result = await initIn(root);
    for (const path of ['WORKFLOW.md', 'prompts/task.md', 'work/board/TODO.md'] as const)
      expect(readFileSync(join(root, path), 'utf8')).toBe(mine[path]);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('node_modules\r\n/.kanban\r\n.worktrees/\r\n');
    expect(readFileSync(join(root, '.gitattributes'), 'utf8')).toBe('* text=auto\nwork/board/*.md diff=markdown\n');
    expect(readFileSync(join(root, 'work/board/REVIEW.md'), 'utf8')).toBe('# REVIEW\n');
    expect(result.kept).toEqual(['WORKFLOW.md', 'prompts/task.md', 'work/board/TODO.md']);
    const again = await initIn(root);
    expect(again.written).toEqual([]);
    expect(describeInit(again)).toContain('Nothing to write: all files exist.');
  });

  it('--dry-run writes nothing and says the same', async () => {
    const root = makeRepository(LOCKED);
    const dry = await initIn(root, { dryRun: true });
    expect(run(root, 'status', '--porcelain')).toBe('');
    const wet = await initIn(root);
    expect(dry).toEqual({ ...wet, dryRun: true });
    expect(describeInit(dry)).toContain('Would write\n  + WORKFLOW.md');
  });

  it('picks the agent CLIs that it finds, and writes them so that they can commit', async () => {
    const root = makeRepository(LOCKED);
    const { found } = await initIn(root, { env: { PATH: makePrograms('claude', 'codex'), HOME: '/nowhere' } });
    const { roles, agents } = settingsOf(root);
    expect([roles.task.agent, roles.reviewer.agent, roles.tester.agent]).toEqual(['claude', 'claude', 'claude']);
    for (const name of ['claude', 'codex'])
      expect(agents[name]).toMatchObject({ kind: name, command: [], permissions: 'narrow', tools: ['npm'] });
    expect(found).toContain('agents: Claude Code, OpenAI Codex');
  });

  it('passes a key on only where one is set and there is no login, and says that it is billed', async () => {
    const path = makePrograms('claude');
    const keyed = makeRepository();
    const { found } = await initIn(keyed, { env: { PATH: path, HOME: '/nowhere', ANTHROPIC_API_KEY: 'k' } });
    expect(settingsOf(keyed).agents['claude']?.env.pass).toEqual(['ANTHROPIC_API_KEY']);
    expect(found.join('\n')).toContain('ANTHROPIC_API_KEY is set, and no login of Claude Code');
    expect(readFileSync(join(keyed, 'WORKFLOW.md'), 'utf8')).not.toContain(': k');
    const home = makeFolder();
    write(home, { '.claude/.credentials.json': '{"claudeAiOauth":{}}' });
    const loggedIn = makeRepository();
    await initIn(loggedIn, { env: { PATH: path, HOME: home, ANTHROPIC_API_KEY: 'k' } });
    expect(settingsOf(loggedIn).agents['claude']?.env.pass).toEqual([]);
  });

  it('--agent wins over what is found; an unknown one is refused with nothing written', async () => {
    const root = makeRepository();
    expect(await problemOf({ cwd: root, agent: 'claud' })).toBe('unknown-agent');
    expect(run(root, 'status', '--porcelain')).toBe('');
    await initIn(root, { agent: 'codex', env: { PATH: makePrograms('claude'), HOME: '/nowhere' } });
    const { roles, agents } = settingsOf(root);
    expect([roles.task.agent, Object.keys(agents)]).toEqual(['codex', ['shell', 'codex', 'claude']]);
  });

  it('asks only where there is somebody to ask and something to choose', async () => {
    const asked: string[][] = [];
    const ask = async (_: string, choices: readonly string[]): Promise<string> => {
      asked.push([...choices]);
      return 'shell';
    };
    const root = makeRepository();
    await initIn(root, { dryRun: true, ask });
    await initIn(root, { ask, env: { PATH: makePrograms('codex'), HOME: '/nowhere' } });
    expect(asked).toEqual([['codex', 'shell']]);
    expect(settingsOf(root).roles.task.agent).toBe('shell');
  });

  it.each(['main', 'no', '007', 'feat/x-1', '1.0', 'a#b'])(
    'writes a base called %s so that it is read again',
    async (name) => {
      const root = makeRepository();
      run(root, 'branch', '-m', name);
      await initIn(root);
      expect(settingsOf(root).base).toBe(name);
    },
  );

  it('keeps the comments in their column where there is room', async () => {
    const root = makeRepository(LOCKED);
    await initIn(root);
    const column = (text: string, key: string): number | undefined =>
      text
        .split('\n')
        .find((line) => line.trim().startsWith(key))
        ?.indexOf('#');
    const [filled, template] = [readFileSync(join(root, 'WORKFLOW.md'), 'utf8'), readFileSync('WORKFLOW.md', 'utf8')];
    for (const key of ['base:', 'after_create:', 'run:']) expect(column(filled, key)).toBe(column(template, key));
  });

  it('keeps the comments of the template', async () => {
    const root = makeRepository();
    await initIn(root);
    const comments = (text: string): readonly string[] =>
      text.split('\n').flatMap((line) => /#.*/.exec(line)?.[0] ?? []);
    expect(comments(readFileSync(join(root, 'WORKFLOW.md'), 'utf8'))).toEqual(
      comments(readFileSync('WORKFLOW.md', 'utf8')),
    );
  });

  it('works from a folder below, and from a linked worktree', async () => {
    const root = makeRepository({ 'src/a.txt': 'a' });
    await initIn(join(root, 'src'));
    expect(readdirSync(join(root, 'src'))).toEqual(['a.txt']);
    expect(statSync(join(root, 'board/TODO.md')).isFile()).toBe(true);
  });

  it('refuses where there is nothing to start from', async () => {
    expect(await problemOf({ cwd: makeFolder() })).toBe('no-repository');
    const empty = makeFolder();
    run(empty, 'init', '-q', '-b', 'main');
    expect(await problemOf({ cwd: empty })).toBe('no-commits');
    expect(readdirSync(empty)).toEqual(['.git']);
    const detached = makeRepository();
    run(detached, 'checkout', '-q', '--detach');
    run(detached, 'branch', '-m', 'main', 'odd');
    expect(await problemOf({ cwd: detached })).toBe('no-base');
    const broken = makeRepository({ 'WORKFLOW.md': '---\nzork: [\n---\n' });
    expect(await problemOf({ cwd: broken })).toBe('settings-yaml');
  });

  it('on another branch, says where the board counts', async () => {
    const root = makeRepository();
    const remote = makeFolder();
    run(remote, 'init', '-q', '--bare', '-b', 'main');
    run(root, 'remote', 'add', 'origin', remote);
    run(root, 'push', '-q', 'origin', 'main');
    run(root, 'remote', 'set-head', 'origin', 'main');
    run(root, 'checkout', '-q', '-b', 'feature');
    run(root, 'branch', '-q', '-D', 'main');
    const { nextSteps } = await initIn(root);
    expect(nextSteps[0]).toMatch(/^git branch main origin\/main/);
    expect(nextSteps[1]).toMatch(/^git switch main/);
    expect(settingsOf(root).base).toBe('main');
  });

  it('a board that is there gives the ids, and a new TODO.md speaks their language', async () => {
    const root = makeRepository();
    write(root, { 'board/REVIEW.md': '# REVIEW\n\n## [RETRY] HYD-3: x\n\n## **HYD-4**: y\n\n## OPS-1: z\n' });
    await initIn(root);
    expect(settingsOf(root).ids).toEqual(['HYD', 'OPS']);
    expect(readFileSync(join(root, 'board/TODO.md'), 'utf8')).toContain('## HYD-?: Login');
  });
});
