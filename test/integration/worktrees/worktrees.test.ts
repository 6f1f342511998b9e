import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ensureWorktree, listWorktrees, removeWorktree, rescueWorktree } from '../../../src/worktrees/worktrees.ts';
import type { EnsuredWorktree, TaskWorktree } from '../../../src/worktrees/worktrees.ts';
import { READY_MARK, REMOVING_MARK } from '../../../src/worktrees/worktree-place.ts';
import { openRepository } from '../../../src/git/open-repository.ts';
import { closeRefs } from '../../../src/git/refs.ts';
import type { Repository } from '../../../src/git/git.ts';
import { READY_FILE } from '../../../src/runner/hooks.ts';
import { buildProgram } from '../../rig/child-program.ts';
import { readFileOrEmpty, until } from '../../rig/waiting.ts';

let home: string;
let root: string;
let repo: Repository;
let start: string;

beforeEach(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'kanban-worktrees ü-')));
  root = join(home, 'repo');
  execFileSync('git', ['init', '-q', '-b', 'main', root]);
  git('config', 'user.name', 'Ann');
  git('config', 'user.email', 'ann@example.com');
  put('.gitignore', '.worktrees/\n.kanban/\n.env*\nnode_modules/\n*.log\n');
  put('src/a.txt', 'a\n');
  put('src/b.txt', 'b\n');
  git('add', '.');
  git('commit', '-q', '-m', 'begin');
  start = git('rev-parse', 'HEAD');
  const opened = await openRepository(root);
  if (!opened.ok) throw new Error('no repository');
  repo = opened.value;
});
afterEach(() => {
  closeRefs(repo);
  rmSync(home, { recursive: true, force: true });
});

function gitIn(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
const git = (...args: string[]): string => gitIn(root, ...args);

function put(path: string, text: string, under = root): void {
  mkdirSync(dirname(join(under, path)), { recursive: true });
  writeFileSync(join(under, path), text);
}

const task = (id = 'T-1'): TaskWorktree => ({
  repo,
  id,
  branchRef: `refs/heads/${id}`,
  path: join(root, '.worktrees', id),
});
const ensure = (id = 'T-1', branchExists = false): Promise<EnsuredWorktree> =>
  ensureWorktree({ ...task(id), startSha: start, branchExists });

/** A worktree in which agents have worked. */
async function ready(id = 'T-1'): Promise<string> {
  const made = await ensure(id);
  if (!made.ok) throw new Error(made.problem.message);
  writeFileSync(join(made.gitDir, READY_MARK), '');
  return task(id).path;
}

/** Runs `work` and counts the git processes that were started for it. */
async function gitProcesses(work: () => Promise<unknown>): Promise<number> {
  const trace = join(home, 'trace');
  rmSync(trace, { force: true });
  process.env['GIT_TRACE2_EVENT'] = trace;
  try {
    await work();
  } finally {
    delete process.env['GIT_TRACE2_EVENT'];
  }
  const events = readFileOrEmpty(trace)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: string; sid: string; argv?: string[] });
  // A sid without a slash is a process that git itself has not started.
  return events.filter(
    ({ event, sid, argv }) => event === 'start' && !sid.includes('/') && !argv?.includes('update-ref'),
  ).length;
}

