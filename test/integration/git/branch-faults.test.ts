import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { branchFaults } from '../../../src/git/branch/branch-faults.ts';
import type { Repository } from '../../../src/git/git.ts';
import { closeObjects } from '../../../src/git/objects/objects.ts';
import { runs } from '../../rig/runs.ts';

let root: string;
let repo: Repository;

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const attempt = (...args: string[]): void => {
  try {
    git(...args);
  } catch {
    // A conflict: what the test wants.
  }
};
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const commit = (path: string, text: string): void => {
  write(path, text);
  git('add', '-A');
  git('commit', '-qm', path);
};
const faults = (base = 'main', tip = 'T-2', start = 'start'): Promise<string[]> => {
  const [b, t] = [git('rev-parse', base), git('rev-parse', tip)];
  return branchFaults(repo, { id: 'T-2', base: b, tip: t, start: git('rev-parse', start), board: 'board' });
};
/** The commands that a finding names after `Fix: `, as they stand there. */
const fix = (fault: string | undefined, which = 0): void => {
  const commands = (fault ?? '').split(/Fix: |If the file is meant to contain them: /)[which + 1] ?? '';
  execFileSync('sh', ['-c', commands.trim()], { cwd: root, stdio: 'pipe' });
};

const LINES = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];
const lines = (change: Record<number, string> = {}): string =>
  LINES.map((line, at) => `${change[at] ?? line}\n`).join('');

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-faults-')));
  const gitDir = join(root, '.git');
  repo = { root, gitDir, commonDir: gitDir, objectFormat: 'sha1', shallow: false };
  onTestFinished(() => {
    closeObjects(repo);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  git('init', '-q', '-b', 'main');
  git('config', 'user.name', 'x');
  git('config', 'user.email', 'x@example.com');
  commit('a.txt', lines());
  commit('other.txt', 'old\n');
  git('tag', 'start');
  git('branch', 'T-2');
  commit('other.txt', 'landed\n');
  git('switch', '-q', 'T-2');
  commit('mine.txt', 'work\n');
});

