import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { precheck } from '../../../src/landing/merge-onto.ts';
import { landingOf, landOne, type Landing } from './deeds.ts';
import { CHANGELOG, EMPTY_TESTING, leftovers, lines, makeRig, TESTING, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const landed = () => {
  expect(rig.git('fsck', '--no-dangling')).toBe('');
  expect(leftovers(rig)).toEqual([]);
  expect(rig.read('src/new.txt')).toBe('new\n');
  expect(existsSync(join(rig.root, 'src/f4.txt'))).toBe(false);
  expect(rig.git('show', 'main:board/TESTING.md')).toBe(EMPTY_TESTING.trim());
};

describe('landOne', () => {
  for (const format of ['sha1', 'sha256']) {
    it(`is one commit with merge, board and CHANGELOG line (I4, ${format})`, async () => {
      rig = await makeRig({ format, name: 'ein Ordner mit ü' });
      const old = rig.sha('main');
      const result = await landOne(rig.repo, landingOf(rig));
      expect(result).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
      expect(rig.git('rev-list', '--parents', '-1', 'main')).toBe(`${rig.sha('main')} ${old} ${rig.sha('T-9')}`);
      expect(rig.git('diff', '--name-status', old, 'main')).toBe(
        'M\tCHANGELOG.md\nM\tboard/TESTING.md\nM\tsrc/f0.txt\nD\tsrc/f4.txt\nA\tsrc/new.txt',
      );
      expect(rig.read('CHANGELOG.md')).toBe(CHANGELOG.replace('- old\n', '- old\n\n### Fixed\n\n- Landed (T-9)\n'));
      expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
      expect(rig.git('status', '--porcelain')).toBe('');
      landed();
      expect(rig.git('for-each-ref', '--format=%(refname)', 'refs/kanban')).toBe(
        'refs/kanban/seen\nrefs/kanban/start/T-9',
      );
    });
  }

  it('leaves what the user has staged, changed, ignored and not added (I7)', async () => {
    rig = await makeRig();
    rig.write('src/f1.txt', 'staged\n');
    rig.git('add', 'src/f1.txt');
    rig.write('src/f2.txt', 'changed\n');
    rig.write('note.txt', 'untracked\n');
    rig.write('ignored.txt', 'ignored\n');
    const before = rig.git('status', '--porcelain', '--ignored');
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
    expect(rig.git('status', '--porcelain', '--ignored')).toBe(before);
    landed();
  });

  it('moves base alone when it is checked out nowhere, and not the branch that is', async () => {
    rig = await makeRig();
    rig.git('switch', '-qc', 'mine');
    const mine = rig.sha('mine');
    const landing = landingOf(rig);
    expect(landing.checkout).toBeNull();
    expect(await landOne(rig.repo, landing)).toMatchObject({ ok: true, audit: [] });
    expect(rig.sha('mine')).toBe(mine);
    expect(rig.git('status', '--porcelain')).toBe('');
    expect(rig.git('show', 'main:src/new.txt')).toBe('new');
    expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
    expect(leftovers(rig)).toEqual([]);
  });

  it("lets nothing of the branch's board land, and carries its CHANGELOG bullets over", async () => {
    rig = await makeRig();
    rig.git('switch', '-q', 'T-9');
    rig.write('board/TODO.md', 'forged\n');
    rig.write('board/EXTRA.md', 'forged\n');
    rig.write('CHANGELOG.md', CHANGELOG.replace('- old\n', '- old\n- from the branch\n'));
    rig.git('add', '.');
    rig.git('commit', '-qm', 'more');
    rig.git('switch', '-q', 'main');
    rig.write('CHANGELOG.md', CHANGELOG.replace('- old\n', '- old\n- from base\n'));
    rig.write('board/TODO.md', '# TODO\n\n## T-7: Other\n');
    rig.git('commit', '-qam', 'meanwhile');
    const [checked] = await precheck(rig.repo, rig.sha('main'), [rig.sha('T-9')], {
      board: 'board',
      changelog: 'CHANGELOG.md',
    });
    expect(checked).toMatchObject({ clean: true });
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
    expect(rig.read('CHANGELOG.md')).toContain(
      '- old\n- from base\n- from the branch\n\n### Fixed\n\n- Landed (T-9)\n',
    );
    expect(rig.read('board/TODO.md')).toBe('# TODO\n\n## T-7: Other\n');
    expect(existsSync(join(rig.root, 'board/EXTRA.md'))).toBe(false);
    landed();
  });

  it('follows a rename on base without a false alarm', async () => {
    rig = await makeRig();
    rig.git('mv', 'src/f0.txt', 'src/renamed.txt');
    rig.git('commit', '-qm', 'rename');
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
    expect(rig.read('src/renamed.txt')).toBe(`${lines('f0')}landed\n`);
  });

  it('ignores what the configuration says about merges and hooks', async () => {
    rig = await makeRig();
    const settings = [
      'merge.ff=false',
      'merge.autoStash=true',
      'merge.verifySignatures=true',
      'merge.stat=true',
      'submodule.recurse=true',
    ];
    for (const setting of settings) rig.git('config', ...setting.split('='));
    for (const hook of ['post-merge', 'pre-merge-commit', 'reference-transaction', 'post-index-change']) {
      writeFileSync(
        join(rig.root, '.git/hooks', hook),
        `#!/bin/sh\ntouch "$(git rev-parse --git-common-dir)/ran"\nexit 1\n`,
        { mode: 0o755 },
      );
    }
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: true, audit: [] });
    expect(existsSync(join(rig.root, '.git/ran'))).toBe(false);
    rmSync(join(rig.root, '.git/hooks'), { recursive: true });
    landed();
  });
});