describe('ensureWorktree', () => {
  it('makes branch, ownership ref and locked worktree; one git process', async () => {
    const path = join(root, '.worktrees/T-1');
    const count = await gitProcesses(async () =>
      expect(await ensure()).toMatchObject({ ok: true, created: true, notCopied: [] }),
    );
    expect(count).toBeLessThanOrEqual(2);
    expect(git('rev-parse', 'refs/heads/T-1', 'refs/kanban/start/T-1')).toBe(`${start}\n${start}`);
    expect(gitIn(path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/T-1');
    expect(gitIn(path, 'status', '--porcelain')).toBe('');
    expect(await listWorktrees(repo)).toEqual([
      { path: root, head: start, branch: 'refs/heads/main', locked: null, prunable: false },
      { path, head: start, branch: 'refs/heads/T-1', locked: 'kanban T-1', prunable: false },
    ]);
    expect(git('status', '--porcelain')).toBe('');
    expect(readFileSync(join(root, '.git/config'), 'utf8')).not.toContain('[branch');
  });

  it('the marks are those of the runner', () => expect(READY_MARK).toBe(READY_FILE));

  it('takes a ready one as it is, with what stands in it; no git process (I6)', async () => {
    const path = await ready();
    put('new.txt', 'work\n', path);
    const count = await gitProcesses(async () =>
      expect(await ensure('T-1', true)).toMatchObject({ ok: true, created: false }),
    );
    expect(count).toBe(0);
    expect(readFileSync(join(path, 'new.txt'), 'utf8')).toBe('work\n');
  });

  it('makes one again that never got ready', async () => {
    await ensure();
    put('half.txt', 'from after_create\n', task().path);
    expect(await ensure('T-1', true)).toMatchObject({ ok: true, created: true });
    expect(readdirSync(task().path).sort()).toEqual(['.git', '.gitignore', 'src']);
  });

  it('continues a branch that exists, also beside a tag of that name, from its tip', async () => {
    git('branch', 'T-1');
    git('tag', 'T-1', start);
    put('src/c.txt', 'c\n');
    git('add', '.');
    git('commit', '-q', '-m', 'more');
    git('update-ref', 'refs/heads/T-1', 'main');
    expect(await ensure('T-1', true)).toMatchObject({ ok: true, created: true });
    expect(gitIn(task().path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/T-1');
    expect(gitIn(task().path, 'rev-parse', 'HEAD')).toBe(git('rev-parse', 'main'));
    expect(gitIn(task().path, 'status', '--porcelain')).toBe('');
  });

  it('leaves alone what somebody else put there (I7)', async () => {
    put('.worktrees/T-1/notes.txt', 'mine\n');
    expect(await ensure()).toMatchObject({
      ok: false,
      problem: { code: 'worktree-path-taken', fix: expect.stringContaining('mv ') as string },
    });
    put('.worktrees/T-2', 'a file\n');
    expect(await ensure('T-2')).toMatchObject({ ok: false, problem: { code: 'worktree-path-taken' } });
    git('worktree', 'add', '-q', '-b', 'T-3', join(root, '.worktrees/T-3'));
    expect(await ensure('T-3', true)).toMatchObject({ ok: false, problem: { code: 'worktree-path-taken' } });
    git('init', '-q', join(root, '.worktrees/T-4'));
    expect(await ensure('T-4')).toMatchObject({ ok: false, problem: { code: 'worktree-path-taken' } });
    expect(readFileSync(join(root, '.worktrees/T-1/notes.txt'), 'utf8')).toBe('mine\n');
    expect(git('for-each-ref', 'refs/kanban')).toBe('');
    for (const id of ['T-1', 'T-2', 'T-3', 'T-4']) expect(await removeWorktree(task(id))).toMatchObject({ ok: false });
    expect(existsSync(join(root, '.worktrees/T-3/.git'))).toBe(true);
  });

  it('a branch that is there already, or checked out elsewhere, is a problem; nothing is half made', async () => {
    git('branch', 'T-1');
    expect(await ensure()).toMatchObject({ ok: false, problem: { code: 'worktree-branch-taken' } });
    expect(git('for-each-ref', 'refs/kanban')).toBe('');
    git('worktree', 'add', '-q', join(home, 'elsewhere'), 'T-1');
    expect(await ensure('T-1', true)).toMatchObject({ ok: false, problem: { code: 'worktree-branch-taken' } });
    expect(existsSync(task().path)).toBe(false);
  });

  it('runs no hooks of the user', async () => {
    put('.git/hooks/post-checkout', '#!/bin/sh\ntouch ../hook-ran\n');
    chmodSync(join(root, '.git/hooks/post-checkout'), 0o755);
    await ensure();
    await ready('T-2');
    await removeWorktree(task('T-2'));
    expect(existsSync(join(root, '.worktrees/hook-ran'))).toBe(false);
  });

  it('twenty at once, made and removed: all there, then nothing left', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => `T-${i + 1}`);
    await Promise.all(ids.map((id) => ready(id)));
    expect(await listWorktrees(repo)).toHaveLength(21);
    const results = await Promise.all(ids.map((id) => removeWorktree(task(id))));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await listWorktrees(repo)).toHaveLength(1);
    expect(readdirSync(join(root, '.worktrees'))).toEqual([]);
  });

  it(
    'killed at any moment, the next attempt succeeds and leaves nothing behind (I8)',
    { timeout: 180_000 },
    async () => {
      for (let i = 0; i < 300; i++) put(`many/${i}.txt`, `${i}\n`);
      git('add', '.');
      git('commit', '-q', '-m', 'many');
      const program = buildProgram(
        `import { openRepository } from '../../../src/git/open-repository.ts';
       import { ensureWorktree, removeWorktree } from '../../../src/worktrees/worktrees.ts';
       import { writeFileSync } from 'node:fs';
       import { join } from 'node:path';
       const [root, sha] = process.argv.slice(2);
       const { value: repo } = await openRepository(root);
       const task = { repo, id: 'T-1', branchRef: 'refs/heads/T-1', path: join(root, '.worktrees/T-1') };
       for (let i = 0; ; i++) {
         const made = await ensureWorktree({ ...task, startSha: sha, branchExists: true });
         if (!made.ok) { console.log(made.problem.message); process.exit(1); }
         if (i % 2) writeFileSync(join(made.gitDir, 'kanban-ready'), '');
         console.log('made');
         const removed = await removeWorktree(task);
         if (!removed.ok) { console.log(removed.why); process.exit(1); }
       }`,
        join(home, 'maker.mjs'),
      );
      git('branch', 'T-1');
      git('update-ref', 'refs/kanban/start/T-1', 'T-1');
      for (let round = 0; round < 12; round++) {
        const maker = spawn(process.execPath, [program, root, start], { detached: true });
        let said = '';
        maker.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
        await until(() => said.split('made').length > 1 + (round % 4) || maker.exitCode !== null);
        // From "made" on a removal and a new start are under way: another moment in every round.
        const spin = performance.now() + round * 2.3;
        while (performance.now() < spin);
        maker.kill('SIGKILL');
        await new Promise((resolve) => maker.once('close', resolve));
        expect(said.replaceAll('made\n', '')).toBe('');
      }
      // Here the git of the last one may still be at work; a new process waits for it by itself.
      await until(async () => (await ensure('T-1', true)).ok);
      expect(gitIn(task().path, 'status', '--porcelain')).toBe('');
      expect(await removeWorktree(task())).toEqual({ ok: true });
      expect(await listWorktrees(repo)).toHaveLength(1);
      expect(git('for-each-ref', 'refs/kanban/rescue')).toBe('');
    },
  );
});

describe('a git that outlived its killed coordinator', () => {
  it('is left to finish before anything else is done (I8)', async () => {
    // A checkout that takes as long as the test likes.
    put('.gitattributes', '*.slow filter=slow\n');
    put('x.slow', 'x\n');
    git('config', 'filter.slow.smudge', `cat; until [ -e '${home}/go' ]; do sleep 0.02; done`);
    git('add', '.');
    git('commit', '-q', '-m', 'slow');
    start = git('rev-parse', 'HEAD');
    git('branch', 'T-1');
    const path = task().path;
    const old = spawn(
      'git',
      ['-c', 'core.fsmonitor=false', 'worktree', 'add', '--quiet', '--lock', '--reason', 'kanban T-1', path, 'T-1'],
      { cwd: root, detached: true, stdio: 'ignore' },
    );
    await until(() => existsSync(join(root, '.git/worktrees/T-1/index.lock')));
    const program = buildProgram(
      `import { openRepository } from '../../../src/git/open-repository.ts';
       import { ensureWorktree } from '../../../src/worktrees/worktrees.ts';
       const [root, sha, path] = process.argv.slice(2);
       const { value: repo } = await openRepository(root);
       console.log('looking');
       console.log(JSON.stringify(await ensureWorktree({ repo, id: 'T-1', branchRef: 'refs/heads/T-1', path, startSha: sha, branchExists: true })));`,
      join(home, 'next.mjs'),
    );
    const next = spawn(process.execPath, [program, root, start, path]);
    let said = '';
    next.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said.includes('looking'));
    // Time for a coordinator that doesn't wait to do its harm; one that waits passes however short it is.
    const grace = performance.now() + 500;
    await until(() => performance.now() > grace || old.exitCode !== null);
    writeFileSync(join(home, 'go'), '');
    await until(() => next.exitCode !== null && old.exitCode !== null);
    expect(old.exitCode).toBe(0);
    expect(said).toContain('"created":true');
    expect(gitIn(path, 'status', '--porcelain')).toBe('');
  });
});