describe('I6: a branch is judged as a whole: merges', () => {
  it('`-s ours` of base, though the next merge is honest and nothing was reported of the first', async () => {
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    git('switch', '-q', 'main');
    commit('more.txt', 'more\n');
    git('switch', '-q', 'T-2');
    git('merge', '-q', '--no-edit', 'main');
    const [fault, ...others] = await faults();
    expect(fault).toMatch(/^merge [0-9a-f]{10} drops what git merges clean: other\.txt\. Fix: git diff/);
    expect(others).toEqual([]);
    expect(await faults()).toEqual([fault]);
    fix(fault);
    expect(read('other.txt')).toBe('landed\n');
    expect(await faults()).toEqual([]);
  });

  it('the fix keeps what was changed in the same file since', async () => {
    git('switch', '-q', 'main');
    commit('a.txt', lines({ 8: 'landed' }));
    git('switch', '-q', 'T-2');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    commit('a.txt', lines({ 0: 'later' }));
    const [fault] = await faults();
    expect(fault).toContain('drops what git merges clean: a.txt, other.txt');
    fix(fault);
    expect(read('a.txt')).toBe(lines({ 0: 'later', 8: 'landed' }));
    expect(await faults()).toEqual([]);
  });

  it('added and deleted files, names with blanks and quotes', async () => {
    git('switch', '-q', 'main');
    commit("it's new/a b.txt", 'new\n');
    git('rm', '-q', 'a.txt');
    git('commit', '-qm', 'gone');
    git('switch', '-q', 'T-2');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    const [fault] = await faults();
    expect(fault).toContain("clean: a.txt, it's new/a b.txt, other.txt");
    fix(fault);
    expect(git('diff', '--name-only', 'main', 'T-2')).toBe('mine.txt');
    expect(await faults()).toEqual([]);
  });

  it('what the branch itself had is not dropped either (`-s theirs` by hand)', async () => {
    git('merge', '-q', '--no-commit', '--no-ff', 'main');
    git('rm', '-qf', 'mine.txt');
    git('commit', '-qm', 'theirs');
    expect((await faults())[0]).toContain('clean: mine.txt');
  });

  it('an octopus, and a merge of another task branch, whose work would count as landed', async () => {
    git('branch', 'T-3', 'start');
    git('switch', '-q', 'T-3');
    commit('three.txt', 'three\n');
    git('switch', '-q', 'T-2');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'T-3');
    expect((await faults())[0]).toContain('clean: three.txt');
    git('reset', '-q', '--hard', 'HEAD~1');
    git('merge', '-q', '--no-edit', 'main', 'T-3');
    expect(await faults()).toEqual([]);
    git('reset', '-q', '--hard', 'HEAD~1');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main', 'T-3');
    expect((await faults())[0]).toContain('clean: other.txt, three.txt');
  });

  it('an octopus with a parent that has nothing in common with it is examined all the same', async () => {
    const alone = git('commit-tree', '-m', 'alone', git('hash-object', '-t', 'tree', '-w', '/dev/null'));
    const tree = git('rev-parse', 'HEAD^{tree}');
    for (const parents of [
      ['HEAD', alone, 'main'],
      ['HEAD', 'main', alone],
      [alone, 'main', 'HEAD'],
    ]) {
      const merge = git('commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-m', 'all');
      git('branch', '-f', 'evil', merge);
      expect((await faults('main', 'evil'))[0]).toContain('drops what git merges clean: other.txt');
    }
  });

  it('a merge of which git lacks a parent is refused', async () => {
    const alone = git('commit-tree', '-m', 'alone', 'HEAD^{tree}');
    git(
      'reset',
      '-q',
      '--hard',
      git('commit-tree', 'HEAD^{tree}', '-p', 'HEAD', '-p', 'main', '-p', alone, '-m', 'all'),
    );
    rmSync(join(root, '.git/objects', alone.slice(0, 2), alone.slice(2)));
    expect((await faults()).join()).toContain('cannot be examined');
  });

  describe('a merge with lines of its own in a file', () => {
    const evil = async (path: string, change: (text: string) => string): Promise<string[]> => {
      git('merge', '-q', '--no-commit', '--no-ff', 'main');
      git('checkout', 'HEAD', '--', path);
      write(path, change(read(path)));
      git('add', '-A');
      git('commit', '-qm', 'merged');
      return faults();
    };

    it.each([
      ['below', (text: string) => `${text}mine\n`],
      ['above', (text: string) => `mine\n${text}`],
      ['in the same line', (text: string) => text.replace('old', 'old, mine')],
    ])('of which a change of base is missing: %s; a later commit repairs it', async (_, change) => {
      const [fault] = await evil('other.txt', change);
      expect(fault).toContain('drops what git merges clean: other.txt');
      fix(fault);
      expect(await faults()).toEqual([]);
    });

    it('nor does a later change beside it hide that', async () => {
      await evil('other.txt', (text) => `${text}mine\n`);
      commit('other.txt', 'old, and\nmine, too\n');
      expect((await faults())[0]).toContain('clean: other.txt');
      git('switch', '-q', 'main');
      commit('other.txt', 'landed otherwise\n');
      git('switch', '-q', 'T-2');
      attempt('merge', '-q', 'main');
      commit('other.txt', 'landed otherwise\nmine, too\n');
      expect(await faults()).toEqual([]);
    });

    it('one change of several, a deletion, a file that base removed', async () => {
      git('switch', '-q', 'main');
      commit('a.txt', lines({ 8: 'landed' }));
      git('switch', '-q', 'T-2');
      commit('a.txt', lines({ 0: 'work' }));
      expect((await evil('a.txt', (text) => text.replace('5', 'mine')))[0]).toContain('clean: a.txt');
      git('reset', '-q', '--hard', 'HEAD~1');
      git('switch', '-q', 'main');
      commit('a.txt', lines().replace('8\n9\n', ''));
      git('switch', '-q', 'T-2');
      expect((await evil('a.txt', (text) => `${text}mine\n`))[0]).toContain('clean: a.txt');
      git('reset', '-q', '--hard', 'HEAD~1');
      git('switch', '-q', 'main');
      git('rm', '-q', 'other.txt');
      git('commit', '-qm', 'gone');
      git('switch', '-q', 'T-2');
      expect((await evil('other.txt', (text) => `${text}mine\n`))[0]).toContain('clean: other.txt');
    });
  });

  it('criss-cross merges', async () => {
    git('branch', 'T-4', 'T-2');
    git('switch', '-q', 'T-4');
    git('merge', '-q', '--no-edit', 'main');
    commit('four.txt', 'four\n');
    git('switch', '-q', 'main');
    git('merge', '-q', '--no-ff', '--no-edit', 'T-2~0');
    commit('five.txt', 'five\n');
    git('switch', '-q', 'T-4');
    git('merge', '-q', '--no-edit', 'main');
    expect(await faults('main', 'T-4')).toEqual([]);
    git('reset', '-q', '--hard', 'HEAD~1');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    expect((await faults('main', 'T-4'))[0]).toContain('clean: five.txt');
  });

  it('honest merges, also with resolved conflicts and repairs in the merge, and a revert on purpose after it', async () => {
    git('switch', '-q', 'main');
    commit('a.txt', lines({ 4: 'theirs' }));
    git('switch', '-q', 'T-2');
    commit('a.txt', lines({ 4: 'mine' }));
    attempt('merge', '-q', 'main');
    write('a.txt', lines({ 4: 'mine' }));
    write('other.txt', 'landed, and adapted\n');
    git('add', '-A');
    git('commit', '-qm', 'merged');
    commit('other.txt', 'old\n');
    expect(await faults()).toEqual([]);
  });

  it('what base itself took back since is not asked for', async () => {
    git('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    expect(await faults()).toHaveLength(1);
    git('switch', '-q', 'main');
    git('revert', '--no-edit', 'HEAD');
    git('switch', '-q', 'T-2');
    expect(await faults()).toEqual([]);
  });

  it('merges that base contains are its own', async () => {
    git('switch', '-q', 'main');
    git('merge', '-q', '-s', 'ours', '--no-edit', 'T-2');
    git('branch', '-f', 'T-2', 'main');
    git('switch', '-q', 'T-2');
    commit('x.txt', 'x\n');
    expect(await faults()).toEqual([]);
  });
});

