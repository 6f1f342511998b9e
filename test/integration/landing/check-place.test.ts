import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkKey } from '../../../src/coordinator/merge-queue/check-key.ts';
import { bringCheckPlace, type CheckWorktree } from '../../../src/coordinator/merge-queue/check-worktree.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { defaultSettings } from '../../../src/workflow/parse.ts';
import type { Settings } from '../../../src/workflow/settings.ts';
import { makeRig, type Rig } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
});
afterEach(() => {
  closeRepository(rig.repo);
  rmSync(dirname(rig.root), { recursive: true, force: true });
});

const settings = (change: Partial<Settings> = {}): Settings => ({ ...defaultSettings(), ...change });
const hook = (after_create: string): Partial<Settings> => ({ hooks: { ...defaultSettings().hooks, after_create } });

async function bring(commit: string, change: Partial<Settings> = {}): Promise<Extract<CheckWorktree, { ok: true }>> {
  const place = await bringCheckPlace(rig.repo, settings(change), commit);
  if (!place.ok) throw new Error(JSON.stringify(place.problem));
  return place;
}
const refused = async (commit: string): Promise<string> => {
  const place = await bringCheckPlace(rig.repo, settings(), commit);
  return place.ok ? 'ok' : place.problem.code;
};
const path = (name = ''): string => join(rig.root, '.worktrees', '.check', name);
const gitDir = (): string => join(rig.root, '.git', 'worktrees', '-check');
/** The worktree is exactly this commit, with nothing untracked, and on no branch. */
const expectExactly = (commit: string): void => {
  expect(rig.gitIn(path(), 'rev-parse', 'HEAD')).toBe(commit);
  expect(rig.gitIn(path(), 'status', '--porcelain', '--untracked-files=all')).toBe('');
  expect(rig.gitIn(path(), 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('HEAD');
};
/** A commit on top of main, made in no checkout. */
const commitWith = (files: Readonly<Record<string, string>>): string => {
  const index = join(rig.root, '.git', 'test-index');
  const git = (...args: string[]): string => rig.git('-c', 'core.hooksPath=/dev/null', ...args);
  process.env['GIT_INDEX_FILE'] = index;
  try {
    git('read-tree', 'main');
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(rig.root, '.git', 'test-blob'), text);
      const blob = git('hash-object', '-w', join(rig.root, '.git', 'test-blob'));
      git('update-index', '--add', '--cacheinfo', `100644,${blob},${name}`);
    }
    return git('commit-tree', git('write-tree'), '-p', 'main', '-m', 'made');
  } finally {
    delete process.env['GIT_INDEX_FILE'];
  }
};