describe('.worktreeinclude', () => {
  it('copies what is ignored and named, with modes and links, and nothing else', async () => {
    put('.worktreeinclude', '.env*\n!.env.example\nsecrets/\n*.txt\nlink.log\n');
    put('.env', 'KEY=1\n');
    put('.env.example', 'KEY=\n');
    put('packages/x/.env.local', 'KEY=2\n');
    put('untracked.txt', 'named, but not ignored\n');
    put('debug.log', 'ignored, but not named\n');
    put('.gitignore', `${readFileSync(join(root, '.gitignore'), 'utf8')}secrets/\n`);
    put('secrets/deep/key.pem', 'pem\n');
    chmodSync(join(root, 'secrets/deep/key.pem'), 0o600);
    symlinkSync('/nowhere/at all', join(root, 'link.log'));
    put('.worktrees/T-9/.env', 'KEY=of another task\n');
    put('.kanban/runs/.env', 'KEY=of the runtime\n');
    expect(await ensure()).toMatchObject({ ok: true, notCopied: [] });
    const path = task().path;
    expect(readFileSync(join(path, '.env'), 'utf8')).toBe('KEY=1\n');
    expect(readFileSync(join(path, 'packages/x/.env.local'), 'utf8')).toBe('KEY=2\n');
    expect(statSync(join(path, 'secrets/deep/key.pem')).mode & 0o777).toBe(0o600);
    expect(readlinkSync(join(path, 'link.log'))).toBe('/nowhere/at all');
    for (const none of ['untracked.txt', 'debug.log', '.env.example', '.worktrees', '.kanban'])
      expect(existsSync(join(path, none))).toBe(false);
  });

  it('overwrites nothing and writes nothing outside the worktree', async () => {
    put('.worktreeinclude', 'conf/\n.env\n');
    put('.env', 'tracked on the branch\n');
    symlinkSync('..', join(root, 'conf'));
    git('add', '-f', '.env', 'conf');
    git('commit', '-q', '-m', 'tracks .env and a link');
    const tip = git('rev-parse', 'HEAD');
    git('reset', '-q', '--hard', start);
    put('.worktreeinclude', 'conf/\n.env\n');
    put('.gitignore', `${readFileSync(join(root, '.gitignore'), 'utf8')}conf/\n`);
    put('.env', "the user's\n");
    put('conf/out.txt', 'x\n');
    const made = await ensureWorktree({ ...task(), startSha: tip, branchExists: false });
    expect(made).toMatchObject({ ok: true, notCopied: [expect.stringContaining('outside') as string] });
    expect(readFileSync(join(task().path, '.env'), 'utf8')).toBe('tracked on the branch\n');
    expect(existsSync(join(root, '.worktrees/out.txt'))).toBe(false);
  });
});

