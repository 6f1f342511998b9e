import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lostLandings } from '../../../src/coordinator/observe/lost-landings.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { recover } from '../../../src/landing/recovery/recover.ts';
import { CHANGELOG, leftovers, lines, makeRig, TODO, type Rig } from './rig.ts';
import { LANDED_CHANGELOG, landByGit, UNDONE_TODO, undoLanding, undoOf } from './undo-deeds.ts';

let open: Rig[] = [];
afterEach(() => {
  for (const rig of open) closeRepository(rig.repo);
  open = [];
});

async function made(options: Parameters<typeof makeRig>[0] = {}): Promise<Rig> {
  const rig = await makeRig(options);
  open.push(rig);
  return rig;
}

/** Something happens on a branch or on base, as one commit. */
function commit(
  rig: Rig,
  branch: string,
  files: Readonly<Record<string, string | null>>,
  ...moves: [string, string][]
) {
  rig.git('switch', '-q', branch);
  for (const [from, to] of moves) {
    mkdirSync(dirname(join(rig.root, to)), { recursive: true });
    rig.git('mv', from, to);
  }
  for (const [path, text] of Object.entries(files)) {
    if (text === null) rmSync(join(rig.root, path));
    else rig.write(path, text);
  }
  rig.git('add', '-A', '.');
  rig.git('commit', '-qm', `on ${branch}`);
  rig.git('switch', '-q', 'main');
}

const edited = (word: string, at: number, to: string): string => lines(word).replace(`${word} line ${at}\n`, to);

/** `mode sha stage path` of all that git's own revert leaves, less the files that an undo writes itself. */
function revertedByGit(rig: Rig, landing: string): { readonly files: string[]; readonly conflict: string[] } {
  const place = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'revert');
  rig.git('worktree', 'add', '-q', '--detach', place, 'main');
  try {
    rig.gitIn(place, 'revert', '-m', '1', '--no-commit', landing);
  } catch {
    // A conflict: it stands in the index.
  }
  const files = rig.gitIn(place, 'ls-files', '-s').split('\n').filter(isCode);
  const conflict = rig.gitIn(place, 'diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean);
  rig.git('worktree', 'remove', '--force', place);
  return { files, conflict: conflict.filter((path) => isCode(`\t${path}`)) };
}

const isCode = (line: string): boolean => !/\t(?:board\/|CHANGELOG\.md$)/.test(line);

const treeOf = (rig: Rig, revision: string): string[] =>
  rig
    .git('ls-tree', '-r', revision)
    .split('\n')
    .map((line) => line.replace(/ blob ([0-9a-f]+)\t/, ' $1 0\t'))
    .filter(isCode);

