import { existsSync, lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import {
  build,
  codeOf,
  idsOf,
  itemOf,
  land,
  landBuilt,
  makeChainRig,
  makePlainTasks,
  makeTasks,
  testingOf,
} from './chain-rig.ts';
import { expectLandings } from './expect-landings.ts';
import { makeCommits, type CommitSpec } from './history.ts';
import { leftovers, lines, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const reflog = (ref: string): number =>
  rig.git('reflog', 'show', '--format=%H', ref).split('\n').filter(Boolean).length;

/** All landed by one move of base and its checkout, which are in step, and nothing is left behind (I4, I7). */
async function landsAll(ids: readonly string[], expected: readonly string[] = ids): Promise<void> {
  const old = rig.sha('main');
  const moves = [reflog('main'), reflog('HEAD')];
  const { chain, landed } = await land(rig, ids);
  expect(landed).toEqual({ ok: true, sha: rig.sha('main'), audit: [] });
  expect(chain.landings.map(({ id }) => id)).toEqual(expected);
  expectLandings(rig, old, expected);
  expect([reflog('main'), reflog('HEAD')]).toEqual(moves.map((before) => before + 1));
  inStep();
}

function inStep(): void {
  expect(rig.git('status', '--porcelain', '--ignored')).toBe('');
  expect(rig.git('write-tree')).toBe(rig.sha('main^{tree}'));
  expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
  expect(rig.git('for-each-ref', 'refs/kanban/inflight')).toBe('');
  expect(leftovers(rig)).toEqual([]);
  expect(rig.git('fsck', '--no-dangling')).toBe('');
}

describe('a chain of landings', () => {
  it.each([
    [1, 'sha1'],
    [2, 'sha256'],
    [5, 'sha1'],
    [20, 'sha1'],
  ])('%i (%s): code, board and CHANGELOG in step at every commit, base moved once (I4)', async (count, format) => {
    rig = await makeChainRig(count, { format });
    makePlainTasks(rig, idsOf(count));
    await landsAll(idsOf(count));
    for (const id of idsOf(count)) expect(rig.read(codeOf(id))).toBe(`${id}\n`);
    expect(rig.read('board/TESTING.md')).toBe(testingOf([]));
  });

  it('stands in the object store only until it lands', async () => {
    rig = await makeChainRig(3);
    makePlainTasks(rig, idsOf(3));
    const before = [rig.git('for-each-ref'), rig.git('status', '--porcelain', '--ignored'), rig.git('ls-files', '-s')];
    expect(await build(rig, idsOf(3))).toMatchObject({ ok: true, left: [] });
    expect([rig.git('for-each-ref'), rig.git('status', '--porcelain', '--ignored'), rig.git('ls-files', '-s')]).toEqual(
      before,
    );
  });

  it('lands a part of what was built as it was built', async () => {
    rig = await makeChainRig(5);
    makePlainTasks(rig, idsOf(5));
    const chain = await build(rig, idsOf(5));
    if (!chain.ok) throw new Error(chain.held);
    const old = rig.sha('main');
    const first = { ...chain, landings: chain.landings.slice(0, 2) };
    expect(await landBuilt(rig, first)).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, idsOf(2));
    const rest = { ...chain, landings: chain.landings.slice(2) };
    expect(await landBuilt(rig, rest)).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, idsOf(5));
    inStep();
  });

  it('leaves out what conflicts with a task before it, and continues', async () => {
    rig = await makeChainRig(4);
    const at = (to: string) => ({ 'src/f1.txt': lines('f1').replace('line 3\n', `${to}\n`) });
    makeTasks(rig, {
      'T-101': at('one'),
      'T-102': { ...at('two'), 'code/two.txt': 'x\n' },
      'T-103': { 'code/three.txt': 'x\n' },
      'T-104': { 'src/f1.txt': lines('f1').replace('line 15\n', 'four\n') },
    });
    const { chain } = await land(rig, idsOf(4));
    expect(chain.left).toEqual([{ id: 'T-102', conflict: ['src/f1.txt'] }]);
    expectLandings(rig, chain.landings[0]!.parent, ['T-101', 'T-103', 'T-104']);
    expect(rig.read('board/TESTING.md')).toBe(testingOf(['T-102']));
    expect(existsSync(join(rig.root, 'code/two.txt'))).toBe(false);
    inStep();
  });

  it('names the files and folders of a conflict that has no file of its own', async () => {
    rig = await makeChainRig(2);
    const split = ['f0', 'f1'].flatMap((name) => [
      [`src/${name}.txt`, null] as const,
      [`a/${name}.txt`, lines(name)] as const,
    ]);
    const other = ['f2', 'f3'].flatMap((name) => [
      [`src/${name}.txt`, null] as const,
      [`b/${name}.txt`, lines(name)] as const,
    ]);
    makeTasks(rig, {
      'T-101': Object.fromEntries([...split, ...other, ['src/f4.txt', null]]),
      'T-102': { 'src/late.txt': 'x\n' },
    });
    const { chain } = await land(rig, idsOf(2));
    expect(chain.left).toEqual([{ id: 'T-102', conflict: ['src'] }]);
  });

  it('lands a task that is stacked on another one, and one whose ground moved on', async () => {
    rig = await makeChainRig(3);
    const main = rig.sha('main');
    const [ground = ''] = makeCommits(rig.root, [
      { parents: [main], files: { 'code/one.txt': '1\n' } },
      { parents: [0], files: { 'code/one.txt': '1\nmore\n' }, ref: 'refs/heads/T-101' },
      { parents: [0], files: { 'code/two.txt': '2\n' }, ref: 'refs/heads/T-102' },
      { parents: [1], files: { 'code/three.txt': '3\n' }, ref: 'refs/heads/T-103' },
    ]);
    expect(rig.git('merge-base', 'T-101', 'T-102')).toBe(ground);
    await landsAll(idsOf(3));
    expect(rig.read('code/one.txt')).toBe('1\nmore\n');
  });

  it('takes what a stacked task brings along, when its ground has not landed', async () => {
    rig = await makeChainRig(2);
    makeCommits(rig.root, [
      { parents: [rig.sha('main')], files: { 'code/one.txt': '1\n' }, ref: 'refs/heads/T-101' },
      { parents: [0], files: { 'code/two.txt': '2\n' }, ref: 'refs/heads/T-102' },
    ]);
    const { chain, landed } = await land(rig, ['T-102']);
    expect([landed, chain.left]).toEqual([{ ok: true, sha: rig.sha('main'), audit: [] }, []]);
    const again = await build(rig, ['T-101']);
    expect(again).toEqual({ ok: false, held: 'T-101: base already contains its branch', reason: { code: 'other' } });
  });

  it('lands branches that merged base in meanwhile, once or criss-cross', async () => {
    rig = await makeChainRig(4);
    const main = rig.sha('main');
    makeCommits(rig.root, [
      { parents: [main], files: { 'src/f1.txt': lines('f1').replace('line 2\n', 'base\n') }, ref: 'refs/heads/main' },
      { parents: [main], files: { 'code/one.txt': '1\n' } },
      { parents: [1, 0], files: { 'src/f1.txt': lines('f1').replace('line 2\n', 'base\n') }, ref: 'refs/heads/T-101' },
      // T-102 stands on T-101 as it was, and took base in by itself: two merge bases once T-101 has landed.
      { parents: [1], files: { 'code/two.txt': '2\n' } },
      { parents: [3, 0], files: { 'src/f1.txt': lines('f1').replace('line 2\n', 'base\n') }, ref: 'refs/heads/T-102' },
      { parents: [2], files: { 'code/three.txt': '3\n' }, ref: 'refs/heads/T-103' },
      { parents: [4, 2], files: { 'code/four.txt': '4\n' }, ref: 'refs/heads/T-104' },
    ]);
    rig.git('reset', '-q', '--hard');
    rig.git('update-ref', 'refs/kanban/seen', 'main');
    await landsAll(idsOf(4));
    expect(rig.sha('main:code')).toBe(rig.git('write-tree', '--prefix=code/'));
    expect(rig.git('ls-files', 'code')).toBe('code/four.txt\ncode/one.txt\ncode/three.txt\ncode/two.txt');
  });

  it('lands a branch that changes nothing: its entry goes all the same', async () => {
    rig = await makeChainRig(3);
    makePlainTasks(rig, ['T-101', 'T-103']);
    makeCommits(rig.root, [
      { parents: [rig.sha('main')], files: { 'code/x.txt': 'x\n' } },
      { parents: [0], files: { 'code/x.txt': null }, ref: 'refs/heads/T-102' },
    ]);
    await landsAll(idsOf(3));
  });

  it('lands odd files: modes, links, submodules, odd names, renames, files for folders', async () => {
    rig = await makeChainRig(8);
    const tasks: readonly CommitSpec['files'][] = [
      { 'run.sh': { mode: '100755', data: '#!/bin/sh\n' }, link: { mode: '120000', data: 'src/f0.txt' } },
      { module: { mode: '160000', data: '1'.repeat(40) }, 'src/f2.txt': { mode: '100755', data: lines('f2') } },
      { 'sp ace/new\nline': '1\n', 'sp ace/ta\tb "q"': '2\n', '-dash': '3\n', '\xc3\xbc': '4\n' },
      { 'caf\xe9': 'not UTF-8\n', 'caf\xe8': 'nor this\n' },
      { 'src/f0.txt': null, 'src/f0.txt/now/a/folder': 'x\n' },
      { 'src/f1.txt': null, 'lib/renamed.txt': `${lines('f1')}and more\n` },
      { 'src/f3.txt': { mode: '120000', data: 'f2.txt' } },
      { 'src/f4.txt': lines('f4').replaceAll('\n', '\r\n') },
    ];
    makeTasks(rig, Object.fromEntries(tasks.map((files, i) => [`T-${101 + i}`, files])));
    await landsAll(idsOf(8));
    expect(lstatSync(join(rig.root, 'run.sh')).mode & 0o111).toBe(0o111);
    expect(readlinkSync(join(rig.root, 'src/f3.txt'))).toBe('f2.txt');
    expect(rig.git('ls-files', '-s', 'module')).toBe(`160000 ${'1'.repeat(40)} 0\tmodule`);
    expect(rig.read('src/f0.txt/now/a/folder')).toBe('x\n');
    expect(rig.read('sp ace/new\nline')).toBe('1\n');
    expect(rig.git('ls-files', 'caf*')).toBe('"caf\\350"\n"caf\\351"');
  });

  it('changes, renames and deletes what has odd names, and turns folders into files', async () => {
    rig = await makeChainRig(4);
    makeCommits(rig.root, [
      {
        parents: [rig.sha('main')],
        files: { 'caf\xe9': 'old\n', 'caf\xe8': 'old\n', 'new\nline': 'old\n', 'deep/er/a': 'a\n', 'deep/er/b': 'b\n' },
        ref: 'refs/heads/main',
      },
    ]);
    rig.git('reset', '-q', '--hard');
    makeTasks(rig, {
      'T-101': { 'caf\xe9': 'new\n', 'new\nline': 'new\n' },
      'T-102': { 'caf\xe8': null },
      'T-103': { 'deep/er/a': null, 'deep/er/b': null, 'deep/er': 'a file\n' },
      'T-104': { 'new\nline': 'new\n', 'caf\xe9': 'new\n', 'src/f1.txt': null },
    });
    await landsAll(idsOf(4));
    expect(rig.read('deep/er')).toBe('a file\n');
    expect(rig.git('ls-files', 'caf*')).toBe('"caf\\351"');
  });

  it('lands where git converts line ends', async () => {
    rig = await makeChainRig(3);
    rig.write('.gitattributes', '*.txt text eol=crlf\n');
    rig.git('add', '.');
    rig.git('commit', '-qm', 'attributes');
    rig.git('rm', '-q', '--cached', '-r', '.');
    rig.git('reset', '-q', '--hard');
    makeTasks(rig, {
      'T-101': { 'src/f1.txt': lines('f1').replace('line 3\n', 'one\n') },
      'T-102': { 'src/f1.txt': lines('f1').replace('line 15\n', 'two\n'), 'code/new.txt': 'new\n' },
      'T-103': { '.gitattributes': '*.txt text eol=crlf\n*.bin binary\n', 'code/x.bin': 'a\r\nb\n' },
    });
    await landsAll(idsOf(3));
    expect(rig.read('code/new.txt')).toBe('new\r\n');
    expect(rig.read('src/f1.txt')).toBe(
      lines('f1').replace('line 3\n', 'one\n').replace('line 15\n', 'two\n').replaceAll('\n', '\r\n'),
    );
  });

  it.each([
    ['split', ['update-index', '--split-index']],
    ['of version 4', ['update-index', '--index-version', '4']],
    ['with an untracked cache', ['update-index', '--untracked-cache']],
    ['sparse', ['sparse-checkout', 'set', '--cone', '--sparse-index', 'board', 'code', 'src']],
  ])('lands where the index is %s', async (_, how) => {
    rig = await makeChainRig(3);
    rig.git(...how);
    makeTasks(rig, {
      'T-101': { 'src/f1.txt': 'new\n', 'code/new.txt': 'new\n' },
      'T-102': { 'src/f2.txt': null },
      'T-103': { 'src/f3.txt': 'new\n' },
    });
    await landsAll(idsOf(3));
    rig.write('src/f1.txt', 'mine\n');
    rig.git('add', '.');
    makeTasks(rig, { 'T-101': { 'src/f1.txt': 'newer\n' } });
    expect((await land(rig, ['T-101'])).landed).toMatchObject({ held: 'you have staged src/f1.txt' });
  });

  it('moves base alone where it is checked out nowhere, and a linked checkout where it is that one', async () => {
    rig = await makeChainRig(4);
    makePlainTasks(rig, idsOf(4));
    rig.git('switch', '-q', '--detach');
    const old = rig.sha('main');
    expect((await land(rig, idsOf(2))).landed).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, idsOf(2));
    expect([rig.sha('HEAD'), rig.git('status', '--porcelain')]).toEqual([old, '']);
    const linked = join(rig.root, '.worktrees/base');
    rig.git('worktree', 'add', '-q', linked, 'main');
    expect((await land(rig, ['T-103', 'T-104'])).landed).toMatchObject({ ok: true, audit: [] });
    expectLandings(rig, old, idsOf(4));
    expect(rig.gitIn(linked, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(linked, codeOf('T-104')))).toBe(true);
    expect([rig.sha('HEAD'), rig.git('status', '--porcelain')]).toEqual([old, '']);
    expect(leftovers(rig)).toEqual([]);
  });

  it('is held by a tip that base contains, that has no history in common, or an entry that is gone', async () => {
    rig = await makeChainRig(2);
    makePlainTasks(rig, idsOf(2));
    rig.git('update-ref', 'refs/heads/T-102', 'main');
    expect(await build(rig, idsOf(2))).toEqual({
      ok: false,
      held: 'T-102: base already contains its branch',
      reason: { code: 'other' },
    });
    const stranger = rig.git('commit-tree', 'main^{tree}', '-m', 'x');
    rig.git('update-ref', 'refs/heads/T-102', stranger);
    expect(await build(rig, idsOf(2))).toEqual({
      ok: false,
      held: 'T-102: base and its branch have no common history',
      reason: { code: 'other' },
    });
    expect(itemOf(rig, 'T-102').tip).toBe(stranger);
  });
});
