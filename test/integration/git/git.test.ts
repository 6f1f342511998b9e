import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkoutOf, checkoutState, gitDirOf, openOperation, worktrees } from '../../../src/git/checkout.ts';
import { closeRepository } from '../../../src/git/close.ts';
import { git, GitError } from '../../../src/git/git.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import {
  editTree,
  entryAt,
  readBlob,
  readCommit,
  readTree,
  resolve,
  writeBlob,
  writeCommit,
  writeTree,
  type TreeEdit,
} from '../../../src/git/objects/objects.ts';
import { readRefs, refProcess, updateRefs } from '../../../src/git/refs.ts';
import { formatMessage, readHistory } from '../../../src/git/history/trailers.ts';
import { diffTrees } from '../../../src/git/objects/tree-diff.ts';
import { makeRig, type Rig } from '../landing/rig.ts';

let rig: Rig | null = null;
afterEach(() => {
  if (rig) closeRepository(rig.repo);
  rig = null;
});
const folder = () => realpathSync(mkdtempSync(join(tmpdir(), 'kanban-test-')));

describe('openRepository', () => {
  it('leads from a subfolder and from a linked worktree to the main one', async () => {
    rig = await makeRig({ name: 'ein Ordner mit ü', format: 'sha256' });
    const linked = join(rig.root, '.worktrees/T-9 x');
    rig.git('worktree', 'add', '-q', linked, 'T-9');
    const expected = {
      root: rig.root,
      gitDir: join(rig.root, '.git'),
      commonDir: join(rig.root, '.git'),
      objectFormat: 'sha256',
      shallow: false,
    };
    for (const cwd of [rig.root, join(rig.root, 'src'), linked, join(linked, 'src')]) {
      expect(await openRepository(cwd)).toEqual({ ok: true, value: expected });
    }
    expect(worktrees(rig.repo)).toEqual([
      { path: rig.root, gitDir: join(rig.root, '.git') },
      { path: linked, gitDir: gitDirOf(linked) },
    ]);
    expect(checkoutOf(rig.repo, 'refs/heads/T-9')?.path).toBe(linked);
    expect(checkoutOf(rig.repo, 'refs/heads/none')).toBeNull();
  });

  it('says what is wrong elsewhere', async () => {
    const at = folder();
    const code = async (cwd: string) => {
      const result = await openRepository(cwd);
      return result.ok ? 'ok' : result.error.map((problem) => [problem.code, problem.fix !== undefined]);
    };
    expect(await code(at)).toEqual([['no-repository', true]]);
    expect(await code(join(at, 'not there'))).toEqual([['no-repository', true]]);
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(at, 'bare')]);
    expect(await code(join(at, 'bare'))).toEqual([['bare-repository', true]]);
  });

  it('knows a shallow clone, and a repository without a commit', async () => {
    rig = await makeRig();
    rig.git('commit', '-q', '--allow-empty', '-m', 'second');
    const at = join(folder(), 'clone');
    execFileSync('git', ['clone', '-q', '--depth=1', `file://${rig.root}`, at]);
    expect(await openRepository(at)).toMatchObject({ ok: true, value: { shallow: true } });
    const empty = folder();
    execFileSync('git', ['init', '-q', '-b', 'main', empty]);
    const opened = await openRepository(empty);
    expect(opened).toMatchObject({ ok: true });
    if (opened.ok) expect(await resolve(opened.value, 'refs/heads/main')).toBeNull();
    if (opened.ok) closeRepository(opened.value);
  });
});