describe('undoLanding', () => {
  for (const format of ['sha1', 'sha256']) {
    it(`takes code, CHANGELOG line and board back in one commit, every byte as before (I4, ${format})`, async () => {
      const rig = await made({ format, name: 'ein Ordner mit ü' });
      const before = rig.sha('main');
      const landing = landByGit(rig);
      const undone = await undoLanding(rig.repo, undoOf(rig, landing));
      expect(undone).toMatchObject({ ok: true, sha: rig.sha('main'), changelog: { released: [], changed: [] } });
      expect(rig.git('rev-list', '--parents', '-1', 'main')).toBe(`${rig.sha('main')} ${landing}`);
      expect(rig.git('diff', '--name-status', before, 'main')).toBe('M\tboard/TESTING.md\nM\tboard/TODO.md');
      expect(rig.read('board/TODO.md')).toBe(UNDONE_TODO);
      expect(rig.read('CHANGELOG.md')).toBe(CHANGELOG);
      expect(existsSync(join(rig.root, 'src/new.txt'))).toBe(false);
      expect(rig.read('src/f4.txt')).toBe(lines('f4'));
      expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
      expect([rig.git('status', '--porcelain'), rig.git('fsck', '--no-dangling'), leftovers(rig)]).toEqual([
        '',
        '',
        [],
      ]);
    });
  }

  it('moves base alone when it is checked out nowhere', async () => {
    const rig = await made();
    const landing = landByGit(rig);
    rig.git('switch', '-qc', 'mine');
    const undo = undoOf(rig, landing);
    expect(undo.checkout).toBeNull();
    expect(await undoLanding(rig.repo, undo)).toMatchObject({ ok: true });
    expect([rig.sha('mine'), rig.git('status', '--porcelain')]).toEqual([landing, '']);
    expect(rig.git('show', 'main:src/f4.txt')).toBe(lines('f4').trim());
    expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
  });

  it('takes back a landing that somebody cherry-picked: a commit with one parent', async () => {
    const rig = await made();
    const landing = landByGit(rig);
    rig.git('reset', '-q', '--hard', `${landing}^1`);
    rig.git('commit', '-q', '--allow-empty', '-m', 'another base');
    rig.git('cherry-pick', '-m', '1', landing);
    expect(await undoLanding(rig.repo, undoOf(rig, rig.sha('main')))).toMatchObject({ ok: true });
    expect(rig.read('src/f0.txt')).toBe(lines('f0'));
  });

  it('says what can not be: base rewritten, history cut off, the code gone before', async () => {
    const rig = await made();
    const landing = landByGit(rig);
    rig.git('revert', '--no-edit', '-m', '1', landing);
    rig.write('board/TESTING.md', '# TESTING\n');
    rig.git('commit', '-qam', 'gone for good');
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({ ok: true, files: [] });
    rig.git('reset', '-q', '--hard', `${landing}^1`);
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toEqual({
      ok: false,
      why: 'impossible',
      reason: 'base no longer contains its landing',
    });
    const shallow = await made();
    const deep = landByGit(shallow);
    shallow.git('clone', '-q', '--depth', '1', `file://${shallow.root}`, join(shallow.root, '..', 'clone'));
    const opened = await openRepository(join(shallow.root, '..', 'clone'));
    if (!opened.ok) throw new Error('no clone');
    const clone = { ...shallow, repo: opened.value, root: opened.value.root };
    expect(await undoLanding(clone.repo, undoOf(clone, deep))).toMatchObject({ ok: false, why: 'impossible' });
    closeRepository(clone.repo);
  });
});

describe('base rewritten to before a landing', () => {
  it('misses the landing, but not one that had been undone, nor one that is pinned as lost and was undone since', async () => {
    const rig = await made();
    const landing = landByGit(rig, 'T-9: Ready\n\nKanban-Move: T-9 TESTING -> CHANGELOG');
    const message = `kanban: T-9 undone\n\nKanban-Move: T-9 CHANGELOG -> TODO\nKanban-Undone: T-9 ${landing}\n`;
    expect(await undoLanding(rig.repo, undoOf(rig, landing, { message }))).toMatchObject({ ok: true });
    const undo = rig.sha('main');
    const missing = (
      seen: string,
      refs: ReadonlyMap<string, string> = new Map(),
      takenBack = new Map<string, string>(),
    ) => lostLandings(rig.repo, { refs, history: { landed: new Map(), takenBack }, seen, base: rig.sha('main') });
    rig.git('reset', '-q', '--hard', `${landing}^1`);
    rig.git('commit', '-q', '--allow-empty', '-m', 'rewritten');
    expect(await missing(landing)).toEqual([{ id: 'T-9', sha: landing }]);
    expect(await missing(undo)).toEqual([]);
    const pinned = new Map([['refs/kanban/lost/T-9', landing]]);
    expect(await missing(undo, pinned)).toEqual([{ id: 'T-9', sha: landing }]);
    expect(await missing(undo, pinned, new Map([['T-9', undo]]))).toEqual([]);
  });
});

