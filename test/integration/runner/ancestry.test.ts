import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Repository } from '../../../src/git/git.ts';
import { closeObjects } from '../../../src/git/objects/objects.ts';
import { diverge, firstParents, reachable } from '../../../src/git/history/ancestry.ts';

let root: string;
let repo: Repository;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-ancestry-')));
  git('init', '-q', '-b', 'main');
  const gitDir = join(root, '.git');
  repo = { root, gitDir, commonDir: gitDir, objectFormat: 'sha1', shallow: false };
});
afterEach(() => {
  closeObjects(repo);
  rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Makes commits by `git fast-import`. @param commits parents by index, and the date. @returns their SHAs. */
function commits(all: readonly { readonly parents: readonly number[]; readonly date: number }[]): string[] {
  const text = all.map(({ parents, date }, n) => {
    const [first, ...others] = parents;
    const from = first === undefined ? '' : `from :${first + 1}\n`;
    const merges = others.map((parent) => `merge :${parent + 1}\n`).join('');
    const start = first === undefined ? 'reset refs/heads/all\n' : '';
    return `${start}commit refs/heads/all\nmark :${n + 1}\ncommitter A <a${n}@b> ${date} +0000\ndata 1\n.\n${from}${merges}`;
  });
  execFileSync('git', ['fast-import', '--quiet', '--force', '--export-marks=marks'], {
    cwd: root,
    input: text.join(''),
  });
  const marks = new Map(
    lines(readFileSync(join(root, 'marks'), 'utf8')).map((line) => line.split(' ') as [string, string]),
  );
  return all.map((_, n) => marks.get(`:${n + 1}`) ?? '');
}

/** Numbers from 0 up to 1, always the same. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Random histories; `perSecond` commits share a date. */
function randomHistory(next: () => number, count: number, perSecond: number) {
  return Array.from({ length: count }, (_, n) => {
    const recent = (): number => Math.max(0, n - 1 - Math.floor(next() * Math.min(n, 6)));
    const parents = n === 0 ? [] : next() < 0.35 ? [...new Set([recent(), recent()])] : [recent()];
    return { parents, date: 1_700_000_000 + Math.floor(n / perSecond) };
  });
}

describe('two histories', () => {
  it.each([
    [1, 1],
    [2, 4],
    [3, 1_000],
  ])('are told apart as git does (seed %i, %i commits a second)', async (seed, perSecond) => {
    const next = numbers(seed);
    const shas = commits(randomHistory(next, 45, perSecond));
    let compared = 0;
    for (let n = 0; n < 30; n += 1) {
      const [left, right] = [
        shas[Math.floor(next() * shas.length)] ?? '',
        shas[Math.floor(next() * shas.length)] ?? '',
      ];
      const bases = lines(git('merge-base', '--all', left, right));
      const found = await diverge(repo, left, right);
      if (bases.length > 1) {
        expect(found).toBe(null);
        continue;
      }
      compared += 1;
      expect(found?.mergeBase.sha).toBe(bases[0]);
      expect([...(found?.left.keys() ?? [])].sort()).toEqual(lines(git('rev-list', left, `^${right}`)).sort());
      expect([...(found?.right.keys() ?? [])].sort()).toEqual(lines(git('rev-list', right, `^${left}`)).sort());
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('knows tree, parents and committer', async () => {
    const shas = commits([
      { parents: [], date: 10 },
      { parents: [0], date: 11 },
    ]);
    const found = await diverge(repo, shas[0] ?? '', shas[1] ?? '');
    expect(found?.right.get(shas[1] ?? '')).toEqual({
      sha: shas[1],
      tree: git('rev-parse', `${shas[1]}^{tree}`),
      parents: [shas[0]],
      date: 11,
      committerEmail: 'a1@b',
    });
    expect(found?.left.size).toBe(0);
  });

  it('leaves to git: no common ancestor, a commit that is missing, a long way', async () => {
    const long = Array.from({ length: 260 }, (_, n) => ({ parents: n === 0 ? [] : [n - 1], date: 100 + n }));
    const shas = commits([...long, { parents: [], date: 500 }]);
    const [first = '', last = '', other = ''] = [shas[0], shas[259], shas[260]];
    expect(await diverge(repo, last, other)).toBe(null);
    expect(await diverge(repo, last, 'f'.repeat(40))).toBe(null);
    closeObjects(repo);
    expect(await diverge({ ...repo }, last, first)).toBe(null);
    expect((await diverge(repo, last, shas[250] ?? ''))?.left.size).toBe(9);
    expect(await diverge({ ...repo, shallow: true }, last, last)).toBe(null);
  });

  it('walks inside one of them', async () => {
    // 0 is the common ancestor; 1, 2 and a merge of both on the right.
    const shas = commits([
      { parents: [], date: 1 },
      { parents: [0], date: 2 },
      { parents: [0], date: 3 },
      { parents: [1, 2], date: 4 },
    ]);
    const found = await diverge(repo, shas[0] ?? '', shas[3] ?? '');
    const right = found?.right ?? new Map();
    expect(firstParents(shas[3] ?? '', right).map(({ sha }) => sha)).toEqual([shas[3], shas[1]]);
    expect([...reachable(shas[2] ?? '', right)]).toEqual([shas[2]]);
    expect(reachable(shas[3] ?? '', right).size).toBe(3);
  });
});
