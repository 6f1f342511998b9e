import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/setup/detect.ts';
import { makePrograms, makeRepository, run } from './rig.ts';

const pkg = (more: object): string => JSON.stringify({ dependencies: { x: '1' }, ...more });

describe('detect: install and tests', () => {
  it.each<[string, Record<string, string>, string | null, string | null]>([
    ['nothing', { 'a.txt': '' }, null, null],
    ['npm', { 'package.json': pkg({}), 'package-lock.json': '{}' }, 'npm ci', null],
    ['npm without a lock', { 'package.json': pkg({ scripts: { test: 'ava' } }) }, null, null],
    [
      'npm without dependencies',
      { 'package.json': '{"scripts":{"test":"node --test"}}', 'package-lock.json': '{}' },
      null,
      'npm test',
    ],
    ['npm workspaces', { 'package.json': '{"workspaces":["a"]}', 'package-lock.json': '{}' }, 'npm ci', null],
    [
      'pnpm',
      { 'package.json': pkg({ scripts: { test: 'vitest' } }), 'pnpm-lock.yaml': '' },
      'pnpm install --frozen-lockfile',
      'pnpm test',
    ],
    [
      'yarn 1',
      { 'package.json': pkg({}), 'yarn.lock': '# yarn lockfile v1\n' },
      'yarn install --frozen-lockfile',
      null,
    ],
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
    ['make', { Makefile: 'all:\n\ntest: all\n\t./run\n' }, null, 'make test'],
    ['make without tests', { Makefile: 'all:\ntest := x\n' }, null, null],
    ['cargo', { 'Cargo.toml': '' }, null, 'cargo test'],
    ['go', { 'go.mod': '' }, null, 'go test ./...'],
    ['pytest', { 'pyproject.toml': '[tool.pytest.ini_options]\n' }, null, 'pytest'],
  ])('%s', async (_, files, install, tests) => {
    const { afterCreate, testerRun } = await detect(makeRepository(files), 'board', { PATH: makePrograms() });
    expect([afterCreate?.value ?? null, testerRun?.value ?? null]).toEqual([install, tests]);
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
