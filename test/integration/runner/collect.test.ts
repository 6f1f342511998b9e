import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { undoing } from '../../../src/pipeline/results/outside-commits.ts';
import { collect } from '../../../src/runner/collect.ts';
import type { Collected } from '../../../src/runner/collect.ts';
import type { Brief } from '../../../src/contract/brief.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

/** Collects, then collects again: the second time must change nothing. */
async function collected(brief: Brief): Promise<Collected> {
  const result = await collect(rig.folder(brief), brief);
  const refs = rig.git('for-each-ref');
  const again = await collect(rig.folder(brief), brief);
  expect(rig.git('for-each-ref')).toBe(refs);
  expect(again).toMatchObject({ tip: result.tip, ahead: result.ahead, changed: result.changed, leftovers: null });
  expect(rig.inTask('symbolic-ref', 'HEAD')).toBe('refs/heads/T-1');
  return result;
}

/** As the agent of a run does it. */
function asRun({ identity }: Brief, ...args: string[]): void {
  rig.git('-c', `user.email=${identity.email}`, '-c', `user.name=${identity.name}`, ...args);
}

function tryGit(...args: string[]): void {
  try {
    rig.inTask(...args);
  } catch {
    // A conflict: what the test wants.
  }
}

describe('left uncommitted (I6)', () => {
  it('nothing: nothing', async () => {
    const brief = rig.brief();
    expect(await collected(brief)).toEqual({
      tip: brief.tip,
      ahead: 0,
      changed: [],
      leftovers: null,
      rescued: [],
      boardRestored: [],
      faults: [],
      strays: [],
      reported: false,
    });
  });

  it('changed, deleted, staged and new files: one commit with one parent', async () => {
    const brief = rig.brief();
    rig.writeTask('file.txt', 'changed\n');
    rmSync(join(rig.worktree, 'other.txt'));
    rig.writeTask('a file with spaces – ünïcode.txt', 'x\n');
    rig.writeTask('staged.txt', 'x\n');
    rig.inTask('add', 'staged.txt');
    rig.writeTask('ignored.log', 'x\n');
    const result = await collected(brief);
    expect(result.changed).toEqual(['a file with spaces – ünïcode.txt', 'file.txt', 'other.txt', 'staged.txt']);
    expect(result.leftovers).toBe(result.tip);
    expect(rig.git('rev-list', '--parents', '-1', 'T-1')).toBe(`${result.tip} ${brief.tip}`);
    expect(rig.git('log', '-1', '--format=%s|%ae|%ce', 'T-1')).toBe(
      'T-1: left uncommitted in the worktree of the task run|t-1.task.shell@kanban.invalid|t-1.task.shell@kanban.invalid',
    );
    expect(existsSync(join(rig.worktree, 'ignored.log'))).toBe(true);
  });

  it('secrets, big files and repositories: rescued, left on disk, never committed', async () => {
    const brief = rig.brief();
    rig.writeTask('.env.local', 'KEY=1\n');
    rig.writeTask('deep/server.key', 'key\n');
    rig.writeTask('big.bin', Buffer.alloc(5 * 1024 * 1024 + 1));
    rig.writeTask('staged.pem', 'pem\n');
    rig.inTask('add', '-f', 'staged.pem');
    rig.writeTask('fine.txt', 'x\n');
    mkdirSync(join(rig.worktree, 'nested'));
    rig.inTask('init', '-q', 'nested');
    rig.writeTask('nested/inner.txt', 'inner\n');
    const result = await collected(brief);
    expect(result.changed).toEqual(['fine.txt']);
    expect(result.rescued).toHaveLength(1);
    expect([...(result.rescued[0]?.paths ?? [])].sort()).toEqual([
      '.env.local',
      'big.bin',
      'deep/server.key',
      'nested/',
      'staged.pem',
    ]);
    const ref = result.rescued[0]?.ref ?? '';
    expect(rig.git('show', `${ref}:.env.local`)).toBe('KEY=1');
    expect(rig.git('show', `${ref}:nested/inner.txt`)).toBe('inner');
    for (const path of ['.env.local', 'deep/server.key', 'big.bin', 'staged.pem', 'nested/inner.txt'])
      expect(existsSync(join(rig.worktree, path)), path).toBe(true);
    expect(rig.rescued()).toHaveLength(1);
  });

  it('of a tester: tracked files only; new ones, staged or not, are rescued and out of the worktree', async () => {
    const brief = rig.brief({ role: 'tester' });
    rig.writeTask('file.txt', 'fixed\n');
    rig.writeTask('coverage/index.html', 'x\n');
    rig.writeTask('junit.xml', 'x\n');
    rig.inTask('add', 'junit.xml');
    const result = await collected(brief);
    expect(result.changed).toEqual(['file.txt']);
    expect(rig.inTask('status', '--porcelain')).toBe('');
    expect(existsSync(join(rig.worktree, 'junit.xml'))).toBe(false);
    expect(rig.git('ls-tree', '-r', '--name-only', result.rescued[0]?.ref ?? '')).toContain('coverage/index.html');
  });

  it('modes, links, filters, a folder for a file and a file for a folder: as `git commit` would have it', async () => {
    rig.writeTask('folder/inner.txt', 'x\n');
    rig.writeTask('plain', 'x\n');
    rig.writeTask('script.sh', 'true\n');
    rig.writeTask('.gitattributes', '*.crlf text eol=crlf\n');
    rig.commitTask('before');
    const brief = rig.brief();
    rig.writeTask('text.crlf', 'a\r\nb\r\n');
    chmodSync(join(rig.worktree, 'script.sh'), 0o755);
    symlinkSync('plain', join(rig.worktree, 'link'));
    const simple = await collected(brief);
    expect(simple.leftovers).toBe(simple.tip);
    expect(rig.git('ls-tree', 'T-1', 'script.sh', 'link')).toMatch(
      /^120000 blob .*\tlink\n100755 blob .*\tscript\.sh$/,
    );
    expect(rig.git('cat-file', '-s', 'T-1:text.crlf')).toBe('4');
    rmSync(join(rig.worktree, 'folder'), { recursive: true });
    rig.writeTask('folder', 'now a file\n');
    rmSync(join(rig.worktree, 'plain'));
    rig.writeTask('plain/inner.txt', 'now a folder\n');
    const swapped = await collected(rig.brief());
    expect(swapped.changed).toEqual(['.gitattributes', 'folder', 'link', 'plain/inner.txt', 'script.sh', 'text.crlf']);
    expect(rig.inTask('status', '--porcelain')).toBe('');
    expect(rig.inTask('reflog', '-1', '--format=%gs')).toContain(
      'commit: T-1: left uncommitted in the worktree of the task run',
    );
    expect(rig.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  it("an index that only git can read is git's to commit", async () => {
    rig.inTask('update-index', '--index-version', '4');
    const brief = rig.brief();
    rig.writeTask('new.txt', 'x\n');
    rmSync(join(rig.worktree, 'other.txt'));
    expect((await collected(brief)).changed).toEqual(['new.txt', 'other.txt']);
    expect(rig.git('log', '-1', '--format=%P|%ce', 'T-1')).toBe(`${brief.tip}|t-1.task.shell@kanban.invalid`);
  });

  it('a stale index.lock of a killed git is no obstacle', async () => {
    const brief = rig.brief();
    rig.writeTask('file.txt', 'changed\n');
    rig.write('.git/worktrees/T-1/index.lock', '');
    expect((await collected(brief)).changed).toEqual(['file.txt']);
  });
});

describe('something in progress', () => {
  beforeEach(() => {
    rig.writeTask('file.txt', 'mine\n');
    rig.commitTask('mine');
    rig.write('file.txt', 'theirs\n');
    rig.git('commit', '-qam', 'theirs');
  });

  it.each([
    ['merge', ['merge', 'main']],
    ['rebase', ['rebase', 'main']],
    ['cherry-pick', ['cherry-pick', 'main']],
  ])('%s: its tree is rescued, the operation undone, the run fails by name', async (name, args) => {
    const brief = rig.brief();
    tryGit(...args);
    rig.writeTask('notes.txt', 'found it\n');
    const result = await collected(brief);
    expect(result.faults).toHaveLength(1);
    expect(result.faults[0]).toContain(`in the middle of a ${name}`);
    expect(rig.git('show', `${result.rescued[0]?.ref}:file.txt`)).toContain('<<<<<<<');
    expect(rig.git('show', `${result.rescued[0]?.ref}:notes.txt`)).toBe('found it');
    expect(readFileSync(join(rig.worktree, 'file.txt'), 'utf8')).toBe('mine\n');
    expect(rig.git('rev-parse', 'T-1^')).toBe(brief.tip);
  });

  it.each(['CHERRY_PICK_HEAD', 'REVERT_HEAD'])('only its mark is left over: %s', async (mark) => {
    const brief = rig.brief();
    rig.writeTask('picked.txt', 'x\n');
    const tip = rig.commitTask('picked');
    rig.write(`.git/worktrees/T-1/${mark}`, `${rig.sha('main')}\n`);
    expect(await collected(brief)).toMatchObject({ tip, faults: [], rescued: [] });
    expect(existsSync(join(rig.root, '.git/worktrees/T-1', mark))).toBe(false);
  });

  it('revert', async () => {
    rig.writeTask('file.txt', 'mine again\n');
    rig.commitTask('again');
    const brief = rig.brief();
    tryGit('revert', '--no-edit', 'HEAD~1');
    expect((await collected(brief)).faults[0]).toContain('in the middle of a revert');
  });

  it('bisect', async () => {
    const brief = rig.brief();
    rig.inTask('bisect', 'start');
    rig.inTask('bisect', 'bad');
    rig.inTask('bisect', 'good', 'HEAD~1');
    const result = await collected(brief);
    expect(result.faults[0]).toContain('in the middle of a bisect');
    expect(result.tip).toBe(brief.tip);
  });
});

describe('HEAD', () => {
  it('detached and ahead: the branch is brought up to it', async () => {
    const brief = rig.brief();
    rig.inTask('checkout', '-q', '--detach');
    rig.writeTask('new.txt', 'x\n');
    const head = rig.commitTask('on a detached HEAD');
    expect(await collected(brief)).toMatchObject({
      tip: head,
      ahead: 1,
      changed: ['new.txt'],
      faults: [],
      rescued: [],
    });
  });

  it('elsewhere: kept under rescue, and a fault', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const brief = rig.brief();
    rig.inTask('checkout', '-q', '--detach', 'main');
    rig.writeTask('elsewhere.txt', 'x\n');
    const head = rig.commitTask('elsewhere');
    rig.writeTask('dirty.txt', 'x\n');
    const result = await collected(brief);
    expect(rig.git('log', '--format=%s', 'main..T-1')).toBe(
      'T-1: left uncommitted in the worktree of the task run\nwork',
    );
    expect(result.faults[0]).toContain('HEAD was left detached elsewhere');
    expect(rig.git('rev-parse', `${result.rescued[0]?.ref}^`)).toBe(head);
    expect(rig.git('show', `${result.rescued[0]?.ref}:dirty.txt`)).toBe('x');
  });

  it('on another branch: a fault, its commits kept', async () => {
    const brief = rig.brief();
    rig.inTask('checkout', '-q', '-b', 'feature');
    rig.writeTask('new.txt', 'x\n');
    const head = rig.commitTask('on a branch of its own');
    const result = await collected(brief);
    expect(result.faults[0]).toContain('HEAD was left on branch feature');
    expect(rig.sha(result.rescued[0]?.ref ?? '')).toBe(head);
  });

  it('history rewritten: what the branch had is kept', async () => {
    rig.writeTask('new.txt', 'x\n');
    const before = rig.commitTask('reviewed');
    const brief = rig.brief();
    rig.inTask('commit', '-q', '--amend', '-m', 'another');
    const result = await collected(brief);
    expect(result.rescued.map(({ ref }) => rig.sha(ref))).toEqual([before]);
    expect(result.faults).toEqual([]);
  });

  it.each([
    [
      'tester',
      'work',
      (): unknown =>
        rig.inTask('reset', '-q', '--hard', rig.inTask('commit-tree', 'HEAD^{tree}', '-p', 'main', '-m', 'squash')),
    ],
    ['tester', 'work', (): unknown => rig.inTask('commit', '-q', '--amend', '-m', 'another')],
    ['task', 'mend', (): unknown => rig.inTask('rebase', '-q', 'main')],
  ] as const)(
    'I6: reviewed commits replaced (%s, %s): the branch goes back to them',
    async (role, purpose, replace) => {
      rig.writeTask('new.txt', 'x\n');
      rig.commitTask('reviewed');
      rig.write('other.txt', 'landed\n');
      rig.git('commit', '-qam', 'landed');
      const brief = rig.brief({ role, purpose });
      replace();
      const there = rig.sha('T-1');
      const result = await collected(brief);
      expect(result).toMatchObject({ tip: brief.tip, changed: ['new.txt'] });
      expect(result.faults.join()).toContain('it replaced the reviewed commit');
      expect(rig.sha(result.rescued[0]?.ref ?? '')).toBe(there);
      expect(rig.sha('T-1')).toBe(brief.tip);
      expect(rig.inTask('status', '--porcelain')).toBe('');
    },
  );

  it('the branch deleted: made again, work kept', async () => {
    const brief = rig.brief();
    rig.inTask('checkout', '-q', '--detach');
    rig.git('branch', '-q', '-D', 'T-1');
    rig.writeTask('new.txt', 'x\n');
    const result = await collected(brief);
    expect(result).toMatchObject({ ahead: 1, changed: ['new.txt'] });
  });

  describe('I6: the branch made an alias of another: nothing is written through it', () => {
    it.each([
      ['a symbolic ref of base', (): unknown => rig.git('symbolic-ref', 'refs/heads/T-1', 'refs/heads/main')],
      ['a link to base', (): void => symlinkSync('main', join(rig.root, '.git/refs/heads/T-1'))],
      ['a symbolic ref of no branch', (): unknown => rig.git('symbolic-ref', 'refs/heads/T-1', 'refs/heads/none')],
    ])('%s', async (_name, alias) => {
      rig.writeTask('mine.txt', 'x\n');
      rig.commitTask('work');
      const brief = rig.brief();
      rig.git('update-ref', '--no-deref', '-d', 'refs/heads/T-1');
      alias();
      rig.writeTask('file.txt', 'unreviewed\n');
      rig.writeTask('new.txt', 'unreviewed\n');
      const result = await collected(brief);
      expect(rig.sha('main')).toBe(brief.baseSha);
      expect(result.faults.join()).toContain('it made T-1 an alias of ');
      expect(rig.git('for-each-ref', '--format=%(symref)', 'refs/heads/T-1')).toBe('');
      expect(rig.git('rev-parse', 'T-1~1')).toBe(brief.tip);
      expect(rig.git('show', `${result.rescued[0]?.ref}:file.txt`)).toBe('unreviewed');
    });

    it('commits that only the alias led to are kept; a worktree that is gone', async () => {
      const brief = rig.brief();
      rig.inTask('checkout', '-q', '-b', 'feature');
      rig.writeTask('new.txt', 'x\n');
      const there = rig.commitTask('elsewhere');
      rig.git('symbolic-ref', 'refs/heads/T-1', 'refs/heads/feature');
      rmSync(rig.worktree, { recursive: true });
      expect((await collect(rig.folder(brief), brief)).tip).toBe(brief.tip);
      expect(rig.git('for-each-ref', '--format=%(symref)', 'refs/heads/T-1')).toBe('');
      expect(rig.rescued().map((ref) => rig.sha(ref))).toEqual([there]);
    });
  });

  it(".git removed from the worktree: the user's checkout is not taken for it (I7)", async () => {
    const brief = rig.brief();
    rig.write('file.txt', 'the user types\n');
    rm('.git');
    rig.writeTask('new.txt', 'x\n');
    const result = await collect(rig.folder(brief), brief);
    expect(result).toMatchObject({ changed: ['new.txt'], faults: ["the worktree's .git was removed"] });
    expect(readFileSync(join(rig.root, 'file.txt'), 'utf8')).toBe('the user types\n');
    expect(rig.git('status', '--porcelain')).toBe('M file.txt');
    expect(rig.git('rev-parse', 'main')).toBe(brief.tip);
  });

  it('the worktree gone: a fault, the branch as it stands', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    const brief = rig.brief();
    rmSync(rig.worktree, { recursive: true });
    expect(await collect(rig.folder(brief), brief)).toMatchObject({
      tip: brief.tip,
      ahead: 1,
      changed: ['new.txt'],
      faults: ['the worktree is gone'],
    });
  });

  const rm = (path: string): void => rmSync(join(rig.worktree, path), { recursive: true });
});

describe('what may not land', () => {
  it('board files, committed and uncommitted, are put back by a commit', async () => {
    const brief = rig.brief();
    rig.writeTask('board/TODO.md', '# TODO\n\n## T-9: Mine\n');
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work and board');
    rig.writeTask('board/REVIEW.md', '# REVIEW\n');
    const result = await collected(brief);
    expect(result).toMatchObject({
      changed: ['new.txt'],
      boardRestored: ['board/REVIEW.md', 'board/TODO.md'],
      faults: [],
    });
    expect(rig.git('diff', '--name-only', 'main...T-1')).toBe('new.txt');
    expect(rig.git('log', '-1', '--format=%s', 'T-1')).toBe('T-1: board restored');
  });

  it('a board folder that base does not have goes', async () => {
    rig.git('rm', '-rq', 'board');
    rig.git('commit', '-qm', 'no board');
    rig.inTask('reset', '-q', '--hard', 'main');
    const brief = rig.brief();
    rig.writeTask('board/TODO.md', '# TODO\n');
    expect((await collected(brief)).changed).toEqual([]);
  });

  it('a merge of base by `-s ours` drops what git merges clean', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    rig.write('other.txt', 'landed\n');
    rig.git('commit', '-qam', 'landed');
    const brief = rig.brief();
    rig.inTask('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    expect((await collected(brief)).faults).toEqual([
      expect.stringMatching(/^merge \w+ drops what git merges clean: other\.txt\. Fix: git diff /),
    ]);
  });

  it('an honest merge, fixed where it conflicted and elsewhere, is no fault', async () => {
    rig.writeTask('file.txt', 'mine\n');
    rig.commitTask('work');
    rig.write('file.txt', 'theirs\n');
    rig.write('other.txt', 'landed\n');
    rig.git('commit', '-qam', 'landed');
    const brief = rig.brief();
    tryGit('merge', 'main');
    rig.writeTask('file.txt', 'mine and theirs\n');
    rig.writeTask('other.txt', 'landed, and adapted\n');
    rig.inTask('add', '.');
    rig.inTask('commit', '-q', '--no-edit');
    expect((await collected(brief)).faults).toEqual([]);
  });

  it('conflict markers committed in a merge', async () => {
    rig.writeTask('file.txt', 'mine\n');
    rig.commitTask('work');
    rig.write('file.txt', 'theirs\n');
    rig.git('commit', '-qam', 'landed');
    const brief = rig.brief();
    tryGit('merge', 'main');
    rig.inTask('commit', '-qam', 'merged');
    expect((await collected(brief)).faults).toEqual([
      expect.stringMatching(/^conflict markers were left in file\.txt\. Fix: /),
    ]);
  });

  it("a commit by the run's identity on base", async () => {
    const brief = rig.brief();
    rig.write('file.txt', 'escaped\n');
    asRun(brief, 'commit', '-qam', 'escape');
    const { faults, strays } = await collected(brief);
    expect(faults[0]).toContain('committed outside its branch');
    expect(strays).toEqual([
      { sha: rig.sha('main'), subject: 'escape', files: ['file.txt'], isMerge: false, on: 'main' },
    ]);
    rig.git('commit', '-q', '--allow-empty', '-m', 'by the user');
    // The next run of the same entry, role and agent has the same identity; what was there before it is not its doing.
    const later = rig.brief();
    expect(await collected(later)).toMatchObject({ faults: [], strays: [] });
  });

  it("a commit by the run's identity in the user's checkout, on whatever branch", async () => {
    rig.git('checkout', '-q', '-b', 'feature');
    rig.git('commit', '-q', '--allow-empty', '-m', 'by the user');
    const brief = rig.brief();
    expect((await collected(brief)).faults).toEqual([]);
    asRun(brief, 'commit', '-q', '--allow-empty', '-m', 'escape');
    expect((await collected(brief)).faults).toEqual([
      `it committed outside its branch: ${rig.sha('feature').slice(0, 10)}`,
    ]);
    // A later run of the same name finds it there, and did not do it; its date is that of its second.
    expect(await collected({ ...rig.brief(), createdAt: Date.now() + 1_000 })).toMatchObject({ strays: [] });
  });

  it("commits by the run's identity on a detached HEAD, and a merge that it made", async () => {
    rig.git('checkout', '-q', '--detach');
    const brief = rig.brief();
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    asRun(brief, 'merge', '-q', '--no-ff', '-m', 'merged by itself', 'T-1');
    asRun(brief, 'commit', '-q', '--allow-empty', '-m', 'one more');
    expect((await collected(brief)).strays).toEqual([
      { sha: rig.sha('HEAD'), subject: 'one more', files: [], isMerge: false, on: '' },
      { sha: rig.sha('HEAD^'), subject: 'merged by itself', files: ['new.txt'], isMerge: true, on: '' },
    ]);
  });

  it('its own branch on base, where the run itself put it there by a fast-forward', async () => {
    const brief = rig.brief();
    rig.writeTask('new.txt', 'x\n');
    rig.inTask('add', '.');
    asRun(brief, '-C', rig.worktree, 'commit', '-q', '-m', 'work');
    asRun(brief, 'merge', '-q', '--ff-only', 'T-1');
    expect((await collected(brief)).strays).toEqual([
      { sha: rig.sha('T-1'), subject: 'work', files: ['new.txt'], isMerge: false, on: 'main' },
    ]);
  });

  it('its commits on base are no fault where the user has merged the branch', async () => {
    const brief = rig.brief();
    rig.writeTask('new.txt', 'x\n');
    const { tip } = await collected(brief);
    rig.git('merge', '-q', '--ff-only', 'T-1');
    expect(rig.sha('main')).toBe(tip);
    expect(await collected(brief)).toMatchObject({ tip, ahead: 0, changed: [], faults: [] });
  });
});