describe('the worktree of the checks', () => {
  it('is made at a commit, locked, on no branch, and brought to the next; ignored files stay, all else goes', async () => {
    const [first, second] = [rig.sha('main'), rig.sha('T-9')];
    const place = await bring(first);
    expect(place).toEqual({ ok: true, path: path(), gitDir: gitDir(), notCopied: [] });
    expectExactly(first);
    expect(readFileSync(join(gitDir(), 'locked'), 'utf8').trim()).toBe('kanban check');
    writeFileSync(path('ignored.txt'), 'stays');
    writeFileSync(path('untracked.txt'), 'goes');
    mkdirSync(path('nested'));
    rig.gitIn(path('nested'), 'init', '-q');
    writeFileSync(path('src/f1.txt'), 'changed by the check');
    writeFileSync(path('src/f2.txt'), 'staged by the check');
    rig.gitIn(path(), 'add', 'src/f2.txt');
    const { ino } = statSync(path());
    await bring(second);
    expectExactly(second);
    expect(statSync(path()).ino).toBe(ino);
    expect(readFileSync(path('ignored.txt'), 'utf8')).toBe('stays');
    expect(existsSync(path('nested'))).toBe(false);
    expect(existsSync(path('src/f4.txt'))).toBe(false);
    // What a check committed there goes with it.
    rig.gitIn(path(), 'commit', '-q', '--allow-empty', '-m', 'by the check');
    await bring(first);
    expectExactly(first);
  });

  it("leaves the user's checkout, its index and HEAD as they are, and runs no hook (I7)", async () => {
    const ran = join(rig.root, '.git', 'ran');
    for (const name of ['post-checkout', 'reference-transaction']) {
      writeFileSync(join(rig.root, '.git', 'hooks', name), `#!/bin/sh\necho ${name} >> '${ran}'\n`);
      chmodSync(join(rig.root, '.git', 'hooks', name), 0o755);
    }
    rig.write('src/f0.txt', 'mine, not saved in git\n');
    rig.write('src/f1.txt', 'mine, staged\n');
    rig.git('-c', 'core.hooksPath=/dev/null', 'add', 'src/f1.txt');
    rig.write('untracked.txt', 'mine too\n');
    const before = [rig.git('status', '--porcelain'), readFileSync(join(rig.root, '.git', 'HEAD'), 'utf8')];
    await bring(rig.sha('T-9'));
    await bring(rig.sha('main'));
    // The link back to its git dir is gone: git would take the user's repository for it.
    rmSync(path('.git'));
    await bring(rig.sha('T-9'));
    expectExactly(rig.sha('T-9'));
    expect([rig.git('status', '--porcelain'), readFileSync(join(rig.root, '.git', 'HEAD'), 'utf8')]).toEqual(before);
    expect(rig.read('src/f0.txt')).toBe('mine, not saved in git\n');
    expect(existsSync(ran)).toBe(false);
  });

  it('is made again when it was pulled away, or when a kill left it half made (I8)', async () => {
    const [main, tip] = [rig.sha('main'), rig.sha('T-9')];
    const damage: Readonly<Record<string, () => void>> = {
      'folder gone': () => rmSync(path(), { recursive: true }),
      'folder empty': () => {
        rmSync(path(), { recursive: true });
        mkdirSync(path());
      },
      'no HEAD': () => rmSync(join(gitDir(), 'HEAD')),
      'no commondir': () => rmSync(join(gitDir(), 'commondir')),
      'index torn': () => writeFileSync(join(gitDir(), 'index'), 'DIRC'),
      'a lock of a killed git': () => writeFileSync(join(gitDir(), 'index.lock'), ''),
      'half removed': () => {
        writeFileSync(join(gitDir(), 'kanban-removing'), '');
        rmSync(path('src'), { recursive: true });
      },
      'git dir gone': () => rmSync(gitDir(), { recursive: true }),
    };
    for (const [name, break_] of Object.entries(damage)) {
      await bring(main);
      const { ino } = statSync(path());
      break_();
      await bring(tip);
      if (name === 'a lock of a killed git') expect(statSync(path()).ino, 'what is installed stays').toBe(ino);
      expectExactly(tip);
      expect(rig.git('worktree', 'list', '--porcelain').match(/^worktree .*\.check$/gm), name).toHaveLength(1);
    }
  });

  it("never touches what is the user's own: a folder, a file, a worktree, a link (I6)", async () => {
    const main = rig.sha('main');
    mkdirSync(path(), { recursive: true });
    writeFileSync(path('mine.txt'), 'mine');
    expect(await refused(main)).toBe('check-path-taken');
    expect(readFileSync(path('mine.txt'), 'utf8')).toBe('mine');
    rmSync(path(), { recursive: true });
    writeFileSync(path(), 'a file');
    expect(await refused(main)).toBe('check-path-taken');
    rmSync(path());
    symlinkSync(rig.root, path());
    expect(await refused(main)).toBe('check-path-taken');
    rmSync(path());
    rig.git('worktree', 'add', '-q', '-b', 'own', path());
    writeFileSync(path('mine.txt'), 'mine');
    expect(await refused(main)).toBe('check-path-taken');
    expect(readFileSync(path('mine.txt'), 'utf8')).toBe('mine');
    rig.git('worktree', 'remove', '--force', path());
    // Ours was pulled away, and theirs put in its place.
    await bring(main);
    renameSync(path(), path('../gone'));
    mkdirSync(path());
    writeFileSync(path('mine.txt'), 'mine');
    expect(await refused(main)).toBe('check-path-taken');
    expect(readFileSync(path('mine.txt'), 'utf8')).toBe('mine');
  });

  it('keeps what the user left in it on a branch, and what stands in it when git has forgotten it (I6)', async () => {
    await bring(rig.sha('main'));
    rig.gitIn(path(), 'switch', '-qc', 'theirs');
    writeFileSync(path('src/f1.txt'), 'looked into it here\n');
    await bring(rig.sha('T-9'));
    expectExactly(rig.sha('T-9'));
    expect(rig.git('show', 'refs/kanban/rescue/check/1:src/f1.txt')).toBe('looked into it here');
    writeFileSync(path('src/f2.txt'), 'and here\n');
    rmSync(gitDir(), { recursive: true });
    await bring(rig.sha('main'));
    expectExactly(rig.sha('main'));
    expect(rig.git('show', 'refs/kanban/rescue/check/2:src/f2.txt')).toBe('and here');
  });

  it('forgets that it is set up when a lock file or after_create is another, and only then', async () => {
    const ready = join(gitDir(), 'kanban-ready');
    const isSetUpAfter = async (commit: string, change: Partial<Settings> = {}): Promise<boolean> => {
      await bring(commit, change);
      const is = existsSync(ready);
      writeFileSync(ready, '');
      return is;
    };
    const main = rig.sha('main');
    expect(await isSetUpAfter(main)).toBe(false);
    expect(await isSetUpAfter(main)).toBe(true);
    expect(await isSetUpAfter(commitWith({ 'src/new.txt': 'x', 'src/yarn.lock': 'not in the root' }))).toBe(true);
    for (const name of ['package-lock.json', 'pnpm-lock.yaml', 'Cargo.lock', 'go.sum', 'bun.lockb', 'requirements.txt'])
      expect(await isSetUpAfter(commitWith({ [name]: '1' })), name).toBe(false);
    expect(await isSetUpAfter(commitWith({ 'requirements.txt': '2' }))).toBe(false);
    expect(await isSetUpAfter(commitWith({ 'requirements.txt': '2', 'block.ts': 'no lock file' }))).toBe(true);
    expect(await isSetUpAfter(commitWith({ 'requirements.txt': '2' }), hook('npm ci'))).toBe(false);
  });

  it('gets the files of .worktreeinclude, and their new versions', async () => {
    rig.write('.worktreeinclude', 'ignored.txt\n');
    rig.write('ignored.txt', 'first');
    await bring(rig.sha('main'));
    expect(readFileSync(path('ignored.txt'), 'utf8')).toBe('first');
    rig.write('ignored.txt', 'second');
    const later = Date.now() / 1000 + 10;
    utimesSync(join(rig.root, 'ignored.txt'), later, later);
    await bring(rig.sha('T-9'));
    expect(readFileSync(path('ignored.txt'), 'utf8')).toBe('second');
  });
});

