import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { closeRepository } from '../../../src/git/close.ts';
import { readTree } from '../../../src/git/objects/objects.ts';
import { mergeOnto, precheck } from '../../../src/landing/merge-onto.ts';
import { makeCommits, type CommitSpec, type FileSpec } from './history.ts';
import { Dice, randomHistory } from './random-histories.ts';
import { makeRig, type Rig } from './rig.ts';

let rig: Rig;
afterEach(() => closeRepository(rig.repo));

const OWN = { board: 'board', changelog: 'CHANGELOG.md' };
const isOwn = (path: string): boolean => path === OWN.changelog || path.startsWith('board/');

/** What git itself makes of each pair of commits: the tree; null = a conflict in a file that no landing writes itself. */
function askGit(pairs: readonly (readonly [string, string])[]): (string | null)[] {
  const run = (args: readonly string[], input = '') =>
    spawnSync('git', ['merge-tree', ...args], { cwd: rig.root, input, encoding: 'latin1', maxBuffer: 2 ** 28 }).stdout;
  const input = pairs.map(([ours, theirs]) => `${ours} ${theirs}\n`).join('');
  const fields = run(['--stdin', '--name-only', '--no-messages'], input).split('\0');
  return pairs.map(([ours, theirs]) => {
    const [clean, tree = ''] = fields.splice(0, 2);
    const files = fields.splice(0, fields.indexOf('') + 1).slice(0, -1);
    if (clean === '1') return tree;
    if (files.length === 0 || files.some((path) => !isOwn(path))) return null;
    const words = run(['--write-tree', '--name-only', ours, theirs]);
    return /CONFLICT \((?!content)/.test(words) ? null : tree;
  });
}

/** All but the files that a landing writes itself. */
async function withoutOwn(tree: string): Promise<string> {
  const entries = await readTree(rig.repo, tree);
  const others = entries.filter(({ name }) => name !== 'board' && name !== 'CHANGELOG.md');
  return others.map(({ mode, name, sha }) => `${mode} ${sha} ${name}`).join('\n');
}

describe('mergeOnto', () => {
  it("gives git's own tree for random histories, and precheck agrees with it (I4)", async () => {
    rig = await makeRig();
    const dice = new Dice(4);
    const commits: CommitSpec[] = [];
    const histories = Array.from({ length: 500 }, () => {
      const history = randomHistory(dice, commits.length);
      commits.push(...history.commits);
      return history;
    });
    const shas = makeCommits(rig.root, commits);
    const pairs = histories.map(({ ours, theirs }) => [shas[ours] ?? '', shas[theirs] ?? ''] as const);
    const wanted = askGit(pairs);
    const seen = { clean: 0, conflict: 0, nothing: 0 };
    for (const [at, [ours, theirs]] of pairs.entries()) {
      const merged = await mergeOnto(rig.repo, ours, theirs, OWN);
      const [checked] = await precheck(rig.repo, ours, [theirs], OWN);
      const git = wanted[at] ?? null;
      const now = [at, merged.ok ? await withoutOwn(merged.tree) : merged.why, checked?.clean];
      if (!merged.ok && merged.why === 'nothing') {
        expect(rig.git('merge-base', ours, theirs)).toBe(theirs);
        expect(now).toEqual([at, 'nothing', true]);
        seen.nothing += 1;
      } else if (git === null) {
        expect(now).toEqual([at, 'conflict', false]);
        seen.conflict += 1;
      } else {
        expect(now).toEqual([at, await withoutOwn(git), true]);
        seen.clean += 1;
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });

  const body = (word: string) => Array.from({ length: 12 }, (_, i) => `${word} line ${i}\n`).join('');
  const edited = (word: string, line: number, to: string) => body(word).replace(`line ${line}\n`, `${to}\n`);
  const MODULE = '1'.repeat(40);
  const START: Files = {
    'dir/one': body('one'),
    'dir/two': body('two'),
    'dir/three': body('three'),
    'dir/four': body('four'),
    file: body('file'),
    run: { data: '#!/bin/sh\n' },
    link: { mode: '120000', data: 'file' },
    module: { mode: '160000', data: MODULE },
    'caf\xe9': body('caf'),
    'board/TODO.md': '# TODO\n',
    'CHANGELOG.md': '# Changelog\n',
  };
  const renamed = (from: string, to: string, ...names: string[]): Files =>
    Object.fromEntries(
      names.flatMap((name): [string, string | null][] => [
        [from + name, null],
        [to + name, body(name)],
      ]),
    );

  const CASES: readonly (readonly [string, Files, Files, 'clean' | 'conflict'])[] = [
    ['nothing on the branch', { file: 'x\n' }, {}, 'clean'],
    ['the same on both sides', { file: 'x\n', new: 'n\n' }, { file: 'x\n', new: 'n\n', run: 'r\n' }, 'clean'],
    ['two parts of a file', { file: edited('file', 1, 'x') }, { file: edited('file', 10, 'y') }, 'clean'],
    ['one line', { file: edited('file', 1, 'x') }, { file: edited('file', 1, 'y') }, 'conflict'],
    ['a mode here, content there', { run: { mode: '100755', data: '#!/bin/sh\n' } }, { run: '#!/bin/bash\n' }, 'clean'],
    ['a mode', { file: 'x\n' }, { run: { mode: '100755', data: '#!/bin/sh\n' } }, 'clean'],
    ['a link becomes a file', { file: 'x\n' }, { link: body('file') }, 'clean'],
    [
      'a link leads elsewhere on both sides',
      { link: { mode: '120000', data: 'a' } },
      { link: { mode: '120000', data: 'b' } },
      'conflict',
    ],
    ['a submodule moves on', { file: 'x\n' }, { module: { mode: '160000', data: '2'.repeat(40) } }, 'clean'],
    ['a submodule gives way to a folder', { file: 'x\n' }, { module: null, 'module/a': 'a\n' }, 'clean'],
    ['a file gives way to a folder', { 'dir/one': 'x\n' }, { file: null, 'file/a': 'a\n' }, 'clean'],
    [
      'a folder gives way to a file',
      { file: 'x\n' },
      { 'dir/one': null, 'dir/two': null, 'dir/three': null, 'dir/four': null, dir: 'f\n' },
      'clean',
    ],
    ['a file where the other side adds a folder', { fresh: 'f\n' }, { 'fresh/a': 'a\n' }, 'conflict'],
    ['a folder where the other side adds a file', { 'fresh/a/b': 'f\n' }, { fresh: 'a\n' }, 'conflict'],
    [
      'a submodule where the other side adds a folder',
      { fresh: { mode: '160000', data: MODULE } },
      { 'fresh/a': 'a\n' },
      'conflict',
    ],
    ['a name that is not UTF-8', { 'caf\xe8': 'x\n' }, { 'caf\xe9': 'y\n' }, 'clean'],
    ['names that only look alike', { 'new\xe8': 'x\n' }, { 'new\xe9': 'y\n' }, 'clean'],
    ['line break, tab, quotes and spaces in names', { 'a\nb': 'x\n' }, { 'a\nc': 'y\n', 'a\tb "q" ': 'z\n' }, 'clean'],
    ['deleted here, changed there', { file: null }, { file: 'x\n' }, 'conflict'],
    ['changed here, deleted there', { file: 'x\n' }, { file: null }, 'conflict'],
    ['renamed here, changed there', { file: null, moved: body('file') }, { file: edited('file', 1, 'x') }, 'clean'],
    ['changed here, renamed there', { file: edited('file', 1, 'x') }, { file: null, moved: body('file') }, 'clean'],
    [
      'a folder renamed here, a file added there',
      renamed('dir/', 'moved/', 'one', 'two', 'three', 'four'),
      { 'dir/five': 'f\n' },
      'conflict',
    ],
    [
      'a file added here, its folder renamed there',
      { 'dir/five': 'f\n' },
      renamed('dir/', 'moved/', 'one', 'two', 'three', 'four'),
      'conflict',
    ],
    [
      'a folder split in two here, a file added there',
      { ...renamed('dir/', 'a/', 'one', 'two'), ...renamed('dir/', 'b/', 'three', 'four') },
      { 'dir/five': 'f\n' },
      'conflict',
    ],
    [
      'board and CHANGELOG on both sides',
      { 'board/TODO.md': '# A\n', 'CHANGELOG.md': '# A\n' },
      { 'board/TODO.md': '# B\n', 'CHANGELOG.md': '# B\n' },
      'clean',
    ],
    ['board here, code there', { 'board/TODO.md': '# A\n' }, { file: 'x\n', 'board/MORE.md': 'x\n' }, 'clean'],
  ];

  it.each(CASES)("gives git's own tree: %s", async (_, ours, theirs, outcome) => {
    rig = await makeRig();
    const [, mine = '', tip = ''] = makeCommits(rig.root, [
      { parents: [], files: START },
      { parents: [0], files: ours },
      { parents: [0], files: theirs },
    ]);
    const [tree = null] = askGit([[mine, tip]]);
    expect(tree === null ? 'conflict' : 'clean').toBe(outcome);
    const merged = await mergeOnto(rig.repo, mine, tip, OWN);
    expect(merged.ok ? await withoutOwn(merged.tree) : merged.why).toEqual(
      tree === null ? 'conflict' : await withoutOwn(tree),
    );
    const [checked] = await precheck(rig.repo, mine, [tip], OWN);
    expect(checked?.clean).toBe(tree !== null);
    if (!merged.ok && merged.why === 'conflict') {
      expect(merged.files).not.toEqual([]);
      expect(checked).toMatchObject({ conflict: merged.files });
    }
  });
});

type Files = Readonly<Record<string, FileSpec | string | null>>;
