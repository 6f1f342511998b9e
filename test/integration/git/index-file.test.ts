import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { editIndexFile, readIndexFile } from '../../../src/git/index/index-file.ts';
import { setIndexEntries } from '../../../src/git/index/edit-index.ts';
import type { IndexEdit } from '../../../src/git/index/index-format.ts';
import { writeBlob } from '../../../src/git/objects/objects.ts';
import { makeRig, type Rig } from '../landing/rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

/** A small repeatable source of numbers. */
function numbers(seed: number): (below: number) => number {
  let count = 0;
  return (below) => createHash('sha1').update(`${seed} ${count++}`).digest().readUInt32BE(0) % below;
}

describe('editIndexFile does what git update-index does', () => {
  for (const format of ['sha1', 'sha256'] as const) {
    it(`over random edits (${format})`, async () => {
      rig = await makeRig({ format });
      const folders = ['', 'a/', 'a/b/', 'a.b/', 'a-b/', 'z/ü ö/', 'long/'.repeat(60)];
      for (const folder of folders) for (let i = 0; i < 4; i++) rig.write(`${folder}file${i}`, `${folder}${i}`);
      rig.git('add', '.');
      rig.git('commit', '-qm', 'more'); // leaves a TREE extension
      const pick = numbers(7);
      for (let round = 0; round < 25; round++) {
        const edits: IndexEdit[] = [];
        const paths = new Set<string>();
        for (let n = pick(3); n >= 0; n--) paths.add(`${folders[pick(folders.length)]}file${pick(8)}`);
        const now = readIndexFile(rig.repo.gitDir, format, paths)!;
        for (const path of paths) {
          const sha = writeBlob(rig.repo, Buffer.from(`${round} ${path}`));
          edits.push({
            path,
            allowed: [now.get(path)?.sha ?? null],
            to: pick(4) === 0 ? null : { mode: '100644', sha },
          });
        }
        const expected = new Map(listed(rig).map((line) => [line.split('\t')[1]!, line]));
        for (const { path, to } of edits) {
          if (to) expected.set(path, `${to.mode} ${to.sha} 0\t${path}`);
          else expected.delete(path);
        }
        expect(editIndexFile(rig.repo.gitDir, format, edits)).toEqual({ ok: true });
        expect(listed(rig).sort()).toEqual([...expected.values()].sort());
        // git checks the order and the trailing checksum, and its cached trees must agree with the entries.
        expect(rig.git('fsck', '--no-dangling')).toBe('');
        const cached = rig.git('write-tree');
        rig.git('read-tree', '--empty');
        rig.gitIn(rig.root, 'read-tree', cached);
        expect(listed(rig).sort()).toEqual([...expected.values()].sort());
        if (round % 5 === 0) rig.git('commit', '-qm', `round ${round}`, '--allow-empty');
      }
    });
  }

  it.each([false, true])(
    'puts a file where a folder was, and a folder where a file was (split index: %s)',
    async (split) => {
      rig = await makeRig();
      for (const path of ['swap/in', 'swap/more', 'swap-too', 'file']) rig.write(path, `${path}\n`);
      rig.git('add', '.');
      rig.git('commit', '-qm', 'more');
      if (split) rig.git('update-index', '--split-index');
      const sha = writeBlob(rig.repo, Buffer.from('new\n'));
      const to = { mode: '100644', sha };
      const gone = ['swap/in', 'file'].map((path) => ({ path, allowed: [rig.sha(`:${path}`)], to: null }));
      const put = ['swap', 'file/now/a/folder'].map((path) => ({ path, allowed: [null], to }));
      const checkout = { path: rig.root, gitDir: rig.repo.gitDir };
      const last = { path: 'swap/more', allowed: [rig.sha(':swap/more')], to: null };
      expect(await setIndexEntries(rig.repo, checkout, [...put, ...gone, last])).toEqual({ ok: true });
      expect(rig.git('ls-files', 'swap', 'swap-too', 'file')).toBe('file/now/a/folder\nswap\nswap-too');
      expect(rig.git('cat-file', '-p', `${rig.git('write-tree')}:swap`)).toBe('new');
      expect(rig.git('fsck', '--no-dangling')).toBe('');
    },
  );

  it('but not over a file that stays', async () => {
    rig = await makeRig();
    for (const path of ['swap/in', 'swap/more']) rig.write(path, `${path}\n`);
    rig.git('add', '.');
    const to = { mode: '100644', sha: rig.sha(':swap/in') };
    const gone = { path: 'swap/in', allowed: [to.sha], to: null };
    const checkout = { path: rig.root, gitDir: rig.repo.gitDir };
    const result = await setIndexEntries(rig.repo, checkout, [{ path: 'swap', allowed: [null], to }, gone]);
    expect(result).toEqual({ ok: false, why: 'other', path: 'swap' });
    expect(rig.git('ls-files', 'swap')).toBe('swap/in\nswap/more');
  });

  it('refuses what it may not touch', async () => {
    rig = await makeRig();
    const format = 'sha1';
    const sha = writeBlob(rig.repo, Buffer.from('x'));
    const to = { mode: '100644', sha };
    const before = readFileSync(join(rig.root, '.git/index'));
    const edit = (path: string, allowed: readonly (string | null)[]) =>
      editIndexFile(rig.repo.gitDir, format, [{ path, allowed, to }]);
    expect(edit('src/f1.txt', [null, sha])).toEqual({ ok: false, why: 'other', path: 'src/f1.txt' });
    expect(edit('src/f1.txt/deeper', [null])).toEqual({ ok: false, why: 'other', path: 'src/f1.txt/deeper' });
    expect(edit('src', [null])).toEqual({ ok: false, why: 'other', path: 'src' });
    writeFileSync(join(rig.root, '.git/index.lock'), '');
    expect(edit('new.txt', [null])).toEqual({ ok: false, why: 'locked' });
    expect(readFileSync(join(rig.root, '.git/index')).equals(before)).toBe(true);
  });

  it('never makes the index newer than it was', async () => {
    rig = await makeRig();
    const before = statSync(join(rig.root, '.git/index')).mtimeMs;
    const to = { mode: '100644', sha: writeBlob(rig.repo, Buffer.from('x')) };
    expect(editIndexFile(rig.repo.gitDir, 'sha1', [{ path: 'new.txt', allowed: [null], to }])).toEqual({ ok: true });
    expect(statSync(join(rig.root, '.git/index')).mtimeMs).toBeLessThanOrEqual(before);
  });
});

const listed = (rig: Rig): string[] =>
  rig.git('-c', 'core.quotePath=false', 'ls-files', '-s', '-z').split('\0').filter(Boolean);