describe('facts', () => {
  /** Base and branch apart, with a merge of base in between and other branches landed on it. */
  function history(): Brief {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    for (const name of ['one', 'two']) {
      rig.git('checkout', '-q', '-b', name);
      rig.write(`${name}.txt`, 'landed\n');
      rig.git('add', '.');
      rig.git('commit', '-qm', name);
      rig.git('checkout', '-q', 'main');
      rig.git('merge', '-q', '--no-ff', '--no-edit', name);
      if (name === 'one') rig.inTask('merge', '-q', '--no-edit', 'main');
    }
    const brief = rig.brief();
    rig.writeTask('later.txt', 'x\n');
    rig.commitTask('more');
    return brief;
  }

  it.each([
    ['in this process', () => {}],
    [
      "by git, where this process can't tell (a shallow clone)",
      () => writeFileSync(join(rig.root, '.git', 'shallow'), `${rig.git('rev-list', '--max-parents=0', 'main')}\n`),
    ],
  ])('are those of git: %s', async (_name, prepare) => {
    const brief = history();
    prepare();
    const result = await collected(brief);
    expect(result).toMatchObject({ changed: ['later.txt', 'new.txt'], faults: [], rescued: [] });
    expect(String(result.ahead)).toBe(rig.git('rev-list', '--count', 'main..T-1'));
    rig.git(
      '-c',
      `user.email=${brief.identity.email}`,
      '-c',
      'user.name=x',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'escape',
    );
    expect((await collected(brief)).faults).toEqual([
      `it committed outside its branch: ${rig.sha('main').slice(0, 10)}`,
    ]);
  });

  it('I6: a merge before the run counts too, except for a reviewer that changed nothing', async () => {
    rig.writeTask('new.txt', 'x\n');
    rig.commitTask('work');
    rig.write('other.txt', 'landed\n');
    rig.git('commit', '-qam', 'landed');
    rig.inTask('merge', '-q', '-s', 'ours', '--no-edit', 'main');
    const brief = rig.brief();
    const dropped = [expect.stringContaining('drops what git merges clean: other.txt')];
    const reviewer = rig.brief({ role: 'reviewer' });
    expect((await collected(reviewer)).faults).toEqual([]);
    expect((await collected(rig.brief({ role: 'tester' }))).faults).toEqual(dropped);
    rig.writeTask('later.txt', 'x\n');
    expect((await collected(brief)).faults).toEqual(dropped);
  });
});