describe('I6: a branch is judged as a whole: history that was replaced', () => {
  beforeEach(() => {
    git('switch', '-q', 'main');
    write('CHANGELOG.md', '# Changelog\n\n- Landed (T-1)\n');
    commit('a.txt', lines({ 8: 'landed' }));
    git('switch', '-q', 'T-2');
    commit('a.txt', lines({ 0: 'mine' }));
  });
  const PATHS = 'takes back what landed there: CHANGELOG.md, a.txt, other.txt. Fix: ';

  it.each([
    [
      'the old tree as a commit on base',
      () => git('reset', '-q', '--hard', git('commit-tree', 'HEAD^{tree}', '-p', 'main', '-m', 'squash')),
    ],
    [
      'reset --soft, commit',
      () => {
        git('reset', '-q', '--soft', 'main');
        git('commit', '-qm', 'squash');
      },
    ],
    [
      'in a commit after an honest one',
      () => {
        const old = git('rev-parse', 'HEAD');
        git('reset', '-q', '--hard', 'main');
        commit('more.txt', 'x\n');
        git('rm', '-rq', '.');
        git('checkout', old, '--', '.');
        git('commit', '-qm', 'the rest');
      },
    ],
    [
      'that was hidden by a second merge',
      () => {
        git('reset', '-q', '--soft', 'main');
        git('commit', '-qm', 'squash');
        git('switch', '-q', 'main');
        commit('more.txt', 'more\n');
        git('switch', '-q', 'T-2');
        git('merge', '-q', '--no-edit', 'main');
      },
    ],
  ])('%s: what landed since the start may not be gone; the fix brings it back', async (_, replace) => {
    replace();
    const [fault, ...others] = await faults();
    expect(fault).toContain(PATHS);
    expect(others).toEqual([]);
    fix(fault);
    expect(read('a.txt')).toBe(lines({ 0: 'mine', 8: 'landed' }));
    expect(read('CHANGELOG.md')).toContain('- Landed (T-1)');
    expect(await faults()).toEqual([]);
  });

  it('an honest rebase and an honest squash, with a file moved and one made anew', async () => {
    git('rebase', '-q', 'main');
    expect(await faults()).toEqual([]);
    git('mv', 'CHANGELOG.md', 'CHANGES.md');
    git('commit', '-qm', 'moved');
    commit('other.txt', 'landed, and mine\n');
    git('reset', '-q', '--soft', 'main');
    git('commit', '-qm', 'squash');
    expect(await faults()).toEqual([]);
  });
});