describe('an undo is what git revert -m 1 makes of it', () => {
  const big = lines('a') + lines('b');
  it.each<[string, (rig: Rig) => void, (rig: Rig) => void]>([
    ['nothing since', () => {}, () => {}],
    [
      'it only edited, and so did others',
      (rig) => commit(rig, 'T-9', { 'src/new.txt': null, 'src/f4.txt': lines('f4') }),
      (rig) => commit(rig, 'main', { 'src/f1.txt': edited('f1', 3, 'since\n') }),
    ],
    [
      'other lines of the same file',
      () => {},
      (rig) => commit(rig, 'main', { 'src/f0.txt': `top\n${lines('f0')}landed\n` }),
    ],
    [
      'its file renamed since',
      () => {},
      (rig) => commit(rig, 'main', {}, ['src/f0.txt', 'src/renamed.txt'], ['src/new.txt', 'src/newer.txt']),
    ],
    [
      'it renamed and edited, and that was edited since',
      (rig) => commit(rig, 'T-9', { 'src/g1.txt': edited('f1', 3, 'by T-9\n') }, ['src/f1.txt', 'src/g1.txt']),
      (rig) => commit(rig, 'main', { 'src/g1.txt': `${edited('f1', 3, 'by T-9\n')}since\n` }),
    ],
    [
      'it moved a folder, and a file came into it since',
      (rig) =>
        commit(
          rig,
          'T-9',
          {},
          ...['f0', 'f1', 'f2', 'f3', 'new'].map((name): [string, string] => [`src/${name}.txt`, `lib/${name}.txt`]),
        ),
      (rig) => commit(rig, 'main', { 'lib/added.txt': big }),
    ],
    [
      'it made a file executable',
      (rig) => {
        rig.git('switch', '-q', 'T-9');
        chmodSync(join(rig.root, 'src/f3.txt'), 0o755);
        rig.git('commit', '-qam', 'executable');
        rig.git('switch', '-q', 'main');
      },
      (rig) => commit(rig, 'main', { 'src/f3.txt': `${lines('f3')}since\n` }),
    ],
    ['its new file removed since', () => {}, (rig) => commit(rig, 'main', { 'src/new.txt': null })],
    [
      'another landing since, with lines and board entries of its own',
      () => {},
      (rig) =>
        commit(rig, 'main', {
          'src/f2.txt': 'other\n',
          'CHANGELOG.md': LANDED_CHANGELOG.replace('- Landed (T-9)\n', '- Landed (T-9)\n- Other (T-8)\n'),
          'board/TESTING.md': '# TESTING\n\n## T-7: Seven\n',
        }),
    ],
    ['the same lines changed since', () => {}, (rig) => commit(rig, 'main', { 'src/f0.txt': `${lines('f0')}other\n` })],
    ['its new file changed since', () => {}, (rig) => commit(rig, 'main', { 'src/new.txt': 'newer\n' })],
    ['a file that it removed is back since', () => {}, (rig) => commit(rig, 'main', { 'src/f4.txt': 'back\n' })],
  ])('%s', async (_, before, since) => {
    const rig = await made();
    before(rig);
    const landing = landByGit(rig);
    since(rig);
    const base = rig.sha('main');
    const git = revertedByGit(rig, landing);
    const undone = await undoLanding(rig.repo, undoOf(rig, landing));
    if (git.conflict.length > 0) {
      expect(undone).toEqual({ ok: false, why: 'conflict', files: git.conflict });
      expect([rig.sha('main'), rig.git('status', '--porcelain'), leftovers(rig)]).toEqual([base, '', []]);
      return;
    }
    expect(undone).toMatchObject({ ok: true });
    expect(treeOf(rig, 'main')).toEqual(git.files);
    expect(rig.git('diff', '--name-only', base, 'main', '--', 'board')).toBe('board/TODO.md');
    expect(rig.git('status', '--porcelain')).toBe('');
  });

  it('conflicts in the code are said with their files; the board and CHANGELOG.md are never in conflict', async () => {
    const rig = await made();
    const landing = landByGit(rig);
    commit(rig, 'main', {
      'src/f0.txt': `${lines('f0')}other\n`,
      'board/TESTING.md': '# TESTING\n\n## T-7: In the same place\n',
      'CHANGELOG.md': LANDED_CHANGELOG.replace('- Landed (T-9)', '- Landed, reworded (T-9)'),
    });
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toEqual({
      ok: false,
      why: 'conflict',
      files: ['src/f0.txt'],
    });
    commit(rig, 'main', { 'src/f0.txt': `${lines('f0')}landed\n` });
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({
      ok: true,
      changelog: { changed: ['- Landed (T-9)'] },
    });
    expect(rig.read('CHANGELOG.md')).toContain('- Landed, reworded (T-9)');
    expect(rig.read('board/TESTING.md')).toContain('T-7');
  });

  it('a line that is released by now stays, and Unreleased says what is gone', async () => {
    const rig = await made();
    const landing = landByGit(rig);
    const released = LANDED_CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.1.0]\n');
    commit(rig, 'main', { 'CHANGELOG.md': released });
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({
      ok: true,
      changelog: { released: ['- Landed (T-9)'] },
    });
    expect(rig.read('CHANGELOG.md')).toBe(
      released.replace('## [Unreleased]\n', '## [Unreleased]\n\n### Removed\n\n- Undone T-9: it breaks\n'),
    );
  });

  it('leaves CHANGELOG.md to git where another tool writes it, and keeps bytes that are no UTF-8', async () => {
    const rig = await made();
    rig.write('CHANGELOG.md', Buffer.from(CHANGELOG.replace('- x', '- caf\xe9'), 'latin1'));
    rig.git('commit', '-qam', 'latin-1');
    const landing = (() => {
      rig.git('merge', '-q', '--no-ff', '--no-commit', 'T-9');
      const text = CHANGELOG.replace('- x', '- caf\xe9').replace('- old\n', '- old\n- Landed (T-9)\n');
      rig.write('CHANGELOG.md', Buffer.from(text, 'latin1'));
      rig.git('add', 'CHANGELOG.md');
      rig.git('commit', '-qm', 'T-9');
      return rig.sha('main');
    })();
    const since = CHANGELOG.replace('- x', '- caf\xe9').replace('- old\n', '- old\n- Landed (T-9)\n- more\n');
    rig.write('CHANGELOG.md', Buffer.from(since, 'latin1'));
    rig.git('commit', '-qam', 'more');
    const byGit = undoOf(rig, landing, { changelog: null });
    expect(await undoLanding(rig.repo, byGit)).toEqual({ ok: false, why: 'conflict', files: ['CHANGELOG.md'] });
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({ ok: true });
    const shown = spawnSync('git', ['show', 'main:CHANGELOG.md'], { cwd: rig.root }).stdout;
    expect(shown.toString('latin1')).toBe(since.replace('- Landed (T-9)\n', ''));
  });
});

