import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/setup/detect.ts';
import { makePrograms, makeRepository, run } from './rig.ts';

const pkg = (more: object): string => JSON.stringify({ dependencies: { x: '1' }, ...more });
const ALL =
  'npm pnpm yarn bun uv poetry python3 pytest just make cargo go gradle mvn java dotnet bundle composer php'.split(' ');

type Case = readonly [name: string, files: Record<string, string>, install: string | null, tests: string | null];

const CASES: readonly Case[] = [
  ['nothing', { 'a.txt': '' }, null, null],
  ['npm', { 'package.json': pkg({}), 'package-lock.json': '{}' }, 'npm ci', null],
  ['npm without a lock', { 'package.json': pkg({ scripts: { test: 'node test' } }) }, null, 'npm test'],
  [
    'npm without dependencies',
    { 'package.json': '{"scripts":{"test":"node --test"}}', 'package-lock.json': '{}' },
    null,
    'npm test',
  ],
  [
    'npm with a script that watches',
    { 'package.json': '{"scripts":{"test":"jest --watch","test:ci":"jest --watch=false"}}' },
    null,
    'npm run test:ci',
  ],
  ['npm workspaces', { 'package.json': '{"workspaces":["a"]}', 'package-lock.json': '{}' }, 'npm ci', null],
  [
    'pnpm',
    { 'package.json': pkg({ scripts: { test: 'vitest' } }), 'pnpm-lock.yaml': '' },
    'pnpm install --frozen-lockfile',
    'pnpm test',
  ],
  ['yarn 1', { 'package.json': pkg({}), 'yarn.lock': '# yarn lockfile v1\n' }, 'yarn install --frozen-lockfile', null],
  [
    'yarn berry by its lock',
    { 'package.json': pkg({}), 'yarn.lock': '__metadata:\n  version: 8\n' },
    'yarn install --immutable',
    null,
  ],
  [
    'yarn berry by its field',
    { 'package.json': pkg({ packageManager: 'yarn@4.1.0' }), 'yarn.lock': '' },
    'yarn install --immutable',
    null,
  ],
  [
    'bun',
    { 'package.json': pkg({ scripts: { test: 'x' } }), 'bun.lock': '' },
    'bun install --frozen-lockfile',
    'bun run test',
  ],
  [
    'the placeholder of npm init',
    { 'package.json': '{"scripts":{"test":"echo \\"Error: no test specified\\" && exit 1"}}' },
    null,
    null,
  ],
  ['a broken package.json', { 'package.json': '{' }, null, null],
  [
    'uv',
    { 'uv.lock': '', 'pyproject.toml': '[dependency-groups]\ndev = ["pytest>=8"]\n' },
    'uv sync --locked',
    'uv run --locked pytest',
  ],
  [
    'uv with pytest in an extra',
    { 'uv.lock': '', 'pyproject.toml': '[project.optional-dependencies]\ntest = [\n  "pytest[x]>=8",\n]\n' },
    'uv sync --locked --all-extras',
    'uv run --locked --all-extras pytest',
  ],
  [
    'uv with pytest in another group',
    { 'uv.lock': '', 'pyproject.toml': '[dependency-groups]\ntests = ["pytest"]\n' },
    'uv sync --locked --all-groups',
    'uv run --locked --all-groups pytest',
  ],
  [
    'uv without pytest among its dependencies',
    { 'uv.lock': '', 'pyproject.toml': '[project]\nname = "x"\n', 'tests/conftest.py': '' },
    'uv sync --locked',
    'uv run --locked --with pytest pytest',
  ],
  ['uv and Django', { 'uv.lock': '', 'manage.py': '' }, 'uv sync --locked', 'uv run --locked python manage.py test'],
  [
    'poetry',
    { 'poetry.lock': '', 'pyproject.toml': '[tool.poetry.group.dev.dependencies]\npytest = "^8"\n' },
    'poetry install --no-interaction',
    'poetry run pytest',
  ],
  [
    'pip with requirements',
    { 'requirements.txt': 'flask\n', 'requirements-dev.txt': 'pytest==8.0\n' },
    'python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements-dev.txt -r requirements.txt',
    '.venv/bin/python -m pytest',
  ],
  [
    'pip with a package and its extra',
    { 'pyproject.toml': '[project]\nname = "x"\n[project.optional-dependencies]\ntest = ["pytest"]\n' },
    "python3 -m venv .venv && .venv/bin/python -m pip install -q -e '.[test]'",
    '.venv/bin/python -m pytest',
  ],
  [
    'pip and unittest',
    { 'requirements.txt': 'flask\n', 'tests/test_a.py': 'import unittest\n' },
    'python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements.txt',
    '.venv/bin/python -m unittest discover -s tests',
  ],
  ['pytest with nothing to install', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, null, 'pytest'],
  ['just', { justfile: 'build:\n  x\n\n@test *args: build\n  x\n' }, null, 'just test'],
  ['make', { Makefile: 'all:\n\ntest: all\n\t./run\n' }, null, 'make test'],
  ['make check', { Makefile: 'check:\n\t./run\n' }, null, 'make check'],
  ['make without tests', { Makefile: 'all:\ntest := x\n' }, null, null],
  ['make over cargo', { Makefile: 'test:\n', 'Cargo.toml': '', 'Cargo.lock': '' }, 'cargo fetch --locked', 'make test'],
  ['cargo', { 'Cargo.toml': '' }, null, 'cargo test'],
  [
    'cargo workspace',
    { 'Cargo.toml': '[workspace]\nmembers = ["a"]\n', 'Cargo.lock': '', 'a/Cargo.toml': '' },
    'cargo fetch --locked',
    'cargo test --workspace',
  ],
  ['go', { 'go.mod': '', 'go.sum': '' }, 'go mod download', 'go test ./...'],
  [
    'go workspace',
    { 'go.work': 'go 1.22\n\nuse (\n\t./api // the api\n\t./web/\n)\nuse ./cmd\n', 'api/go.mod': '' },
    null,
    'go test ./api/... ./web/... ./cmd/...',
  ],
  ['Maven', { 'pom.xml': '' }, null, 'mvn -B test'],
  ['Maven by a wrapper', { 'pom.xml': '', mvnw: '#!/bin/sh\n' }, null, 'sh ./mvnw -B test'],
  ['Gradle', { 'build.gradle.kts': '' }, null, 'gradle --no-daemon test'],
  ['.NET', { 'App.sln': '', 'src/App.csproj': '' }, 'dotnet restore', 'dotnet test'],
  [
    '.NET with two solutions and lock files',
    { 'My App.sln': '', 'Other.sln': '', 'src/packages.lock.json': '{}' },
    "dotnet restore 'My App.sln' --locked-mode",
    "dotnet test 'My App.sln'",
  ],
  ['RSpec', { Gemfile: '', 'Gemfile.lock': '', 'spec/a_spec.rb': '' }, 'bundle install', 'bundle exec rspec'],
  [
    'Rails',
    { Gemfile: '', 'Gemfile.lock': '', 'bin/rails': '', 'test/a_test.rb': '' },
    'bundle install',
    'bin/rails test',
  ],
  [
    'rake',
    { Gemfile: '', '.gitignore': 'Gemfile.lock\n', Rakefile: 'Rake::TestTask.new\n' },
    'bundle install',
    'bundle exec rake test',
  ],
  [
    'composer',
    { 'composer.json': '{"scripts":{"test":"x"}}', 'composer.lock': '{}' },
    'composer install --no-interaction',
    'composer test',
  ],
  ['PHPUnit', { 'composer.json': '{}', 'phpunit.xml.dist': '' }, null, 'vendor/bin/phpunit'],
  ['Pest', { 'composer.json': '{', 'tests/Pest.php': '' }, null, 'vendor/bin/pest'],
  ['Laravel', { 'composer.json': '{}', artisan: '' }, null, 'php artisan test'],
  [
    'a single project below the root',
    { 'README.md': '', 'web app/package.json': '{"scripts":{"test":"x"}}' },
    null,
    "cd 'web app' && npm test",
  ],
];