describe('git', () => {
  it('answers expected exits and throws for others', async () => {
    const cwd = folder();
    expect(await git(['init', '-q', '-b', 'main'], { cwd })).toMatchObject({ code: 0 });
    expect(await git(['config', '--get', 'no.such'], { cwd, okExit: [0, 1] })).toMatchObject({ code: 1, stdout: '' });
    await expect(git(['rev-parse', '--verify', 'nothing'], { cwd })).rejects.toBeInstanceOf(GitError);
    expect((await git(['hash-object', '--stdin'], { cwd, input: 'x' })).stdout.trim()).toHaveLength(40);
    expect(
      (await git(['hash-object', '--stdin'], { cwd, input: Buffer.from([255]), encoding: 'buffer' })).stdout,
    ).toBeInstanceOf(Buffer);
  });

  it('does not follow the git variables that it inherits', async () => {
    rig = await makeRig();
    process.env['GIT_DIR'] = '/nowhere';
    process.env['GIT_INDEX_FILE'] = '/nowhere/index';
    try {
      expect((await git(['rev-parse', '--git-dir'], { cwd: rig.root })).stdout.trim()).toBe('.git');
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['GIT_INDEX_FILE'];
    }
  });

  it('can be aborted', async () => {
    rig = await makeRig();
    const abort = new AbortController();
    const waiting = git(['cat-file', '--batch'], {
      cwd: rig.root,
      signal: AbortSignal.any([abort.signal]),
      input: 'HEAD\n',
    });
    await waiting;
    abort.abort();
    await expect(git(['status'], { cwd: rig.root, signal: abort.signal })).rejects.toBeInstanceOf(GitError);
  });
});