describe("the user's checkout (I7)", () => {
  const DIRT = 'M  src/f1.txt\n M src/f2.txt\n?? note.txt';
  const dirty = async (): Promise<{ rig: Rig; landing: string }> => {
    const rig = await made();
    const landing = landByGit(rig);
    rig.write('src/f1.txt', 'staged\n');
    rig.git('add', 'src/f1.txt');
    rig.write('src/f2.txt', 'changed\n');
    rig.write('note.txt', 'untracked\n');
    return { rig, landing };
  };

  it('keeps what is staged, changed and not added elsewhere', async () => {
    const { rig, landing } = await dirty();
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({ ok: true });
    expect(rig.git('status', '--porcelain')).toBe(DIRT);
  });

  it.each<[string, (rig: Rig) => void, string]>([
    ['changed', (rig) => rig.write('src/f0.txt', 'mine\n'), 'you have changed src/f0.txt'],
    ['deleted', (rig) => rmSync(join(rig.root, 'src/new.txt')), 'you have deleted src/new.txt'],
    [
      'staged',
      (rig) => {
        rig.write('src/new.txt', 'mine\n');
        rig.git('add', 'src/new.txt');
      },
      'you have staged src/new.txt',
    ],
    [
      'not in git',
      (rig) => rig.write('src/f4.txt', 'mine\n'),
      'files that git does not track are in the way: src/f4.txt',
    ],
    ['CHANGELOG.md', (rig) => rig.write('CHANGELOG.md', 'mine\n'), 'you have changed CHANGELOG.md'],
  ])('a file in the way, %s: nothing is done, and it is named', async (_, theirs, words) => {
    const { rig, landing } = await dirty();
    theirs(rig);
    const before = rig.git('status', '--porcelain');
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toEqual({ ok: false, why: 'in-the-way', reason: words });
    expect([rig.git('status', '--porcelain'), rig.sha('main'), leftovers(rig)]).toEqual([before, landing, []]);
  });

  it('a board file that was saved this moment is read first', async () => {
    const { rig, landing } = await dirty();
    rig.write('board/TODO.md', `${TODO}\ntyped\n`);
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toEqual({
      ok: false,
      stale: 'file',
      path: 'board/TODO.md',
    });
  });

  it('an open merge holds it', async () => {
    const { rig, landing } = await dirty();
    rig.write('.git/MERGE_HEAD', `${landing}\n`);
    expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({ ok: false, held: expect.any(String) });
  });
});

