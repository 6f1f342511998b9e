import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../../src/git/open-repository.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'kanban known ')));
  root = join(folder, 'repo');
  git(folder, 'init', '-q', '-b', 'main', 'repo');
  makeOld(root);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=a@b', ...args], { cwd, encoding: 'utf8' });

/** What has just been written is asked for again: wait until it is no longer new. */
function makeOld(repository: string): void {
  const written = statSync(join(repository, '.git', 'config')).ctimeMs;
  while (Date.now() - written < 60);
}

async function opened(cwd: string): Promise<unknown> {
  const found = await openRepository(cwd);
  return found.ok ? found.value : found.error.map(({ code }) => code);
}

/** What this process answers is what git answers to one that has asked nothing before. */
async function expectFresh(cwd: string, expected: object): Promise<void> {
  expect(await opened(cwd)).toMatchObject(expected);
  expect(await opened(cwd)).toMatchObject(expected);
}

it('a repository is asked for once, and each caller has its own', async () => {
  const [one, two] = [await opened(root), await opened(root)];
  expect(one).toEqual({
    root,
    gitDir: join(root, '.git'),
    commonDir: join(root, '.git'),
    objectFormat: 'sha1',
    shallow: false,
  });
  expect(two).toEqual(one);
  expect(two).not.toBe(one);
});

it('it is not remembered while its settings have just changed', async () => {
  git(root, 'config', 'core.bare', 'false');
  const before = await opened(root);
  const config = join(root, '.git', 'config');
  const { mtime, atime } = statSync(config);
  // The same size and time: only what is asked anew shows it.
  writeFileSync(config, readFileSync(config, 'utf8').replace('bare = false', 'bare = true '));
  utimesSync(config, atime, mtime);
  expect(before).toMatchObject({ root });
  expect(await opened(root)).toEqual(['bare-repository']);
});

it('what git takes it for is asked again when that has changed', async () => {
  const inner = join(root, 'a', 'b');
  mkdirSync(inner, { recursive: true });
  await expectFresh(inner, { root });
  git(root, 'config', 'core.bare', 'true');
  await expectFresh(root, ['bare-repository']);
  git(root, 'config', 'core.bare', 'false');
  await expectFresh(inner, { root });
  git(join(root, 'a'), 'init', '-q', '.');
  await expectFresh(inner, { root: join(root, 'a') });
  rmSync(join(root, 'a', '.git'), { recursive: true });
  await expectFresh(inner, { root });
  renameSync(join(root, '.git'), join(folder, 'gone'));
  await expectFresh(inner, ['no-repository']);
  git(root, 'init', '-q', '--object-format=sha256', '.');
  await expectFresh(inner, { root, objectFormat: 'sha256' });
});

it('the settings of one worktree (config.worktree) count as well', async () => {
  git(root, 'config', 'extensions.worktreeConfig', 'true');
  git(root, 'config', '--worktree', 'core.bare', 'false');
  makeOld(root);
  await expectFresh(root, { root });
  git(root, 'config', '--worktree', 'core.bare', 'true');
  expect(await opened(root)).toEqual(['bare-repository']);
});

it('a clone that becomes whole, and a worktree whose link is written anew', async () => {
  git(root, 'commit', '-q', '--allow-empty', '-m', 'one');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'two');
  git(folder, 'clone', '-q', '--depth=1', `file://${root}`, 'shallow');
  const clone = join(folder, 'shallow');
  await expectFresh(clone, { root: clone, shallow: true });
  git(clone, 'fetch', '-q', '--unshallow');
  await expectFresh(clone, { root: clone, shallow: false });
  git(clone, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', root, 'part');
  const part = join(clone, 'part');
  await expectFresh(part, { root: part });
  git(part, 'config', 'core.bare', 'true');
  expect(await opened(part)).not.toMatchObject({ root: part });
  const tree = join(folder, 'tree');
  git(root, 'worktree', 'add', '-q', tree);
  await expectFresh(tree, { root });
  writeFileSync(join(tree, '.git'), `gitdir: ${join(clone, '.git')}\n`);
  await expectFresh(tree, { gitDir: join(clone, '.git') });
});