describe('I6: a branch is judged as a whole: conflict markers', () => {
  const marked = (end = '\n'): string => ['<<<<<<< HEAD', 'mine', '=======', 'theirs', '>>>>>>> main', ''].join(end);

  it.each([
    ['in a merge', '\n'],
    ['with CRLF', '\r\n'],
  ])('committed %s, and by whatever commit', async (_, end) => {
    commit('docs/a b.txt', `x${end}${marked(end)}`);
    commit('later.txt', 'x\n');
    const [fault, ...others] = await faults();
    expect(fault).toMatch(/^conflict markers were left in docs\/a b\.txt\. Fix: /);
    expect(others).toEqual([]);
    commit('docs/a b.txt', 'resolved\n');
    expect(await faults()).toEqual([]);
  });

  it.each([
    ['a file that attributes take for binary', 'lock.json', 'lock.json -diff\n', ''],
    ['a binary macro', 'lock.json', '* binary\n', ''],
    ['a line above them that looks like a header', 'q.txt', '', '++ b/other.txt\n'],
    ['a line above them that looks like a hunk', 'q.txt', '', '@@ -0,0 +1 @@\ndiff --git a/x b/x\n'],
    ['a NUL byte', 'q.txt', '', 'x\0y\n'],
    ['a path with a quote', 'a "b" \\ c.txt', '', ''],
    ['a path with a tab', 'a\tb.txt', '', ''],
    ['a path with a line break', 'a\nb.txt', '', ''],
    ['a path that is not ASCII', 'dé/ü b.txt', '', ''],
  ])('%s', async (_, path, attributes, above) => {
    git('config', 'diff.noprefix', 'true');
    write('.gitattributes', attributes);
    commit(path, `${above}${marked()}`);
    const found = await faults();
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`conflict markers were left in ${path}. Fix: `);
  });

  it('above 200 files, where git is asked for the suspects', async () => {
    for (let n = 0; n < 201; n += 1) write(`many/${n}`, 'x\n');
    write('.gitattributes', 'lock.json -diff\n');
    commit('lock.json', marked());
    expect((await faults())[0]).toContain('conflict markers were left in lock.json. Fix: ');
  });

  it('a file that is to contain them: the finding names the way, and it works', async () => {
    commit('docs/how to merge.md', marked());
    const [fault] = await faults();
    fix(fault, 1);
    expect(await faults()).toEqual([]);
    expect(git('diff', '--check', 'main', 'T-2')).toBe('');
  });

  it('markers that were there before, moved with their file or edited around, are no finding', async () => {
    git('switch', '-q', 'main');
    commit('fixtures/conflict.txt', `a\nb\nc\n${marked()}d\ne\nf\n`);
    git('switch', '-q', 'T-2');
    git('merge', '-q', '--no-edit', 'main');
    mkdirSync(join(root, 'moved'));
    git('mv', 'fixtures/conflict.txt', 'moved/conflict.txt');
    commit('moved/conflict.txt', `a\nb\nX\n${marked()}d\ne\nY\n`);
    expect(await faults()).toEqual([]);
  });

  it('a heading underlined with =======, one marker alone, quoted markers', async () => {
    commit('a.md', 'Title\n=======\n<<<<<<< here\n> >>>>>>> there\n  <<<<<<< HEAD\n  =======\n  >>>>>>> main\n');
    expect(await faults()).toEqual([]);
  });

  it('in the board folder: it does not land', async () => {
    commit('board/TODO.md', marked());
    expect(await faults()).toEqual([]);
  });
});