describe('removeWorktree', () => {
  it('removes a clean one, ignored files with it; the branch stays; two git processes', async () => {
    const path = await ready();
    put('node_modules/x/index.js', 'x\n', path);
    const count = await gitProcesses(async () => expect(await removeWorktree(task())).toEqual({ ok: true }));
    expect(count).toBeLessThanOrEqual(2);
    expect(existsSync(path)).toBe(false);
    expect(await listWorktrees(repo)).toHaveLength(1);
    expect(git('rev-parse', 'refs/heads/T-1')).toBe(start);
    expect(await removeWorktree(task())).toEqual({ ok: true });
  });

  it.each([
    ['a changed file', (path: string) => writeFileSync(join(path, 'src/a.txt'), 'changed\n'), 'src/a.txt'],
    ['a new file', (path: string) => writeFileSync(join(path, 'new ü.txt'), 'new\n'), 'new ü.txt'],
    [
      'a staged file',
      (path: string) => (writeFileSync(join(path, 'new.txt'), 'x'), gitIn(path, 'add', 'new.txt')),
      'new.txt',
    ],
    ['a deleted file', (path: string) => rmSync(join(path, 'src/a.txt')), 'src/a.txt'],
  ])('refuses for %s, names it, and touches nothing (I6)', async (_what, change, name) => {
    const path = await ready();
    git('config', 'status.showUntrackedFiles', 'no');
    change(path);
    const before = gitIn(path, 'status', '--porcelain', '-uall');
    expect(await removeWorktree(task())).toMatchObject({ ok: false, why: expect.stringContaining(name) as string });
    expect(gitIn(path, 'status', '--porcelain', '-uall')).toBe(before);
  });

  it('refuses when HEAD holds commits that are on no branch', async () => {
    const path = await ready();
    gitIn(path, 'checkout', '-q', '--detach');
    gitIn(path, 'commit', '-q', '--allow-empty', '-m', 'lost?');
    expect(await removeWorktree(task())).toMatchObject({
      ok: false,
      why: expect.stringContaining('not on a branch') as string,
    });
    const kept = await rescueWorktree(task());
    expect(kept).toMatchObject({ ok: true, ref: 'refs/kanban/rescue/T-1/1' });
    expect(git('log', '-1', '--format=%s', 'refs/kanban/rescue/T-1/1')).toBe('lost?');
    expect(await removeWorktree(task())).toEqual({ ok: true });
  });

  it.each([
    ['a repository without a commit', (path: string) => git('init', '-q', join(path, 'deep/own'))],
    [
      'a repository',
      (path: string) => {
        git('init', '-q', join(path, 'deep/own'));
        put('only.txt', 'here\n', join(path, 'deep/own'));
        gitIn(join(path, 'deep/own'), 'add', '.');
        gitIn(join(path, 'deep/own'), '-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '-q', '-m', 'only');
      },
    ],
    ['a worktree', (path: string) => git('worktree', 'add', '-q', '--detach', join(path, 'deep/own'), 'HEAD')],
  ])('keeps one that contains %s: its content is nowhere else (I6)', async (_what, nest) => {
    const path = await ready();
    nest(path);
    put('new.txt', 'new\n', path);
    const refused = { ok: false, why: expect.stringContaining('deep/own'), fix: expect.stringContaining('deep/own') };
    expect(await removeWorktree(task())).toMatchObject(refused);
    const kept = await rescueWorktree(task());
    expect(kept).toMatchObject({ ok: true, ref: 'refs/kanban/rescue/T-1/1', isNew: true, notKept: ['deep/own'] });
    expect(git('diff', '--name-only', 'HEAD', 'refs/kanban/rescue/T-1/1')).toBe('new.txt');
    expect(await removeWorktree(task(), 'refs/kanban/rescue/T-1/1')).toMatchObject(refused);
    rmSync(join(root, '.git/worktrees/T-1'), { recursive: true });
    expect(await removeWorktree(task(), 'refs/kanban/rescue/T-1/1')).toMatchObject({ ok: false });
    expect(existsSync(join(path, 'deep/own/.git'))).toBe(true);
  });

  it('keeps the same content once, and what was staged with it (I10)', async () => {
    const path = await ready();
    put('new.txt', 'staged\n', path);
    gitIn(path, 'add', 'new.txt');
    put('new.txt', 'new\n', path);
    const first = await rescueWorktree(task());
    expect(first).toMatchObject({ ok: true, ref: 'refs/kanban/rescue/T-1/1', isNew: true });
    expect(await rescueWorktree(task())).toEqual({ ...first, isNew: false });
    put('new.txt', 'newer\n', path);
    expect(await rescueWorktree(task())).toMatchObject({ ref: 'refs/kanban/rescue/T-1/2', isNew: true });
    put('new.txt', 'new\n', path);
    expect(await rescueWorktree(task())).toMatchObject({ ref: 'refs/kanban/rescue/T-1/1', isNew: false });
    expect(git('show', 'refs/kanban/rescue/T-1/1^2:new.txt')).toBe('staged');
  });

  it('removes one whose folder is gone, whose .git file is gone, or that git has forgotten', async () => {
    const gone = await ready('T-1');
    rmSync(gone, { recursive: true });
    const unlinked = await ready('T-2');
    rmSync(join(unlinked, '.git'));
    const forgotten = await ready('T-3');
    rmSync(join(root, '.git/worktrees/T-3'), { recursive: true });
    for (const id of ['T-1', 'T-2', 'T-3']) expect(await removeWorktree(task(id))).toEqual({ ok: true });
    for (const path of [gone, unlinked, forgotten]) expect(existsSync(path)).toBe(false);
    expect(await listWorktrees(repo)).toHaveLength(1);
  });

  it('of those too it takes none with work in it (I6)', async () => {
    const unlinked = await ready('T-2');
    put('work.txt', 'work\n', unlinked);
    rmSync(join(unlinked, '.git'));
    const forgotten = await ready('T-3');
    put('src/a.txt', 'work\n', forgotten);
    rmSync(join(root, '.git/worktrees/T-3'), { recursive: true });
    expect(await removeWorktree(task('T-2'))).toMatchObject({
      ok: false,
      why: expect.stringContaining('work.txt') as string,
    });
    expect(await removeWorktree(task('T-3'))).toMatchObject({
      ok: false,
      why: expect.stringContaining('src/a.txt') as string,
    });
    for (const id of ['T-2', 'T-3']) {
      const kept = await rescueWorktree(task(id));
      expect(kept).toMatchObject({ ok: true, ref: `refs/kanban/rescue/${id}/1` });
      expect(await removeWorktree(task(id), `refs/kanban/rescue/${id}/1`)).toEqual({ ok: true });
    }
    expect(git('show', 'refs/kanban/rescue/T-2/1:work.txt')).toBe('work');
    expect(git('show', 'refs/kanban/rescue/T-3/1:src/a.txt')).toBe('work');
    expect(await listWorktrees(repo)).toHaveLength(1);
  });

  it('finishes a removal that was killed half-way: what is missing was removed by us (I8)', async () => {
    const half = async (id: string): Promise<string> => {
      const path = await ready(id);
      writeFileSync(join(root, `.git/worktrees/${id}`, REMOVING_MARK), '');
      rmSync(join(path, 'src'), { recursive: true });
      return path;
    };
    await half('T-1');
    expect(await removeWorktree(task('T-1'))).toEqual({ ok: true });
    rmSync(join(await half('T-2'), '.git'));
    expect(await removeWorktree(task('T-2'))).toEqual({ ok: true });
    await half('T-3');
    expect(await ensure('T-3', true)).toMatchObject({ ok: true, created: true });
    expect(existsSync(join(task('T-3').path, 'src/a.txt'))).toBe(true);
    put('late.txt', 'work\n', await half('T-4'));
    expect(await ensure('T-4', true)).toMatchObject({ ok: true, created: true });
    expect(git('show', 'refs/kanban/rescue/T-4/1:late.txt')).toBe('work');
  });

  it("removes nothing else: the user's worktrees stay registered, also when their folder is away (I7)", async () => {
    git('worktree', 'add', '-q', '-b', 'mine', join(home, 'mine'));
    rmSync(join(home, 'mine'), { recursive: true });
    await ready();
    rmSync(task().path, { recursive: true });
    await removeWorktree(task());
    expect((await listWorktrees(repo)).map(({ branch, prunable }) => [branch, prunable])).toEqual([
      ['refs/heads/main', false],
      ['refs/heads/mine', true],
    ]);
  });

  it('with submodules: refuses work in them, then removes folder and registration', async () => {
    const library = join(home, 'library');
    execFileSync('git', ['init', '-q', '-b', 'main', library]);
    put('lib.txt', 'lib\n', library);
    gitIn(library, 'add', '.');
    gitIn(library, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'lib');
    git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'sub');
    git('commit', '-q', '-m', 'with a submodule');
    start = git('rev-parse', 'HEAD');
    const path = await ready();
    gitIn(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init');
    put('sub/lib.txt', 'changed\n', path);
    expect(await removeWorktree(task())).toMatchObject({ ok: false, why: expect.stringContaining('sub') as string });
    const kept = await rescueWorktree(task());
    expect(kept).toMatchObject({ ok: true, ref: null, notKept: ['sub'] });
    gitIn(join(path, 'sub'), '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-q', '-am', 'only here');
    gitIn(path, 'commit', '-q', '-am', 'points at it');
    expect(await removeWorktree(task())).toMatchObject({
      ok: false,
      why: expect.stringContaining('submodules contain work') as string,
    });
    gitIn(join(path, 'sub'), 'push', '-q', 'origin', 'HEAD:refs/heads/kept');
    expect(await removeWorktree(task())).toEqual({ ok: true });
    expect(existsSync(path)).toBe(false);
    expect(await listWorktrees(repo)).toHaveLength(1);
  });
});

describe('rescueWorktree', () => {
  it('keeps changed, new, staged and deleted files as one commit on HEAD, and touches nothing (I6)', async () => {
    const path = await ready();
    put('src/a.txt', 'staged\n', path);
    gitIn(path, 'add', 'src/a.txt');
    put('src/a.txt', 'then changed\n', path);
    rmSync(join(path, 'src/b.txt'));
    put('new/ü.txt', 'new\n', path);
    put('.env', 'ignored\n', path);
    const status = gitIn(path, 'status', '--porcelain');
    const index = readFileSync(join(root, '.git/worktrees/T-1/index'));
    const kept = await rescueWorktree(task());
    expect(kept).toEqual({ ok: true, ref: 'refs/kanban/rescue/T-1/1', isNew: true, notKept: [] });
    const ref = 'refs/kanban/rescue/T-1/1';
    expect(git('rev-parse', `${ref}^1`)).toBe(start);
    expect(git('-c', 'core.quotePath=false', 'ls-tree', '-r', '--name-only', ref).split('\n')).toEqual([
      '.gitignore',
      'new/ü.txt',
      'src/a.txt',
    ]);
    expect(git('show', `${ref}:src/a.txt`)).toBe('then changed');
    expect(git('show', `${ref}^2:src/a.txt`)).toBe('staged');
    expect(gitIn(path, 'status', '--porcelain')).toBe(status);
    expect(readFileSync(join(root, '.git/worktrees/T-1/index'))).toEqual(index);
    expect(readdirSync(join(root, '.git/worktrees/T-1')).filter((name) => name.startsWith('kanban-index'))).toEqual([]);
  });

  it('numbers them; gives null where there is nothing', async () => {
    const path = await ready();
    expect(await rescueWorktree(task())).toEqual({ ok: true, ref: null, isNew: false, notKept: [] });
    expect(await rescueWorktree(task('T-7'))).toEqual({ ok: true, ref: null, isNew: false, notKept: [] });
    put('one.txt', '1\n', path);
    expect(await rescueWorktree(task())).toMatchObject({ ref: 'refs/kanban/rescue/T-1/1' });
    put('two.txt', '2\n', path);
    expect(await rescueWorktree(task())).toMatchObject({ ref: 'refs/kanban/rescue/T-1/2' });
  });

  it('works in the middle of a merge with conflicts', async () => {
    const path = await ready();
    put('src/a.txt', 'ours\n', path);
    gitIn(path, 'commit', '-qam', 'ours');
    put('src/a.txt', 'theirs\n');
    git('commit', '-qam', 'theirs');
    expect(() => gitIn(path, 'merge', 'main')).toThrow();
    const kept = await rescueWorktree(task());
    expect(kept).toMatchObject({ ok: true, ref: 'refs/kanban/rescue/T-1/1' });
    expect(git('show', 'refs/kanban/rescue/T-1/1:src/a.txt')).toContain('<<<<<<<');
    expect(gitIn(path, 'status', '--porcelain')).toBe('UU src/a.txt');
  });

  it('a removal goes through with exactly what was rescued, and not when more has come since', async () => {
    const path = await ready();
    put('new.txt', '1\n', path);
    const kept = await rescueWorktree(task());
    put('new.txt', '2\n', path);
    expect(await removeWorktree(task(), kept.ok ? kept.ref : null)).toMatchObject({ ok: false });
    put('new.txt', '1\n', path);
    expect(await removeWorktree(task(), kept.ok ? kept.ref : null)).toEqual({ ok: true });
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('says of a repository inside that it was not kept; the worktree stays', async () => {
    const path = await ready();
    execFileSync('git', ['init', '-q', '-b', 'main', join(path, 'inner')]);
    put('inner/x.txt', 'x\n', path);
    gitIn(join(path, 'inner'), 'add', '.');
    gitIn(join(path, 'inner'), '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '-q', '-m', 'inner');
    const kept = await rescueWorktree(task());
    expect(kept).toMatchObject({ ok: true, notKept: ['inner'] });
    expect(await removeWorktree(task(), kept.ok ? kept.ref : null)).toMatchObject({
      ok: false,
      why: expect.stringContaining('inner') as string,
    });
  });
});