describe('an undo killed at every step (I1, I4, I7, I8)', () => {
  let child = '';
  beforeAll(async () => {
    child = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'child.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'undo-crash-child.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: child,
    });
  });

  const run = (rig: Rig, landing: string, crashAt: number): string[] => {
    const { stdout, stderr, signal } = spawnSync('node', [child, rig.root, landing, String(crashAt)], {
      encoding: 'utf8',
    });
    if (crashAt < 0 && stderr) throw new Error(stderr);
    expect(signal).toBe(crashAt < 0 ? null : 'SIGKILL');
    return stdout.trim().split('\n').filter(Boolean);
  };

  async function copyOf(template: Rig): Promise<Rig> {
    const root = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'kopie mit ü');
    cpSync(template.root, root, { recursive: true, preserveTimestamps: true });
    const git = (...args: string[]) => template.gitIn(root, ...args);
    git('status');
    const opened = await openRepository(root);
    if (!opened.ok) throw new Error('no repository');
    const rig: Rig = { ...template, repo: opened.value, root, git, sha: (name) => git('rev-parse', name) };
    open.push(rig);
    return rig;
  }

  it('recovers, and given again comes to the same end', async () => {
    const template = await made({ name: 'vorlage' });
    const landing = landByGit(template);
    template.write('src/f2.txt', 'changed\n');
    template.write('note.txt', 'untracked\n');
    const sound = (rig: Rig): void => {
      expect(rig.git('status', '--porcelain')).toBe('M src/f2.txt\n?? note.txt');
      expect([rig.git('fsck', '--no-dangling'), leftovers(rig)]).toEqual(['', []]);
      expect(rig.sha('refs/kanban/seen')).toBe(rig.sha('main'));
    };
    const whole = await copyOf(template);
    const steps = run(whole, landing, -1);
    expect(steps.length).toBeGreaterThanOrEqual(6);
    sound(whole);
    const end = whole.sha('main^{tree}');
    for (let at = 0; at < steps.length; at++) {
      const rig = await copyOf(template);
      expect(run(rig, landing, at).at(-1)).toBe(steps[at]);
      expect((await recover(rig.repo)).filter(({ type }) => type === 'blocked' || type === 'file-kept')).toEqual([]);
      sound(rig);
      if (rig.sha('main') === landing)
        expect(await undoLanding(rig.repo, undoOf(rig, landing))).toMatchObject({ ok: true });
      expect([steps[at], rig.sha('main^{tree}'), rig.sha('main^')]).toEqual([steps[at], end, landing]);
      sound(rig);
    }
  });
});