describe('I6: a branch of the user that was moved without its checkout (git update-ref)', () => {
  it('the advice works when copied: added, changed and deleted files', async () => {
    rig.write('gone.txt', 'x\n');
    rig.git('add', '.');
    rig.git('commit', '-qm', 'gone');
    rig.inTask('merge', '-q', '--ff-only', 'main');
    const brief = rig.brief();
    const before = rig.git('ls-tree', '-r', 'main');
    rig.writeTask("it's new.txt", 'new\n');
    rig.writeTask('file.txt', 'changed\n');
    rig.inTask('rm', '-q', 'gone.txt');
    rig.inTask('add', '-A');
    asRun(brief, '-C', rig.worktree, 'commit', '-q', '-m', 'work');
    asRun(brief, '-C', rig.worktree, 'update-ref', 'refs/heads/main', 'HEAD');
    rig.write('other.txt', "the user's\n");
    const { strays } = await collect(rig.folder(brief), brief);
    const advice = undoing(strays);
    execFileSync('sh', ['-ec', advice], { cwd: rig.root, stdio: 'pipe' });
    expect(rig.git('ls-tree', '-r', 'main')).toBe(before);
    expect(rig.git('status', '--porcelain')).toBe('M other.txt');
    expect(rig.git('log', '-1', '--format=%B', 'main')).toContain(`This reverts commit ${strays[0]?.sha}.`);
  });
});

describe('report', () => {
  it('is copied out of the worktree; a folder of that name is none', async () => {
    const brief = rig.brief();
    writeFileSync(brief.report, '---\nverdict: done\n---\n');
    expect((await collect(rig.folder(brief), brief)).reported).toBe(true);
    expect(rig.read(brief, 'report.md')).toContain('done');
    expect(existsSync(brief.report)).toBe(false);
    const other = rig.brief();
    mkdirSync(other.report);
    expect((await collect(rig.folder(other), other)).reported).toBe(false);
  });
});