describe('precheck', () => {
  it('judges several tips in one go', async () => {
    rig = await makeRig();
    const base = rig.sha('main');
    rig.git('switch', '-qc', 'conflicting');
    rig.write('src/f1.txt', 'theirs\n');
    rig.git('commit', '-qam', 'theirs');
    rig.git('switch', '-q', 'main');
    rig.write('src/f1.txt', 'ours\n');
    rig.git('commit', '-qam', 'ours');
    const stranger = rig.git('commit-tree', `${base}^{tree}`, '-m', 'no common history');
    const own = { board: 'board', changelog: 'CHANGELOG.md' };
    const tips = [rig.sha('T-9'), rig.sha('conflicting')];
    const two = await precheck(rig.repo, rig.sha('main'), tips, own);
    expect(two).toEqual([
      { tip: tips[0], clean: true },
      { tip: tips[1], clean: false, conflict: ['src/f1.txt'] },
    ]);
    expect(await precheck(rig.repo, base, [...tips, stranger], own)).toMatchObject([
      { clean: true },
      { clean: true },
      { clean: false, conflict: [] },
    ]);
    expect(await landOne(rig.repo, landingOf(rig, { tip: tips[1]! }))).toEqual({ ok: false, conflict: ['src/f1.txt'] });
    expect(await landOne(rig.repo, landingOf(rig, { tip: stranger }))).toMatchObject({
      held: expect.stringContaining('no common history'),
    });
    expect(await landOne(rig.repo, landingOf(rig, { tip: base }))).toMatchObject({
      held: expect.stringContaining('already contains'),
    });
  });
});

