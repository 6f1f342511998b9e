import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { idsOf, land, makeChainRig, makeTasks } from './chain-rig.ts';
import { expectLandings } from './expect-landings.ts';
import { makeCommits } from './history.ts';
import { leftovers, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const IDS = idsOf(3);
const ODD = Buffer.from('caf\xe9', 'latin1');
const odd = (): Buffer => Buffer.concat([Buffer.from(`${rig.root}/`), ODD]);
const remove = (path: string) => rmSync(join(rig.root, path), { recursive: true });

async function start(): Promise<string> {
  rig = await makeChainRig(3);
  const files = { 'caf\xe9': 'old\n', swap: 'a file\n', 'folder/a': 'a\n', 'folder/b': 'b\n' };
  makeCommits(rig.root, [{ parents: [rig.sha('main')], files, ref: 'refs/heads/main' }]);
  rig.git('reset', '-q', '--hard');
  rig.git('update-ref', 'refs/kanban/seen', 'main');
  makeTasks(rig, {
    'T-101': { 'caf\xe9': 'new\n', 'caf\xe8': 'new\n' },
    'T-102': { swap: null, 'swap/in': 'in\n' },
    'T-103': { 'folder/a': null, 'folder/b': null, folder: 'a file\n' },
  });
  return rig.sha('main');
}

/** The landing is cut off when git is about to begin; `arrange` does git's part by hand, as far as it came. */
async function cutOff(at: string, arrange: (landed: string) => void): Promise<void> {
  const cut = new Error('cut off');
  const landing = land(rig, IDS, {
    step: (name) => {
      if (name === at) throw cut;
    },
  });
  await expect(landing).rejects.toBe(cut);
  arrange(rig.sha('refs/kanban/inflight/T-101'));
}

/** As git leaves it that was killed before it moved base: every file is written, and the index too. */
const filesAndIndex = (landed: string): void => void rig.git('read-tree', '-m', '-u', 'main', landed);

async function landsAgain(old: string): Promise<void> {
  expect((await land(rig, IDS)).landed).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
  expectLandings(rig, old, IDS);
  expect(rig.git('status', '--porcelain')).toBe('');
  expect(leftovers(rig)).toEqual([]);
}

describe('a chain that was cut off (I7, I8)', () => {
  it('goes back with names that are not UTF-8, files for folders, and folders for files', async () => {
    const old = await start();
    await cutOff('pinned', filesAndIndex);
    expect(readFileSync(odd(), 'utf8')).toBe('new\n');
    expect(await recover(rig.repo)).toMatchObject([{ type: 'landing-taken-back', id: 'T-101, T-102, T-103' }]);
    expect([rig.git('status', '--porcelain'), rig.sha('main')]).toEqual(['', old]);
    expect(readFileSync(odd(), 'utf8')).toBe('old\n');
    expect([rig.read('swap'), rig.read('folder/a')]).toEqual(['a file\n', 'a\n']);
    expect(leftovers(rig)).toEqual([]);
    await landsAgain(old);
  });

  it('what the user has put where a file was stays, and so does what they put where a folder was', async () => {
    const old = await start();
    await cutOff('pinned', (landed) => {
      filesAndIndex(landed);
      rig.write('swap/mine', 'mine\n');
      rig.write('folder', 'mine\n');
    });
    expect(await recover(rig.repo)).toMatchObject([
      { type: 'landing-taken-back' },
      { type: 'file-kept', path: 'folder' },
      { type: 'file-kept' },
      { type: 'file-kept' },
      { type: 'file-kept' },
    ]);
    expect([rig.read('swap/mine'), rig.read('folder'), rig.sha('main')]).toEqual(['mine\n', 'mine\n', old]);
    expect(rig.git('diff', '--cached', '--name-only')).toBe('');
    expect((await land(rig, IDS)).landed).toMatchObject({ ok: false, held: expect.stringContaining('folder') });
    for (const path of ['swap', 'folder']) remove(path);
    rig.git('checkout', '-q', '--', '.');
    await landsAgain(old);
  });

  it('what the user has staged since stays staged', async () => {
    const old = await start();
    await cutOff('pinned', (landed) => {
      filesAndIndex(landed);
      rig.write('swap/more', 'mine\n');
      rig.git('add', 'swap/more');
    });
    const events = await recover(rig.repo);
    expect(events).toMatchObject([{ type: 'landing-taken-back' }, { type: 'file-kept', path: 'swap' }]);
    expect([rig.git('show', ':swap/more'), rig.read('swap/more'), rig.sha('main')]).toEqual(['mine', 'mine\n', old]);
    expect(leftovers(rig)).toEqual([]);
  });

  it.each([
    ['a new branch', 'mine', ['switch', '-qc', 'mine']],
    ['an older branch', 'mine', ['switch', '-qC', 'mine', 'main~1']],
    ['no branch', 'HEAD', ['switch', '-q', '--detach']],
  ])(
    'git merged into %s that the user switched to in the very moment: that goes back',
    async (_, theirs, switching) => {
      const old = await start();
      let before = '';
      const cut = new Error('cut off');
      const landing = land(rig, IDS, {
        step: (name) => {
          if (name === 'go') {
            rig.git(...switching);
            before = rig.sha(theirs);
          }
          if (name === 'merged') throw cut;
        },
      });
      await expect(landing).rejects.toBe(cut);
      expect([rig.sha('main'), rig.sha(theirs)]).toEqual([old, rig.sha('refs/kanban/inflight/T-101')]);
      expect(await recover(rig.repo)).toMatchObject([{ type: 'landing-taken-back' }]);
      expect([rig.sha('main'), rig.sha(theirs), rig.git('status', '--porcelain')]).toEqual([old, before, '']);
      expect(existsSync(join(rig.root, 'swap/in'))).toBe(false);
      rig.git('switch', '-q', 'main');
      await landsAgain(old);
    },
  );

  it('but not the work that they have done on it since', async () => {
    await start();
    const cut = new Error('cut off');
    const landing = land(rig, IDS, {
      step: (name) => {
        if (name === 'go') rig.git('switch', '-qc', 'mine');
        if (name === 'merged') throw cut;
      },
    });
    await expect(landing).rejects.toBe(cut);
    rig.git('commit', '-q', '--allow-empty', '-m', 'mine');
    const mine = rig.sha('mine');
    await recover(rig.repo);
    expect([rig.sha('mine'), rig.git('status', '--porcelain')]).toEqual([mine, '']);
    expect(leftovers(rig)).toEqual([]);
  });
});