describe('the key of a check', () => {
  const keyOf = (revision: string, change: Partial<Settings> = {}): Promise<string> =>
    checkKey(rig.repo, rig.sha(`${revision}^{tree}`), settings(change));

  it('is the tree without board and changelog, and how it is checked (I5)', async () => {
    const key = await keyOf('main');
    const moved = commitWith({ 'board/TODO.md': 'moved', 'CHANGELOG.md': 'a line more' });
    expect(await keyOf(moved)).toBe(key);
    expect(await keyOf(commitWith({ 'src/f1.txt': 'other' }))).not.toBe(key);
    expect(await keyOf(commitWith({ 'boards/TODO.md': 'no board' }))).not.toBe(key);
    expect(await keyOf(moved, { changelog: null })).not.toBe(await keyOf('main', { changelog: null }));
    const { merge_queue, hooks } = defaultSettings();
    expect(await keyOf('main', { merge_queue: { ...merge_queue, check: 'npm test' } })).not.toBe(key);
    expect(await keyOf('main', { hooks: { ...hooks, after_create: 'npm ci' } })).not.toBe(key);
    expect(await keyOf('main', { hooks: { ...hooks, before_run: 'other' } })).toBe(key);
  });

  it('knows a board in a folder, and a file where such a folder would be', async () => {
    const nested = { board: 'docs/plan/board', changelog: 'docs/CHANGES.md' };
    const one = commitWith({ 'docs/plan/board/TODO.md': '1', 'docs/CHANGES.md': '1', 'docs/a.md': 'a' });
    const two = commitWith({ 'docs/plan/board/TODO.md': '2', 'docs/CHANGES.md': '2', 'docs/a.md': 'a' });
    const three = commitWith({ 'docs/plan/board/TODO.md': '2', 'docs/CHANGES.md': '2', 'docs/a.md': 'b' });
    expect(await keyOf(two, nested)).toBe(await keyOf(one, nested));
    expect(await keyOf(three, nested)).not.toBe(await keyOf(two, nested));
    // Nothing but the board below docs: as if the folder weren't there.
    expect(await keyOf(commitWith({ 'docs/plan/board/TODO.md': '1' }), nested)).toBe(await keyOf('main', nested));
    const [file, other] = [commitWith({ docs: 'a file' }), commitWith({ docs: 'another' })];
    expect(await keyOf(file, nested)).not.toBe(await keyOf(other, nested));
    // The tree's own name, as git knows it.
    const without = { board: 'src', changelog: null };
    const tree = rig.git('rev-parse', `${one}^{tree}`);
    const key = await checkKey(rig.repo, tree, settings(without));
    rig.git('read-tree', '--index-output', join(rig.root, '.git', 'test-index2'), one);
    process.env['GIT_INDEX_FILE'] = join(rig.root, '.git', 'test-index2');
    try {
      rig.git('rm', '-rq', '--cached', 'src');
      expect(key.split('-')[0]).toBe(rig.git('write-tree'));
    } finally {
      delete process.env['GIT_INDEX_FILE'];
    }
  });
});