describe('landOne waits, and changes nothing of the user (I7)', () => {
  const refused = async (arrange: (rig: Rig) => void, expected: object, change: Partial<Landing> = {}) => {
    rig = await makeRig();
    const landing = landingOf(rig, change);
    arrange(rig);
    const state = () => [
      rig.sha('main'),
      rig.git('status', '--porcelain', '--ignored'),
      rig.git('ls-files', '-s'),
      rig.git('diff'),
    ];
    const before = state();
    expect(await landOne(rig.repo, landing)).toMatchObject({ ok: false, ...expected });
    expect(state()).toEqual(before);
    expect(existsSync(join(rig.root, '.git/kanban/landing.json'))).toBe(false);
    expect(rig.git('for-each-ref', 'refs/kanban/inflight')).toBe('');
  };
  const names = (path: string) => ({ held: expect.stringContaining(path) });

  it('a changed file', () => refused((rig) => rig.write('src/f0.txt', 'mine\n'), names('you have changed src/f0.txt')));
  it('a staged file', () =>
    refused((rig) => {
      rig.write('src/f0.txt', 'mine\n');
      rig.git('add', '.');
    }, names('you have staged src/f0.txt')));
  it('a file staged just as it lands', () =>
    refused((rig) => {
      rig.write('src/f0.txt', `${lines('f0')}landed\n`);
      rig.git('add', '.');
    }, names('src/f0.txt')));
  it('a file deleted on disk', () =>
    refused((rig) => rmSync(join(rig.root, 'src/f0.txt')), names('you have deleted src/f0.txt')));
  it('a changed file that the landing deletes', () =>
    refused((rig) => rig.write('src/f4.txt', 'mine\n'), names('src/f4.txt')));
  it('an untracked file in the way', () => refused((rig) => rig.write('src/new.txt', 'mine\n'), names('src/new.txt')));
  it('an ignored file in the way', () =>
    refused((rig) => {
      writeFileSync(join(rig.root, '.git/info/exclude'), 'new.txt\n');
      rig.write('src/new.txt', 'mine\n');
    }, names('src/new.txt')));
  it('a file where the landing needs a folder', async () => {
    rig = await makeRig();
    rig.git('switch', '-q', 'T-9');
    rig.write('deep/er/file.txt', 'x\n');
    rig.git('add', '.');
    rig.git('commit', '-qm', 'deep');
    rig.git('switch', '-q', 'main');
    rig.write('deep', 'mine\n');
    const before = rig.sha('main');
    expect(await landOne(rig.repo, landingOf(rig))).toMatchObject({ ok: false, held: expect.stringContaining('deep') });
    expect([rig.read('deep'), rig.sha('main'), rig.git('status', '--porcelain')]).toEqual([
      'mine\n',
      before,
      '?? deep',
    ]);
    expect(leftovers(rig)).toEqual([]);
  });
  it('a board file with a hand edit not yet taken in', () =>
    refused((rig) => rig.write('board/TESTING.md', `${TESTING}more\n`), { stale: 'file', path: 'board/TESTING.md' }));
  it('index.lock', () => refused((rig) => rig.write('.git/index.lock', ''), names('index.lock')));
  it('a merge open', () =>
    refused((rig) => writeFileSync(join(rig.root, '.git/MERGE_HEAD'), `${rig.sha('T-9')}\n`), names('merge is open')));
  it('a cherry-pick open', () =>
    refused(
      (rig) => writeFileSync(join(rig.root, '.git/CHERRY_PICK_HEAD'), `${rig.sha('T-9')}\n`),
      names('cherry-pick is open'),
    ));
  it('base moved on', () =>
    refused((rig) => rig.git('commit', '-q', '--allow-empty', '-m', 'mine'), { stale: 'base' }));
  it('another branch checked out since', () => refused((rig) => rig.git('switch', '-qc', 'mine'), { stale: 'base' }));
});

describe('landOne and the user in the very moment (I7)', () => {
  const during = async (at: string, act: (rig: Rig) => void, expected: object) => {
    rig = await makeRig();
    const main = rig.sha('main');
    const result = await landOne(rig.repo, landingOf(rig), (step) => {
      if (step === at) act(rig);
    });
    expect(result).toMatchObject({ ok: false, ...expected });
    expect(rig.git('for-each-ref', 'refs/kanban/inflight')).toBe('');
    expect(existsSync(join(rig.root, '.git/kanban/landing.json'))).toBe(false);
    return main;
  };

  it('switching branches leaves their branch where it is', async () => {
    const main = await during('pinned', (rig) => rig.git('switch', '-qc', 'mine'), { stale: 'base' });
    expect([rig.sha('main'), rig.sha('mine')]).toEqual([main, main]);
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('a save right before the merge is refused by git itself', async () => {
    const main = await during('go', (rig) => rig.write('src/f0.txt', 'mine\n'), {
      held: expect.stringContaining('src/f0.txt'),
    });
    expect([rig.sha('main'), rig.read('src/f0.txt'), rig.git('status', '--porcelain')]).toEqual([
      main,
      'mine\n',
      'M src/f0.txt',
    ]);
  });

  it('a commit of theirs right before the merge wins', async () => {
    await during('go', (rig) => rig.git('commit', '-q', '--allow-empty', '-m', 'mine'), { stale: 'base' });
    expect(rig.git('log', '-1', '--format=%s')).toBe('mine');
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('their index.lock right before the merge stays theirs', async () => {
    await during('go', (rig) => rig.write('.git/index.lock', 'theirs'), { held: expect.stringContaining('at work') });
    expect(rig.read('.git/index.lock')).toBe('theirs');
  });
});