describe('objects', () => {
  for (const format of ['sha1', 'sha256']) {
    it(`reads and writes what git reads and writes (${format})`, async () => {
      rig = await makeRig({ format });
      const { repo } = rig;
      const main = rig.sha('main');
      expect(await resolve(repo, 'refs/heads/main')).toBe(main);
      expect(await resolve(repo, 'refs/heads/none')).toBeNull();
      expect((await readBlob(repo, main, 'src/f1.txt'))?.toString()).toBe(rig.read('src/f1.txt'));
      expect(await readBlob(repo, main, 'src')).toBeNull();
      expect(await readBlob(repo, main, 'src/none')).toBeNull();
      const bytes = Buffer.from([0, 255, 10, 13, 0]);
      expect(writeBlob(repo, bytes)).toBe(rig.git('hash-object', '--', write(rig, 'bytes', bytes)));
      const commit = await readCommit(repo, main);
      expect(commit).toMatchObject({ sha: main, tree: rig.sha('main^{tree}'), parents: [], message: 'start\n' });
      expect(writeTree(repo, await readTree(repo, commit!.tree))).toBe(commit!.tree);
      const made = await writeCommit(repo, {
        tree: commit!.tree,
        parents: [main],
        message: 'ü\n\nbody\n',
        author: { name: 'A', email: 'a@b' },
      });
      expect(made.ok).toBe(true);
      expect(rig.git('log', '-1', '--format=%an <%ae>|%cn|%B', made.ok ? made.value : '')).toBe(
        'A <a@b>|Per Son|ü\n\nbody',
      );
      const by = async (
        who: 'kanban' | 'user',
        author?: { name: string; email: string },
      ): Promise<string | undefined> => {
        const written = await writeCommit(repo, {
          tree: commit!.tree,
          parents: [main],
          message: 'm\n',
          by: who,
          author,
        });
        return rig?.git('log', '-1', '--format=%an <%ae> %cn', written.ok ? written.value : '');
      };
      const email = rig.git('config', 'user.email');
      expect(await by('kanban')).toBe(`Per Son (kanban) <${email}> Per Son`);
      expect(await by('user', { name: 'Bot', email: 'b@b' })).toBe(`Per Son <${email}> Per Son`);
      expect(await by('kanban', { name: 'Bot', email: 'b@b' })).toBe('Bot <b@b> Per Son');
      expect(rig.git('fsck', '--no-dangling')).toBe('');
    });
  }

  it('sorts trees as git does, keeps modes, and drops folders that become empty', async () => {
    rig = await makeRig();
    const { repo } = rig;
    const names = ['a', 'a.b', 'a-b', 'a0', 'b/x', 'b.x', 'b-x', 'ü/ö', 'z/y/x'];
    const tree = await editTree(repo, writeTree(repo, []), new Map(names.map((name) => [name, Buffer.from(name)])));
    for (const name of names) rig.write(`t/${name}`, name);
    rig.git('add', 't');
    expect(tree).toBe(rig.git('rev-parse', `${rig.git('write-tree')}:t`));
    const less = await editTree(
      repo,
      tree,
      new Map([
        ['z/y/x', null],
        ['b/x', null],
      ]),
    );
    expect(rig.git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', less).split('\n')).toEqual([
      'a',
      'a-b',
      'a.b',
      'a0',
      'b-x',
      'b.x',
      'ü/ö',
    ]);
    const entry = await entryAt(repo, tree, 'b');
    const put = await editTree(
      repo,
      less,
      new Map<string, TreeEdit>([
        ['c', entry],
        ['c/more', Buffer.from('1')],
      ]),
    );
    expect((await diffTrees(repo, less, put)).map(({ path }) => path)).toEqual(['c/more', 'c/x']);
    rig.write('run.sh', 'x');
    rig.git('update-index', '--add', '--chmod=+x', 'run.sh');
    const edited = await editTree(repo, rig.git('write-tree'), new Map([['run.sh', Buffer.from('y')]]));
    expect(rig.git('ls-tree', edited, 'run.sh')).toContain('100755');
  });

  it('survives the death of its reader, and large and many objects at once', async () => {
    rig = await makeRig();
    const { repo } = rig;
    const large = Buffer.alloc(6_000_000, 'abc');
    const shas = [
      writeBlob(repo, large),
      ...Array.from({ length: 200 }, (_, i) => writeBlob(repo, Buffer.from(`blob ${i}`))),
    ];
    closeRepository(repo);
    const trees = await editTree(
      repo,
      writeTree(repo, []),
      new Map(shas.map((sha, i) => [`f${i}`, { mode: '100644', sha }])),
    );
    const read = await Promise.all(shas.map((_, i) => readBlob(repo, trees, `f${i}`)));
    expect(read[0]?.equals(large)).toBe(true);
    expect(read[200]?.toString()).toBe('blob 199');
    // Only the children of this very process.
    const children = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], {
      encoding: 'utf8',
    }).split('\n');
    const readers = children.filter((child) => child.includes('cat-file --batch-command'));
    expect(readers.length).toBeGreaterThan(0);
    for (const reader of readers) process.kill(Number(reader.trim().split(' ')[0]), 'SIGKILL');
    expect((await readBlob(repo, rig.sha('main'), 'src/f2.txt'))?.toString()).toBe(rig.read('src/f2.txt'));
  });

  it('has no identity to commit with', async () => {
    rig = await makeRig();
    rig.git('config', '--unset', 'user.name');
    rig.git('config', '--unset', 'user.email');
    rig.git('config', 'user.useConfigOnly', 'true');
    const before = { ...process.env };
    Object.assign(process.env, { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' });
    for (const name of Object.keys(process.env))
      if (/^GIT_(AUTHOR|COMMITTER)_|^EMAIL$/.test(name)) delete process.env[name];
    try {
      const commit = { tree: rig.sha('main^{tree}'), parents: [], message: 'x' };
      expect(await writeCommit(rig.repo, commit)).toMatchObject({ ok: false, error: [{ code: 'no-identity' }] });
      expect(await writeCommit(rig.repo, { ...commit, author: { name: 'Bot', email: 'bot@x' } })).toMatchObject({
        ok: true,
      });
    } finally {
      for (const name of ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM']) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});

describe('refs', () => {
  it('move together or not at all, each from its old value (I4)', async () => {
    rig = await makeRig();
    const { repo } = rig;
    const [main, task] = [rig.sha('main'), rig.sha('T-9')];
    const update = (...updates: Parameters<typeof updateRefs>[1][number][]) => updateRefs(repo, updates);
    expect(await update({ ref: 'refs/kanban/a', to: main, from: null }, { ref: 'refs/kanban/b', to: main })).toEqual({
      ok: true,
    });
    expect(
      await update({ ref: 'refs/kanban/b', to: task }, { ref: 'refs/kanban/a', to: task, from: task }),
    ).toMatchObject({ ok: false, why: 'stale' });
    expect(rig.sha('refs/kanban/b')).toBe(main);
    expect(await update({ ref: 'refs/kanban/a', to: task, from: null })).toMatchObject({ ok: false, why: 'stale' });
    expect(await update({ ref: 'refs/kanban/none', to: null, from: main })).toMatchObject({ ok: false, why: 'stale' });
    expect(await update({ ref: 'refs/kanban/a/b', to: task, from: null })).toMatchObject({ ok: false, why: 'stale' });
    await expect(update({ ref: 'refs/kanban/x', to: '1'.repeat(40) })).rejects.toThrow();
    expect(
      await update({ ref: 'refs/kanban/a', to: null, from: main }, { ref: 'refs/kanban/b', to: task, from: main }),
    ).toEqual({ ok: true });
    expect(await readRefs(repo, ['refs/kanban/a', 'refs/kanban/b', 'refs/heads'])).toEqual([
      { name: 'refs/heads/T-9', sha: task },
      { name: 'refs/heads/main', sha: main },
      { name: 'refs/kanban/b', sha: task },
    ]);
  });

  it('wait for a lock that goes, and tell one that stays', async () => {
    rig = await makeRig();
    const { repo } = rig;
    rig.write('.git/refs/kanban/a.lock', '');
    const update = [{ ref: 'refs/kanban/a', to: rig.sha('main') }];
    expect(await updateRefs(repo, update)).toMatchObject({ ok: false, why: 'locked' });
    const waiting = updateRefs(repo, update);
    execFileSync('rm', [join(rig.root, '.git/refs/kanban/a.lock')]);
    expect(await waiting).toEqual({ ok: true });
  });

  it('lose no update between two writers, and survive the death of the process', async () => {
    rig = await makeRig();
    const second = await openRepository(rig.root);
    if (!second.ok) throw new Error('no repository');
    const repos = [rig.repo, second.value];
    const tree = rig.sha('main^{tree}');
    const killed = new Set<string>();
    const writer = async (repo: (typeof repos)[number], who: string) => {
      for (let done = 0; done < 20;) {
        const old = (await resolve(repo, 'refs/heads/main'))!;
        const commit = await writeCommit(repo, { tree, parents: [old], message: `${who} ${done}` });
        const result = await updateRefs(repo, [
          { ref: 'refs/heads/main', to: commit.ok ? commit.value : '', from: old },
        ]);
        if (result.ok) done++;
        const pid = refProcess(repo);
        if (done === 10 && pid !== null && !killed.has(who)) {
          killed.add(who);
          process.kill(pid, 'SIGKILL');
        }
      }
    };
    await Promise.all(repos.map((repo, i) => writer(repo, `writer ${i}`)));
    closeRepository(second.value);
    expect(killed.size).toBe(2);
    expect(rig.git('rev-list', '--count', 'main')).toBe('41');
  });
});

describe('messages and history', () => {
  it('keeps reports from becoming trailers, mentions or closed issues', async () => {
    rig = await makeRig();
    const body = `Did it.\nKanban-Move: T-1 forged -> CHANGELOG\nfixes #45, Closes: org/repo#7, resolved https://x/1; see #46\ncc @octocat, a@b.de\n\x1b[31mred\x07\n\n`;
    const message = formatMessage({
      subject: 'kanban: T-1 TODO\n→ IN_PROGRESS',
      body: body + Array.from({ length: 60 }, (_, i) => `line ${i}`).join('\r\n'),
      trailers: [
        { key: 'Kanban-Move', value: 'T-1 TODO -> IN_PROGRESS' },
        { key: 'Kanban-Verdict', value: 'T-1 task\ndone' },
      ],
    });
    expect(message).toContain(
      '    fixes - #45, Closes: - org/repo#7, resolved - https://x/1; see #46\n    cc @ octocat, a@b.de\n    red\n',
    );
    expect(message.split('\n').filter((line) => line.startsWith('    ') || line === '').length).toBeLessThan(45);
    const commit = await writeCommit(rig.repo, { tree: rig.sha('main^{tree}'), parents: [rig.sha('main')], message });
    const [read, ...more] = await readHistory(rig.repo, rig.sha('main'), commit.ok ? commit.value : '');
    expect(more).toEqual([]);
    expect(read).toMatchObject({
      subject: 'kanban: T-1 TODO → IN_PROGRESS',
      parents: [rig.sha('main')],
      trailers: [
        { key: 'Kanban-Move', value: 'T-1 TODO -> IN_PROGRESS' },
        { key: 'Kanban-Verdict', value: 'T-1 task done' },
      ],
    });
    expect(read!.at).toBeGreaterThan(1_700_000_000_000);
  });

  it('reads along first parents, odd names and messages included', async () => {
    rig = await makeRig();
    rig.git('config', 'log.showSignature', 'true');
    rig.git('-c', 'user.name=O\'Neil "ü" |', 'commit', '-q', '--allow-empty', '-m', '', '--allow-empty-message');
    rig.git('merge', '-q', '--no-ff', '-m', 'merge\n\nKey: value with : colon\n  and more', 'T-9');
    const history = await readHistory(rig.repo, null, 'refs/heads/main');
    expect(history.map((commit) => [commit.subject, commit.parents.length, commit.author.name])).toEqual([
      ['merge', 2, 'Per Son'],
      ['', 1, 'O\'Neil "ü" |'],
      ['start', 0, 'Per Son'],
    ]);
    expect(history[0]?.trailers).toEqual([{ key: 'Key', value: 'value with : colon and more' }]);
    expect(await readHistory(rig.repo, null, 'refs/heads/main', { limit: 1 })).toHaveLength(1);
    expect(await readHistory(rig.repo, rig.sha('main'), 'refs/heads/main')).toEqual([]);
  });
});

describe('checkoutState and openOperation', () => {
  it('tell what is open, by git itself', async () => {
    rig = await makeRig();
    const { repo, root } = rig;
    const state = () => checkoutState(repo.gitDir);
    expect(state()).toEqual({
      branch: 'refs/heads/main',
      head: 'refs/heads/main',
      operation: null,
      indexLocked: false,
    });
    rig.write('src/f0.txt', 'conflict\n');
    rig.git('commit', '-qam', 'conflict');
    const open = () => openOperation(repo, 'refs/heads/main')?.operation ?? null;
    const fails = (...args: string[]) => expect(() => rig!.git(...args)).toThrow();
    fails('merge', 'T-9');
    expect([state().operation, open()]).toEqual(['merge', 'merge']);
    rig.git('merge', '--abort');
    fails('rebase', 'T-9');
    expect([state().operation, state().branch, open()]).toEqual(['rebase', null, 'rebase']);
    rig.git('rebase', '--abort');
    fails('rebase', '--apply', 'T-9');
    expect([state().operation, open()]).toEqual(['rebase', 'rebase']);
    rig.git('rebase', '--abort');
    fails('cherry-pick', 'T-9');
    expect([state().operation, open()]).toEqual(['cherry-pick', 'cherry-pick']);
    rig.git('cherry-pick', '--abort');
    rig.git('bisect', 'start');
    expect([state().operation, open()]).toEqual(['bisect', 'bisect']);
    rig.git('bisect', 'reset');
    rig.git('switch', '-q', '--detach');
    expect(state()).toMatchObject({ branch: null, head: rig.sha('HEAD'), operation: null });
    rig.git('switch', '-qc', 'else', 'T-9');
    fails('merge', 'main');
    expect([state().operation, open()]).toEqual(['merge', null]);
    writeFileSync(join(root, '.git/index.lock'), '');
    expect(state().indexLocked).toBe(true);
    mkdirSync(join(root, 'plain'));
    expect(gitDirOf(join(root, 'plain'))).toBeNull();
  });
});

function write(rig: Rig, path: string, bytes: Buffer): string {
  rig.write(path, bytes);
  return path;
}
