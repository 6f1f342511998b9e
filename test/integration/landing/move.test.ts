import { appendFileSync, chmodSync, existsSync, lstatSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkoutOf } from '../../../src/git/checkout.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { readHistory } from '../../../src/git/history/trailers.ts';
import { commitMove, MOVED_IN_PROGRESS, MOVED_TODO, moveOf } from './deeds.ts';
import { leftovers, makeRig, TODO, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const clean = () => {
  expect(rig.git('fsck', '--no-dangling')).toBe('');
  expect(leftovers(rig)).toEqual([]);
};

describe('commitMove', () => {
  for (const format of ['sha1', 'sha256']) {
    it(`commits board files and brings the checkout along (${format}, path with spaces and umlauts)`, async () => {
      rig = await makeRig({ format, name: 'a repo für uns' });
      const old = rig.sha('main');
      const result = await commitMove(rig.repo, await moveOf(rig));
      expect(result).toEqual({ ok: true, sha: rig.sha('main'), kept: [] });
      expect(rig.sha('main^')).toBe(old);
      expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
      expect(rig.read('board/TODO.md')).toBe(MOVED_TODO);
      expect(rig.git('show', 'main:board/IN_PROGRESS.md')).toBe(MOVED_IN_PROGRESS.trim());
      expect(rig.git('diff', '--name-only', old, 'main')).toBe('board/IN_PROGRESS.md\nboard/TODO.md');
      expect(rig.git('status', '--porcelain')).toBe('');
      const [commit] = await readHistory(rig.repo, old, 'main');
      expect(commit?.trailers).toEqual([{ key: 'Kanban-Move', value: 'T-1 TODO -> IN_PROGRESS' }]);
      expect(commit?.author).toEqual({ name: 'Per Son (kanban)', email: 'per@example.com' });
      clean();
    });
  }

  it('leaves what the user has staged, changed and not added (I7)', async () => {
    rig = await makeRig();
    rig.write('src/f1.txt', 'staged\n');
    rig.git('add', 'src/f1.txt');
    rig.write('src/f2.txt', 'changed\n');
    rig.write('note.txt', 'untracked\n');
    const before = rig.git('status', '--porcelain');
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(rig.git('status', '--porcelain')).toBe(before);
    // The user's next commit must not undo the move.
    rig.git('commit', '-qam', 'mine');
    expect(rig.git('show', 'main:board/TODO.md')).toBe(MOVED_TODO.trim());
    clean();
  });

  it('sees a change made in the same moment as the index (racy git)', async () => {
    rig = await makeRig();
    rig.write('src/f1.txt', 'aaaa\n');
    rig.git('add', '.');
    rig.git('commit', '-qm', 'a');
    rig.write('src/f1.txt', 'bbbb\n');
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(rig.git('status', '--porcelain')).toBe('M src/f1.txt');
  });

  it('commits a hand edit as it stands on disk, and a new and a deleted file', async () => {
    rig = await makeRig();
    const oldBase = rig.sha('main');
    rig.write('board/TODO.md', Buffer.from('# TODO\r\nby hand \xff', 'latin1'));
    rig.write('board/NEW.md', 'new');
    const edited = Buffer.from('# TODO\r\nby hand \xff', 'latin1');
    const move = await moveOf(rig, {
      files: [
        { path: 'board/TODO.md', from: edited, committed: Buffer.from(TODO), to: edited },
        { path: 'board/NEW.md', from: Buffer.from('new'), committed: null, to: Buffer.from('new') },
        {
          path: 'board/IN_PROGRESS.md',
          from: Buffer.from('# IN_PROGRESS\n'),
          committed: Buffer.from('# IN_PROGRESS\n'),
          to: null,
        },
      ],
    });
    expect((await commitMove(rig.repo, move)).ok).toBe(true);
    expect(rig.git('diff', '--name-status', oldBase, 'main')).toBe(
      'D\tboard/IN_PROGRESS.md\nA\tboard/NEW.md\nM\tboard/TODO.md',
    );
    expect(rig.git('status', '--porcelain')).toBe('');
    clean();
  });

  it('keeps line ends where git converts them', async () => {
    rig = await makeRig();
    rig.git('config', 'core.autocrlf', 'true');
    rig.git('rm', '-q', '--cached', '-r', 'board');
    rig.git('reset', '-q', '--hard');
    expect(rig.read('board/TODO.md')).toBe(TODO.replaceAll('\n', '\r\n'));
    const to = Buffer.from(MOVED_TODO.replaceAll('\n', '\r\n'));
    const from = Buffer.from(rig.read('board/TODO.md'));
    const move = await moveOf(rig, { files: [{ path: 'board/TODO.md', from, committed: Buffer.from(TODO), to }] });
    expect((await commitMove(rig.repo, move)).ok).toBe(true);
    expect(rig.git('cat-file', 'blob', 'main:board/TODO.md')).toBe(MOVED_TODO.trim());
    expect(rig.read('board/TODO.md')).toBe(to.toString());
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('keeps the mode', async () => {
    rig = await makeRig();
    chmodSync(join(rig.root, 'board/TODO.md'), 0o640);
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(lstatSync(join(rig.root, 'board/TODO.md')).mode & 0o777).toBe(0o640);
    expect(rig.read('board/TODO.md')).toBe(MOVED_TODO);
  });

  it.each(['board/TODO.md', 'board'])('I7: writes nothing through a symbolic link at %s', async (link) => {
    rig = await makeRig();
    const elsewhere = join(rig.root, '..', 'elsewhere');
    renameSync(join(rig.root, link), elsewhere);
    symlinkSync(elsewhere, join(rig.root, link));
    const before = rig.sha('main');
    const move = await moveOf(rig);
    const held = `${link} is a symbolic link in the checkout`;
    expect(await commitMove(rig.repo, move)).toMatchObject({ ok: false, held: expect.stringContaining(held) });
    expect([rig.sha('main'), rig.read('board/TODO.md')]).toEqual([before, TODO]);
    expect(lstatSync(join(rig.root, link)).isSymbolicLink()).toBe(true);
  });

  it('moves base alone when it is checked out nowhere', async () => {
    rig = await makeRig();
    rig.git('switch', '-q', 'T-9');
    const move = await moveOf(rig);
    expect(move.checkout).toBeNull();
    expect((await commitMove(rig.repo, move)).ok).toBe(true);
    expect(rig.git('show', 'main:board/TODO.md')).toBe(MOVED_TODO.trim());
    expect(rig.read('board/TODO.md')).toBe(TODO);
    expect(rig.git('status', '--porcelain')).toBe('');
    expect(rig.git('symbolic-ref', 'HEAD')).toBe('refs/heads/T-9');
  });

  it('works in a linked worktree that has base', async () => {
    rig = await makeRig();
    rig.git('switch', '-q', 'T-9');
    const path = join(rig.root, '../linked tree');
    rig.git('worktree', 'add', '-q', path, 'main');
    expect(checkoutOf(rig.repo, 'refs/heads/main')?.path).toBe(path);
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(rig.gitIn(path, 'status', '--porcelain')).toBe('');
    expect(rig.gitIn(path, 'show', 'HEAD:board/TODO.md')).toBe(MOVED_TODO.trim());
  });

  it('works with a split index and with version 4, by way of git', async () => {
    rig = await makeRig();
    rig.git('update-index', '--index-version', '4');
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(rig.git('status', '--porcelain')).toBe('');
    rig.git('reset', '-q', '--hard', 'main^');
    rig.git('update-index', '--index-version', '2', '--split-index');
    expect((await commitMove(rig.repo, await moveOf(rig))).ok).toBe(true);
    expect(rig.git('status', '--porcelain')).toBe('');
    clean();
  });
});

describe('commitMove waits or refuses, and changes nothing (I1, I7)', () => {
  const unchanged = async (arrange: (rig: Rig) => void, expected: object, change: object = {}) => {
    rig = await makeRig();
    const move = await moveOf(rig, change);
    arrange(rig);
    const before = [rig.sha('main'), rig.git('status', '--porcelain'), rig.git('ls-files', '-s')];
    expect(await commitMove(rig.repo, move)).toMatchObject({ ok: false, ...expected });
    expect([rig.sha('main'), rig.git('status', '--porcelain'), rig.git('ls-files', '-s')]).toEqual(before);
    expect(existsSync(join(rig.root, '.git/kanban/move.json'))).toBe(false);
  };

  it('a board file staged otherwise', () =>
    unchanged(
      (rig) => {
        rig.write('board/TODO.md', 'staged\n');
        rig.git('add', 'board/TODO.md');
        rig.write('board/TODO.md', TODO);
      },
      { held: expect.stringContaining('board/TODO.md') },
    ));

  it('index.lock', () =>
    unchanged((rig) => rig.write('.git/index.lock', ''), { held: expect.stringContaining('index.lock') }));

  it('a merge open in the checkout', () =>
    unchanged(
      (rig) => {
        writeFileSync(join(rig.root, '.git/MERGE_HEAD'), `${rig.sha('T-9')}\n`);
      },
      { held: expect.stringContaining('merge is open') },
    ));

  it('a rebase of base open in a linked worktree', async () => {
    rig = await makeRig();
    rig.git('switch', '-qc', 'other', 'T-9');
    rig.git('switch', '-q', 'T-9');
    const path = join(rig.root, '../linked');
    rig.git('worktree', 'add', '-q', path, 'main');
    writeFileSync(join(path, 'src/f0.txt'), 'conflict\n');
    rig.gitIn(path, 'commit', '-qam', 'conflict');
    expect(() => rig.gitIn(path, 'rebase', 'T-9')).toThrow();
    const before = rig.sha('main');
    expect(await commitMove(rig.repo, await moveOf(rig, { checkout: null }))).toMatchObject({
      ok: false,
      held: expect.stringContaining('rebase'),
    });
    expect(rig.sha('main')).toBe(before);
  });

  it('a file that was saved since it was read', () =>
    unchanged((rig) => rig.write('board/TODO.md', `${TODO}\nmore`), { stale: 'file', path: 'board/TODO.md' }));

  it('base that has moved on', () =>
    unchanged((rig) => rig.git('commit', '-q', '--allow-empty', '-m', 'mine'), { stale: 'base' }));

  it('a checkout that is on another branch now', () =>
    unchanged((rig) => rig.git('switch', '-qc', 'else'), { stale: 'base' }));

  it('a signature that fails', () =>
    unchanged(
      (rig) => {
        rig.git('config', 'commit.gpgsign', 'true');
        rig.git('config', 'gpg.program', 'false');
      },
      { held: expect.stringContaining('could not be signed') },
    ));

  it('a board that is a symbolic link in the repository', async () => {
    rig = await makeRig();
    rig.git('mv', 'board', 'real');
    symlinkSync('real', join(rig.root, 'board'));
    rig.git('add', '.');
    rig.git('commit', '-qm', 'link');
    const before = rig.sha('main');
    expect(await commitMove(rig.repo, await moveOf(rig))).toMatchObject({
      ok: false,
      held: expect.stringContaining('symbolic link'),
    });
    expect(rig.sha('main')).toBe(before);
  });

  it('a board that is a symbolic link in a base that is checked out nowhere', async () => {
    rig = await makeRig();
    const move = await moveOf(rig);
    rig.git('mv', 'board', 'real');
    symlinkSync('real', join(rig.root, 'board'));
    rig.git('add', '.');
    rig.git('commit', '-qm', 'link');
    const before = rig.sha('main');
    rig.git('switch', '-q', 'T-9');
    expect(await commitMove(rig.repo, { ...move, oldBase: before, checkout: null })).toMatchObject({
      ok: false,
      held: expect.stringContaining('board is a symbolic link in the repository'),
    });
    expect(rig.sha('main')).toBe(before);
  });
});

describe('commitMove and the user in the very moment (I1)', () => {
  it('a save after base moved stays, and is named', async () => {
    rig = await makeRig();
    const result = await commitMove(rig.repo, await moveOf(rig), (step) => {
      if (step === 'base') appendFileSync(join(rig.root, 'board/TODO.md'), '\n## T-3: Typed just now\n');
    });
    expect(result).toMatchObject({ ok: true, kept: ['board/TODO.md'] });
    expect(rig.read('board/TODO.md')).toBe(`${TODO}\n## T-3: Typed just now\n`);
    expect(rig.read('board/IN_PROGRESS.md')).toBe(MOVED_IN_PROGRESS);
    expect(rig.git('status', '--porcelain')).toBe('M board/TODO.md');
    clean();
  });

  it('a commit of theirs before base moved wins, and the index goes back', async () => {
    rig = await makeRig();
    let mine = '';
    const result = await commitMove(rig.repo, await moveOf(rig), (step) => {
      if (step !== 'index') return;
      mine = rig.git('commit-tree', 'main^{tree}', '-p', 'main', '-m', 'mine');
      rig.git('update-ref', 'refs/heads/main', mine);
    });
    expect(result).toEqual({ ok: false, stale: 'base' });
    expect(rig.sha('main')).toBe(mine);
    expect(rig.read('board/TODO.md')).toBe(TODO);
    expect(rig.git('status', '--porcelain')).toBe('');
    clean();
  });

  it('what they stage between our reading and writing of the index stays', async () => {
    rig = await makeRig();
    rig.write('src/f1.txt', 'theirs\n');
    let first = true;
    const result = await commitMove(rig.repo, await moveOf(rig), (step) => {
      if (step !== 'index-draft' || !first) return;
      first = false;
      rig.git('add', 'src/f1.txt');
    });
    expect(result.ok).toBe(true);
    expect(rig.git('status', '--porcelain')).toBe('M  src/f1.txt');
    clean();
  });
});
