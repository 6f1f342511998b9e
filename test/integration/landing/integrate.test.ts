import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryReader } from '../../../src/coordinator/observe/git-state.ts';
import { readBaseHistory } from '../../../src/git/history/base-history.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { bringUp, CHANGELOG, land, makeClones, move, observed, TODO, type Clone } from './clones.ts';

let a: Clone;
let b: Clone;
let remote: string;
const more: Clone[] = [];

beforeEach(async () => {
  ({ a, b, remote } = await makeClones());
});
afterEach(() => {
  for (const clone of [a, b, ...more.splice(0)]) closeRepository(clone.repo);
});

const ONE = '## T-1: One\n\nDo it.\n';
const TWO = '## T-2: Two\n';

/** What B has goes to the remote, and A hears of it. */
const publish = (): void => {
  b.git('push', '-q', 'origin', 'HEAD:main');
  a.git('fetch', '-q', 'origin');
};

const clean = (clone: Clone): void => {
  expect(clone.git('status', '--porcelain')).toBe('');
  expect(clone.git('fsck', '--no-dangling')).toBe('');
  expect(clone.git('for-each-ref', '--format=%(refname)', 'refs/kanban/inflight')).toBe('');
};

describe('integrate', () => {
  it('nothing new there: nothing is done; only they have moved: fast-forward, checkout and seen included (I4)', async () => {
    expect((await bringUp(a)).result).toBe('nothing');
    move(b, ONE, 'TODO', 'IN_PROGRESS');
    publish();
    const { result, events } = await bringUp(a);
    expect(result).toBe('done');
    expect(a.sha('main')).toBe(b.sha('main'));
    expect(a.sha('refs/kanban/seen')).toBe(b.sha('main'));
    expect(a.read('board/IN_PROGRESS.md')).toContain(ONE);
    expect(events).toMatchObject([{ type: 'integrated', from: 'origin/main', commit: b.sha('main') }]);
    clean(a);
    move(a, TWO, 'TODO', 'REVIEW');
    expect((await bringUp(a)).result).toBe('nothing');
  });

  it('both moved: one merge commit whose board has both, of base and its copy, with a trailer (I1, I4)', async () => {
    move(a, ONE, 'TODO', 'IN_PROGRESS');
    const ours = a.sha('main');
    b.write('src/b.txt', 'b changed\n');
    move(b, TWO, 'TODO', 'REVIEW');
    publish();
    const { result } = await bringUp(a);
    expect(result).toBe('done');
    const theirs = b.sha('main');
    expect(a.git('rev-list', '--parents', '-1', 'main')).toBe(`${a.sha('main')} ${ours} ${theirs}`);
    expect(a.git('log', '-1', '--format=%s%n%an%n%(trailers:only)', 'main').trim()).toBe(
      `kanban: main brought up to origin/main\nAnna (kanban)\nKanban-Integrated: ${theirs}`,
    );
    expect(a.show('board/TODO.md').trim()).toBe('# TODO');
    expect(a.read('board/IN_PROGRESS.md')).toBe(`# IN_PROGRESS\n\n${ONE}`);
    expect(a.read('board/REVIEW.md')).toBe(`# REVIEW\n\n${TWO}`);
    expect(a.read('src/b.txt')).toBe('b changed\n');
    clean(a);
    expect((await bringUp(a)).result).toBe('nothing');
    a.git('push', '-q', 'origin', 'main');
    b.git('fetch', '-q', 'origin');
    expect((await bringUp(b)).result).toBe('done');
    expect(b.sha('main')).toBe(a.sha('main'));
  });

  it('landed in one clone, in work in the other: it has landed, and its code and line are there once', async () => {
    land(b);
    move(b, ONE, 'TODO', 'IN_PROGRESS');
    publish();
    move(a, '## T-9: Ready\n\n- tested: x\n', 'TESTING', 'REVIEW');
    a.commit('a line of ours', { 'CHANGELOG.md': CHANGELOG.replace('- old\n', '- old\n- Ours (T-7)\n') });
    const { result, observer } = await bringUp(a);
    expect(result).toBe('done');
    expect(a.show('board/REVIEW.md')).toBe('# REVIEW\n\n');
    expect(a.show('board/TESTING.md')).toBe('# TESTING\n');
    expect(a.read('CHANGELOG.md')).toBe(CHANGELOG.replace('- old\n', '- old\n- Ours (T-7)\n- Landed (T-9)\n'));
    expect(a.read('src/landed.txt')).toBe('landed\n');
    expect(observer.history.history.landed.has('T-9')).toBe(true);
    clean(a);
  });

  it('a release cut in the one clone does not swallow the line that landed in the other', async () => {
    const released = CHANGELOG.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.1.0]\n');
    b.commit('release 1.1.0', { 'CHANGELOG.md': released });
    publish();
    land(a);
    expect((await bringUp(a)).result).toBe('done');
    expect(a.read('CHANGELOG.md')).toBe(
      released.replace('## [Unreleased]\n', '## [Unreleased]\n\n### Added\n\n- Landed (T-9)\n'),
    );
    clean(a);
  });

  it('the same line on both sides is there once; both cut a release: a conflict, and nothing is touched', async () => {
    const line = CHANGELOG.replace('- old\n', '- old\n- The same\n');
    b.commit('line', { 'CHANGELOG.md': line.replace('- x\n', '- x, reworded\n') });
    publish();
    a.commit('line', { 'CHANGELOG.md': line });
    expect((await bringUp(a)).result).toBe('done');
    expect(a.read('CHANGELOG.md')).toBe(line.replace('- x\n', '- x, reworded\n'));
    b.git('pull', '-q', '--no-rebase', a.root, 'main');
    b.commit('1.1.0', { 'CHANGELOG.md': line.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [1.1.0]\n') });
    publish();
    a.commit('2.0.0', { 'CHANGELOG.md': line.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [2.0.0]\n') });
    const before = a.sha('main');
    expect((await bringUp(a)).result).toEqual({
      later: {
        why: 'main and origin/main conflict in CHANGELOG.md: merge them by hand (git merge origin/main)',
        reason: { code: 'other' },
      },
    });
    expect(a.sha('main')).toBe(before);
    clean(a);
  });

  it('a conflict in code is the user’s: the files are named, nothing is touched; the board alone never conflicts', async () => {
    b.commit('theirs', { 'src/a.txt': 'theirs\n', 'board/TODO.md': TODO.replace('Do it.', 'Do it, theirs.') });
    publish();
    a.commit('ours', { 'src/a.txt': 'ours\n', 'board/TODO.md': TODO.replace('Do it.', 'Do it, ours.') });
    const before = a.sha('main');
    expect((await bringUp(a)).result).toEqual({
      later: {
        why: 'main and origin/main conflict in src/a.txt: merge them by hand (git merge origin/main)',
        reason: { code: 'other' },
      },
    });
    expect(a.sha('main')).toBe(before);
    clean(a);
    a.commit('ours is theirs', { 'src/a.txt': 'theirs\n' });
    const { result, events } = await bringUp(a);
    expect(result).toBe('done');
    expect(a.read('board/TODO.md')).toBe(
      `# TODO\n\n## T-1: One\n\nDo it, ours.\n\n## T-1: One\n\nDo it, theirs.\n\n## T-2: Two\n`,
    );
    expect(events).toMatchObject([
      { type: 'integrated', notes: ['T-1: it was reworded on both sides: both texts are kept, delete one of them'] },
    ]);
  });

  it('a hand edit that is not committed is committed first and takes part (I1, I7)', async () => {
    move(b, TWO, 'TODO', 'REVIEW');
    publish();
    a.write('board/TODO.md', `${TODO}\n## T-?: Typed just now\n`);
    a.write('src/b.txt', 'dirty elsewhere\n');
    a.write('src/a.txt', 'staged elsewhere\n');
    a.git('add', 'src/a.txt');
    const { result, events } = await bringUp(a);
    expect(result).toBe('done');
    expect(events.map(({ type }) => type)).toEqual(['board-edited', 'integrated']);
    expect(a.read('board/TODO.md')).toContain('## T-?: Typed just now\n');
    expect(a.read('board/TODO.md')).not.toContain('T-2');
    expect(a.read('board/REVIEW.md')).toContain('T-2');
    expect(a.git('status', '--porcelain')).toBe('M  src/a.txt\n M src/b.txt');
    expect(a.read('src/b.txt') + a.read('src/a.txt')).toBe('dirty elsewhere\nstaged elsewhere\n');
  });

  it('files of the user’s in the way hold it, named; not one byte of them changes (I7)', async () => {
    b.commit('theirs', {
      'src/a.txt': 'theirs\n',
      'src/b.txt': null,
      'src/new.txt': 'theirs\n',
      'ignored.txt.d/x': 'x\n',
      'src/c.txt': 'theirs\n',
    });
    b.git('add', '-f', '.');
    publish();
    a.commit('ours', { 'src/own.txt': 'own\n' });
    const before = a.sha('main');
    const cases: [arrange: () => void, words: RegExp, undo: () => void][] = [
      [
        () => a.write('src/a.txt', 'mine\n'),
        /you have changed src\/a\.txt/,
        () => a.git('checkout', '--', 'src/a.txt'),
      ],
      [
        () => {
          a.write('src/b.txt', 'mine\n');
          a.git('add', 'src/b.txt');
        },
        /you have staged src\/b\.txt/,
        () => a.git('reset', '-q', '--hard'),
      ],
      [
        () => rmSync(join(a.root, 'src/a.txt')),
        /you have deleted src\/a\.txt/,
        () => a.git('checkout', '--', 'src/a.txt'),
      ],
      [
        () => a.write('src/new.txt', 'untracked\n'),
        /files that git does not track are in the way: src\/new\.txt/,
        () => rmSync(join(a.root, 'src/new.txt')),
      ],
    ];
    for (const [arrange, words, undo] of cases) {
      arrange();
      const status = a.git('status', '--porcelain');
      expect((await bringUp(a)).result).toEqual({
        later: { why: expect.stringMatching(words), reason: { code: 'files-in-the-way', files: expect.any(Array) } },
      });
      expect(a.sha('main')).toBe(before);
      expect(a.git('status', '--porcelain')).toBe(status);
      undo();
    }
    a.write('.git/index.lock', '');
    expect((await bringUp(a)).result).toEqual({
      later: { why: expect.stringContaining('index.lock'), reason: { code: 'git-locked' } },
    });
    rmSync(join(a.root, '.git/index.lock'));
    expect((await bringUp(a)).result).toBe('done');
    clean(a);
  });

  it('a board file saved in the very moment is a hand edit that comes first: looked at again', async () => {
    move(b, TWO, 'TODO', 'REVIEW');
    publish();
    const saved = `${TODO}\n## T-?: Saved in the moment\n`;
    expect((await bringUp(a, 'remote', undefined, () => a.write('board/TODO.md', saved))).result).toBe('stale');
    expect(a.read('board/TODO.md')).toBe(saved);
    expect((await bringUp(a)).result).toBe('done');
    expect(a.read('board/TODO.md')).toContain('Saved in the moment');
  });

  it('base moved under it: looked at again; checked out nowhere: refs only; a merge of base open: later (I4, I7)', async () => {
    move(b, TWO, 'TODO', 'REVIEW');
    publish();
    expect((await bringUp(a, 'remote', undefined, () => void a.commit('in the moment'))).result).toBe('stale');
    a.git('switch', '-qc', 'elsewhere');
    a.write('src/a.txt', 'mine\n');
    expect((await bringUp(a)).result).toBe('done');
    expect(a.show('board/REVIEW.md')).toContain('T-2');
    expect(a.sha('refs/kanban/seen')).toBe(a.sha('main'));
    expect(a.git('status', '--porcelain')).toBe('M src/a.txt');
    expect(a.read('board/TODO.md')).toBe(TODO);
    move(b, ONE, 'TODO', 'REVIEW');
    publish();
    a.git('checkout', '-q', '--', '.');
    a.git('switch', '-q', 'main');
    a.write('.git/MERGE_HEAD', `${b.sha('main')}\n`);
    const before = a.sha('main');
    expect((await bringUp(a)).result).toEqual({
      later: { why: expect.stringContaining('a merge is open'), reason: { code: 'other' } },
    });
    expect(a.sha('main')).toBe(before);
  });

  it('histories that have nothing in common', async () => {
    const other = b.git('commit-tree', 'HEAD^{tree}', '-m', 'another beginning');
    b.git('push', '-q', '--force', 'origin', `${other}:refs/heads/main`);
    a.git('fetch', '-q', 'origin');
    expect((await bringUp(a)).result).toEqual({
      later: {
        why: 'main and origin/main have no common history: is that the right branch?',
        reason: { code: 'other' },
      },
    });
  });

  it('two clones give one number twice and land by turns; a third sees board, CHANGELOG and code in step at every commit', async () => {
    for (const [clone, title] of [
      [a, 'Anna’s'],
      [b, 'Berta’s'],
    ] as const)
      clone.commit('kanban: add', { 'board/TODO.md': `${clone.show('board/TODO.md')}\n## T-12: ${title}\n` });
    publish();
    expect((await bringUp(a)).result).toBe('done');
    expect(a.read('board/TODO.md')).toContain('## T-12: Anna’s\n');
    expect(a.read('board/TODO.md')).toContain('## T-?: Berta’s\n');
    land(a);
    a.git('push', '-q', 'origin', 'main');
    b.git('fetch', '-q', 'origin');
    move(b, ONE, 'TODO', 'IN_PROGRESS');
    expect((await bringUp(b)).result).toBe('done');
    b.git('push', '-q', 'origin', 'main');
    const fresh = join(mkdtempSync(join(tmpdir(), 'kanban-test-')), 'fresh');
    execFileSync('git', ['clone', '-q', remote, fresh]);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: fresh, encoding: 'utf8' });
    for (const sha of git('rev-list', '--first-parent', 'main').trim().split('\n')) {
      const files = git('ls-tree', '-r', '--name-only', sha);
      const landed = files.includes('src/landed.txt');
      expect(git('show', `${sha}:CHANGELOG.md`).includes('(T-9)')).toBe(landed);
      expect(git('show', `${sha}:board/TESTING.md`).includes('T-9')).toBe(!landed);
      const board = ['TODO', 'IN_PROGRESS', 'REVIEW', 'TESTING']
        .map((name) => git('show', `${sha}:board/${name}.md`))
        .join('');
      for (const id of ['T-1', 'T-2', 'T-12']) expect(board.split(`## ${id}:`).length).toBeLessThanOrEqual(2);
      expect(board).not.toMatch(/<<<<<<<|>>>>>>>/);
    }
  });
});

describe('upstream', () => {
  /** B works on `dev`, a branch that is not base; it has no say about the board. */
  const develop = (files: Record<string, string>): string => {
    b.git('switch', '-qc', 'dev');
    b.commit('theirs', files);
    b.git('push', '-q', 'origin', 'dev');
    a.git('fetch', '-q', 'origin');
    return a.sha('refs/remotes/origin/dev');
  };

  it('is merged in; board/ stays exactly ours, WORKFLOW.md merges as any file; its history is not read', async () => {
    const workflow = a.read('WORKFLOW.md').replace('Rules.', 'Other rules.');
    const theirs = develop({
      'board/TODO.md': '# TODO\n',
      'board/NOTES.md': 'x\n',
      'WORKFLOW.md': workflow,
      'src/dev.txt': 'dev\n',
    });
    b.commit('landed there', {}, 'Kanban-Move: T-1 TODO -> CHANGELOG');
    move(a, TWO, 'TODO', 'REVIEW');
    const board = a.sha('main:board');
    const { result, observer } = await bringUp(a, 'upstream', theirs);
    expect(result).toBe('done');
    expect(a.sha('main:board')).toBe(board);
    expect(a.read('WORKFLOW.md')).toBe(workflow);
    expect(a.read('src/dev.txt')).toBe('dev\n');
    expect(a.git('log', '-1', '--format=%s%n%(trailers:only)').trim()).toMatch(
      new RegExp(`^kanban: origin/main merged into main\nKanban-Upstream: ${theirs}$`),
    );
    expect(observer.history.history.landed.has('T-1')).toBe(false);
    clean(a);
  });

  it('would be a fast-forward, but for its board: a merge; with our board: a fast-forward', async () => {
    const theirs = develop({ 'board/TODO.md': '# TODO\n', 'src/dev.txt': 'dev\n' });
    expect((await bringUp(a, 'upstream', theirs)).result).toBe('done');
    expect(a.show('board/TODO.md')).toBe(TODO);
    expect(a.git('rev-list', '--parents', '-1', 'main').split(' ')).toHaveLength(3);
    b.git('reset', '-q', '--hard', 'origin/main');
    b.git('pull', '-q', '--no-rebase', a.root, 'main');
    b.commit('more', { 'src/more.txt': 'more\n' });
    b.git('push', '-q', '--force', 'origin', 'dev');
    a.git('fetch', '-q', 'origin');
    expect((await bringUp(a, 'upstream', a.sha('refs/remotes/origin/dev'))).result).toBe('done');
    expect(a.sha('main')).toBe(a.sha('refs/remotes/origin/dev'));
    clean(a);
  });
});

describe('history across such merges', () => {
  const read = async (clone: Clone): Promise<HistoryReader> => {
    const reader = new HistoryReader(clone.repo);
    await reader.follow(clone.sha('main'), 'main');
    return reader;
  };

  const shasOf = async (clone: Clone, few?: number): Promise<string[]> =>
    (await readBaseHistory(clone.repo, { from: null, to: clone.sha('main'), base: 'main', few })).map(({ sha }) => sha);

  it('what landed there has landed here, at a full read and at a catch-up; task branches are never read', async () => {
    const early = await read(a);
    land(b);
    publish();
    move(a, ONE, 'TODO', 'IN_PROGRESS');
    await bringUp(a);
    for (const reader of [early, await read(a)]) {
      await reader.follow(a.sha('main'), 'main');
      expect([...reader.history.landed]).toEqual([['T-9', b.sha('main')]]);
      // The task branch of T-9 says in a trailer that T-2 has landed: nobody's word.
      expect(reader.history.landed.has('T-2')).toBe(false);
    }
  });

  it('the user’s own git pull counts the same, either subject', async () => {
    for (const how of [
      ['pull', '-q', '--no-rebase', '--no-edit', 'origin', 'main'],
      ['merge', '-q', '--no-edit', 'origin/main'],
    ]) {
      const clones = await makeClones();
      more.push(clones.a, clones.b);
      const early = await read(clones.a);
      land(clones.b);
      clones.b.git('push', '-q', 'origin', 'main');
      clones.a.commit('ours', { 'src/own.txt': 'own\n' });
      clones.a.git('fetch', '-q', 'origin');
      clones.a.git(...how);
      for (const reader of [early, await read(clones.a)]) {
        await reader.follow(clones.a.sha('main'), 'main');
        expect([clones.a.git('log', '-1', '--format=%s'), [...reader.history.landed.keys()]]).toEqual([
          expect.stringMatching(/^Merge /),
          ['T-9'],
        ]);
      }
    }
  });

  it('gone on our side stays gone, though the other side moved it meanwhile; read once, however they merged each other', async () => {
    land(a);
    move(b, '## T-9: Ready\n\n- tested: x\n', 'TESTING', 'REVIEW');
    publish();
    await bringUp(a);
    expect((await read(a)).history.gone.has('T-9')).toBe(true);
    expect(a.show('board/REVIEW.md')).not.toContain('T-9');
    a.git('push', '-q', 'origin', 'main');
    b.git('fetch', '-q', 'origin');
    move(b, ONE, 'TODO', 'IN_PROGRESS');
    await bringUp(b);
    b.git('push', '-q', 'origin', 'main');
    a.git('fetch', '-q', 'origin');
    move(a, TWO, 'TODO', 'IN_PROGRESS');
    await bringUp(a);
    const shas = await shasOf(a);
    expect(await shasOf(a, 0)).toEqual(shas);
    expect(new Set(shas).size).toBe(shas.length);
    const all = a.git('rev-list', 'main').split('\n');
    const branches = all.filter((sha) => !shas.includes(sha)).map((sha) => a.git('log', '-1', '--format=%s', sha));
    expect(branches).toEqual(['T-9: work']);
    expect((await read(a)).history.gone.has('T-9')).toBe(true);
  });

  it('many merges by turns: one by one and all at once give the same history, from any commit on', async () => {
    const clones = [a, b];
    for (let turn = 0; turn < 10; turn++) {
      const clone = clones[turn % 3 === 0 ? 0 : 1]!;
      clone.commit(`turn ${turn}`, { [`src/turn-${turn}.txt`]: 'x\n' });
      if (turn % 4 === 2) land(clone, `src/landed-${turn}.txt`, `- Landed ${turn} (T-9)`);
      if (turn % 5 === 0) continue;
      clone.git('fetch', '-q', 'origin');
      if (turn % 2 === 0) clone.git('merge', '-q', '--no-edit', '-X', 'ours', 'origin/main');
      else await bringUp(clone);
      clone.git('push', '-q', 'origin', 'main');
    }
    a.git('fetch', '-q', 'origin');
    await bringUp(a);
    const merges = a.git('log', '--merges', '--format=%s', 'main').match(/^(?:Merge remote|kanban: main brought)/gm);
    expect(merges?.length).toBeGreaterThan(3);
    const all = await shasOf(a, 0);
    expect(await shasOf(a, 1000)).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    for (const from of all.slice(0, 12)) {
      const read = async (few: number) =>
        (await readBaseHistory(a.repo, { from, to: a.sha('main'), base: 'main', few })).map(({ sha }) => sha);
      expect(await read(0)).toEqual(await read(1000));
    }
  });

  it('the look that follows knows of it', async () => {
    land(b);
    publish();
    move(a, ONE, 'TODO', 'IN_PROGRESS');
    const { observer } = await bringUp(a);
    expect(await observer.history.follow(a.sha('main'), 'main')).toBe('moved');
    expect(await observer.history.follow(a.sha('main'), 'main')).toBe('same');
    const seen = await observed(observer);
    expect(seen.world.entries.map(({ entry }) => entry.id).sort()).toEqual(['T-1', 'T-2']);
    expect(seen.problems).toEqual([]);
  });
});