describe('detect: install and tests', () => {
  it.each(CASES)('%s', async (_, files, install, tests) => {
    const { afterCreate, testerRun } = await detect(makeRepository(files), 'board', { PATH: makePrograms(...ALL) });
    expect([afterCreate?.value ?? null, testerRun?.value ?? null]).toEqual([install, tests]);
  });

  it('takes nothing whose program is missing, and says how to get it', async () => {
    const root = makeRepository({ 'uv.lock': '', 'pytest.ini': '' });
    const { afterCreate, testerRun, survey } = await detect(root, 'board', { PATH: makePrograms('npm') });
    expect([afterCreate, testerRun]).toEqual([null, null]);
    expect(survey.test).toEqual({
      command: 'uv run --locked --with pytest pytest',
      from: 'pytest.ini',
      programs: ['uv'],
      missing: { program: 'uv', get: 'https://docs.astral.sh/uv/getting-started/installation' },
    });
  });

  it('takes the next ecosystem whose program is there', async () => {
    const root = makeRepository({ justfile: 'test:\n', Makefile: 'test:\n' });
    const { testerRun } = await detect(root, 'board', { PATH: makePrograms('make') });
    expect(testerRun).toEqual({ value: 'make test', from: 'Makefile' });
  });

  it('finds Java by JAVA_HOME too, and an executable wrapper', async () => {
    const root = makeRepository({ 'pom.xml': '', mvnw: '' });
    chmodSync(join(root, 'mvnw'), 0o755);
    const { testerRun } = await detect(root, 'board', { PATH: makePrograms(), JAVA_HOME: '/opt/java' });
    expect(testerRun?.value).toBe('./mvnw -B test');
  });

  it('of several projects takes the one in the root, and lists the others but not its parts', async () => {
    const root = makeRepository({
      'package.json': pkg({ workspaces: ['packages/a'], scripts: { test: 'x' } }),
      'package-lock.json': '{}',
      'packages/a/package.json': pkg({ scripts: { test: 'x' } }),
      'services/api/go.mod': '',
      'services/api/tools/go.mod': '',
      'examples/x/Cargo.toml': '',
      'Cargo.toml': '',
    });
    const { survey } = await detect(root, 'board', { PATH: makePrograms(...ALL) });
    expect(survey.test?.command).toBe('npm test');
    expect(survey.alsoSeen.map(({ manifest, test }) => `${manifest}: ${test?.command}`)).toEqual([
      'Cargo.toml: cargo test',
      'services/api/go.mod: cd services/api && go test ./...',
    ]);
  });

  it('takes none of several projects below a root without one', async () => {
    const root = makeRepository({ 'web/package.json': pkg({ scripts: { test: 'x' } }), 'api/go.mod': '' });
    const { survey } = await detect(root, 'board', { PATH: makePrograms(...ALL) });
    expect([survey.install, survey.test, survey.alsoSeen.length]).toEqual([null, null, 2]);
  });

  it('notices where setuptools would take the folders of the board for packages', async () => {
    const of = async (files: Record<string, string>): Promise<boolean> =>
      (await detect(makeRepository(files), 'board', { PATH: makePrograms(...ALL) })).survey.discoversFolders;
    const flat = '[project]\nname = "x"\n';
    expect(await of({ 'pyproject.toml': flat, 'x/__init__.py': '' })).toBe(true);
    expect(await of({ 'setup.py': 'setup(name="x")' })).toBe(true);
    expect(await of({ 'pyproject.toml': flat, 'src/x/__init__.py': '' })).toBe(false);
    expect(await of({ 'pyproject.toml': `${flat}[tool.setuptools]\npackages = ["x"]\n` })).toBe(false);
    expect(await of({ 'pyproject.toml': `${flat}[build-system]\nbuild-backend = "hatchling.build"\n` })).toBe(false);
    expect(await of({ 'setup.py': 'setup(packages=["x"])' })).toBe(false);
    expect(await of({ 'requirements.txt': 'flask\n' })).toBe(false);
  });

  it('names the folders that the commands fill and git does not ignore', async () => {
    const of = async (files: Record<string, string>): Promise<readonly string[]> =>
      (await detect(makeRepository(files), 'board', { PATH: makePrograms(...ALL) })).survey.notIgnored;
    const npm = { 'package.json': pkg({}), 'package-lock.json': '{}' };
    expect(await of(npm)).toEqual(['node_modules/']);
    expect(await of({ ...npm, '.gitignore': '/node_modules\n' })).toEqual([]);
    expect(await of({ ...npm, 'node_modules/x/a.js': '' })).toEqual([]);
    const python = { 'pyproject.toml': '[project]\nname = "x"\n', '.gitignore': '.venv\n__pycache__/\n' };
    expect(await of(python)).toEqual(['*.egg-info/']);
    expect(await of({ ...python, '.gitignore': '.venv\n__pycache__/\n*.egg-info\n' })).toEqual([]);
    expect(await of({ 'App.sln': '', 'bin/start': '' })).toEqual(['obj/']);
  });

  it('does not trust a lock file that git does not have: a new worktree lacks it', async () => {
    const root = makeRepository({
      'package.json': pkg({}),
      '.gitignore': 'package-lock.json\n',
      'package-lock.json': '{}',
    });
    expect((await detect(root, 'board', { PATH: makePrograms() })).afterCreate).toBeNull();
  });
});

describe('detect: ids and base', () => {
  it('reads ids off several branches, and takes none for one', async () => {
    const root = makeRepository();
    run(root, 'branch', 'HYD-1-login');
    expect((await detect(root, 'board', { PATH: makePrograms() })).ids).toBeNull();
    run(root, 'branch', 'feature/HYD-22');
    run(root, 'branch', 'UTF-8');
    run(root, 'branch', 'fix/UTF-8-names');
    expect((await detect(root, 'board', { PATH: makePrograms() })).ids).toEqual({
      value: ['HYD'],
      from: 'branch names',
    });
    run(root, 'update-ref', 'refs/kanban/start/OPS-3', 'HEAD');
    expect((await detect(root, 'board', { PATH: makePrograms() })).ids).toEqual({
      value: ['OPS'],
      from: 'refs/kanban',
    });
  });

  it('finds a base where HEAD is detached', async () => {
    const root = makeRepository();
    run(root, 'checkout', '-q', '--detach');
    expect(await detect(root, 'board', { PATH: makePrograms() })).toMatchObject({
      head: null,
      base: { value: 'main', from: 'the branches' },
    });
  });
});