/** The oracle asks git for its own merge, file by file, and knows nothing of how the judgement is made. */
it('I6: over random merges: refused exactly where a file is one side though git merges both', async () => {
  const files = ['p', 'q', 'r'];
  const side = fc.record({
    edits: fc.dictionary(fc.constantFrom(...files), fc.constantFrom(0, 4, 8, -1), { maxKeys: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      side,
      side,
      fc.dictionary(fc.constantFrom(...files), fc.constantFrom('ours', 'theirs'), { maxKeys: 3 }),
      async (ours, theirs, choices) => {
        git('switch', '-q', '-C', 'main', 'start');
        for (const file of files) write(file, lines());
        git('add', '-A');
        git('commit', '-qm', 'files');
        git('tag', '-f', 'from');
        const apply = (edits: Record<string, number>, word: string): void => {
          for (const [file, at] of Object.entries(edits))
            if (at < 0) rmSync(join(root, file), { force: true });
            else write(file, lines({ [at]: word }));
          git('add', '-A');
          git('commit', '-qm', word, '--allow-empty');
        };
        git('switch', '-q', '-C', 'T-2');
        apply(ours.edits, 'ours');
        git('switch', '-q', 'main');
        apply(theirs.edits, 'theirs');
        git('switch', '-q', 'T-2');
        attempt('merge', '-q', '--no-commit', '--no-ff', 'main');
        const unmerged = new Set(git('diff', '--name-only', '--diff-filter=U').split('\n'));
        const expected = new Map(
          files.map((file) => {
            try {
              return [file, unmerged.has(file) ? null : git('rev-parse', `:0:${file}`)];
            } catch {
              return [file, 'none'];
            }
          }),
        );
        for (const file of new Set([...Object.keys(choices), ...unmerged].filter(Boolean)))
          attempt('rm', '-qf', '--cached', file);
        for (const file of new Set([...Object.keys(choices), ...unmerged].filter(Boolean))) {
          rmSync(join(root, file), { force: true });
          attempt('checkout', '-q', choices[file] === 'theirs' ? 'main' : 'T-2', '--', file);
        }
        git('add', '-A');
        attempt('commit', '-qm', 'merge', '--allow-empty');
        const blob = (rev: string, file: string): string => {
          try {
            return git('rev-parse', '-q', '--verify', `${rev}:${file}`);
          } catch {
            return 'none';
          }
        };
        if (git('rev-list', '--parents', '-1', 'HEAD').split(' ').length < 3) return;
        const dropped = files.filter((file) => {
          const [now, wanted] = [blob('HEAD', file), expected.get(file)];
          return wanted !== null && now !== wanted && [blob('HEAD^1', file), blob('HEAD^2', file)].includes(now);
        });
        const found = (await faults('main', 'T-2', 'from')).map(
          (fault) => /clean: (.*?)\. Fix/.exec(fault)?.[1] ?? fault,
        );
        expect(found.join()).toBe(dropped.join(', '));
      },
    ),
    { numRuns: runs(12) },
  );
}, 60_000);
