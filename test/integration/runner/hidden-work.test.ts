import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeIfKept } from '../../../src/worktrees/worktree-removal.ts';
import { scanIndex } from '../../../src/git/index/index-scan.ts';
import { collect } from '../../../src/runner/collect.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

const gitDir = (): string => join(rig.root, '.git', 'worktrees', 'T-1');
const fix = (fault: string | undefined): void => {
  execFileSync('sh', ['-c', (fault ?? '').split('Fix: ')[1] ?? 'false'], { cwd: rig.worktree, stdio: 'pipe' });
};
const nested = (): void => {
  mkdirSync(join(rig.worktree, 'frontend'));
  rig.inTask('init', '-q', 'frontend');
  rig.writeTask('frontend/app.js', 'app\n');
  rig.inTask('-C', 'frontend', 'add', '.');
  rig.inTask('-C', 'frontend', 'commit', '-qm', 'inside');
};

describe('I6: a repository of its own inside the worktree', () => {
  it('committed without .gitmodules fails the run, also in later runs; the fix works when copied', async () => {
    nested();
    rig.commitTask('work');
    const brief = rig.brief({ tip: rig.sha('main') });
    const { faults } = await collect(rig.folder(brief), brief);
    expect(faults).toEqual([expect.stringMatching(/^frontend is a repository of its own: .* Fix: git rm /)]);
    const tester = rig.brief({ role: 'tester' });
    expect((await collect(rig.folder(tester), tester)).faults).toEqual(faults);
    fix(faults[0]);
    const after = rig.brief();
    expect((await collect(rig.folder(after), after)).faults).toEqual([]);
    expect(rig.git('show', 'T-1:frontend/app.js')).toBe('app');
  });

  it('left uncommitted fails a task run; the fix works when copied', async () => {
    nested();
    const brief = rig.brief();
    const { faults, rescued } = await collect(rig.folder(brief), brief);
    expect(faults).toEqual([expect.stringMatching(/^frontend is a repository of its own: .* Fix: rm -rf /)]);
    expect(rig.git('show', `${rescued[0]?.ref}:frontend/app.js`)).toBe('app');
    fix(faults[0]);
    const after = rig.brief();
    expect((await collect(rig.folder(after), after)).faults).toEqual([]);
    expect(rig.git('show', 'T-1:frontend/app.js')).toBe('app');
  });

  it('a submodule that .gitmodules names is none', async () => {
    nested();
    rig.writeTask('.gitmodules', '[submodule "f"]\n\tpath = frontend\n\turl = ../frontend\n');
    rig.commitTask('work');
    const brief = rig.brief();
    expect((await collect(rig.folder(brief), brief)).faults).toEqual([]);
  });

  it('keeps its worktree from being removed', async () => {
    nested();
    rig.commitTask('work');
    writeFileSync(join(gitDir(), 'kanban-ready'), '');
    const commonDir = join(rig.root, '.git');
    const repo = { root: rig.root, gitDir: commonDir, commonDir, objectFormat: 'sha1', shallow: false } as const;
    const removed = await removeIfKept({ repo, id: 'T-1', branchRef: 'refs/heads/T-1', path: rig.worktree });
    expect(removed).toEqual({ ok: false, why: expect.stringContaining('the only copy of frontend') });
    expect(readFileSync(join(rig.worktree, 'frontend/app.js'), 'utf8')).toBe('app\n');
  });
});

describe('I6: work that git status does not show is kept', () => {
  it.each(['--assume-unchanged', '--skip-worktree'])('git update-index %s', async (flag) => {
    const brief = rig.brief();
    rig.inTask('update-index', flag, 'file.txt');
    rig.writeTask('file.txt', 'hidden\n');
    const result = await collect(rig.folder(brief), brief);
    expect(result.faults).toEqual([]);
    expect([result.changed, result.unhidden]).toEqual([['file.txt'], ['file.txt']]);
    expect(rig.git('show', 'T-1:file.txt')).toBe('hidden');
  });

  it('new files outside the sparse cone are committed', async () => {
    rig.write('src/a.txt', 'a\n');
    rig.write('docs/a.txt', 'a\n');
    rig.git('add', '.');
    rig.git('commit', '-qm', 'folders');
    rig.inTask('merge', '-q', '--ff-only', 'main');
    rig.inTask('sparse-checkout', 'set', '--cone', 'src');
    const brief = rig.brief({ role: 'task' });
    rig.writeTask('docs/new.txt', 'new\n');
    rig.writeTask('src/b.txt', 'b\n');
    const result = await collect(rig.folder(brief), brief);
    expect(result.faults).toEqual([]);
    expect(result.changed).toEqual(['docs/new.txt', 'src/b.txt']);
    expect(rig.git('show', 'T-1:docs/a.txt')).toBe('a');
  });

  it.each([
    ['version 2', ['update-index', '--index-version', '2']],
    ['version 4', ['update-index', '--index-version', '4']],
    ['a split index', ['update-index', '--split-index']],
  ])('the flags are read as git reads them: %s', (_, args) => {
    const long = 'x'.repeat(200);
    for (const path of ['a/b/c.txt', 'a/b/d.txt', 'é.txt', `${long}.txt`]) rig.writeTask(path, `${path}\n`);
    nested();
    rig.commitTask('files');
    rig.inTask(...args);
    rig.inTask('update-index', '--assume-unchanged', 'a/b/d.txt', `${long}.txt`);
    rig.inTask('update-index', '--skip-worktree', 'é.txt');
    const scan = scanIndex(gitDir(), 'sha1');
    expect(scan).toEqual(
      args.includes('--split-index')
        ? null
        : { assumed: ['a/b/d.txt', `${long}.txt`], skipped: ['é.txt'], gitlinks: ['frontend'] },
    );
  });
});

describe('I7: a worktree that was replaced', () => {
  it('by a symbolic link to the checkout: nothing behind it is touched, the run is refused', async () => {
    const brief = rig.brief();
    renameSync(rig.worktree, `${rig.worktree}.away`);
    symlinkSync(rig.root, rig.worktree);
    writeFileSync(join(rig.root, brief.report.split('/').at(-1) ?? ''), 'not yours\n');
    const folder = rig.folder(brief);
    const before = rig.git('status', '--porcelain', '--ignored');
    const result = await collect(folder, brief);
    expect(result.refused).toMatch(/replaced by a symbolic link to .* Fix: rm /);
    expect(rig.git('status', '--porcelain', '--ignored')).toBe(before);
    expect(existsSync(join(rig.root, '.git', 'HEAD'))).toBe(true);
    expect(readlinkSync(rig.worktree)).toBe(rig.root);
  });

  it('its .git file leads to another repository: it is restored, and a fault', async () => {
    const brief = rig.brief();
    rig.writeTask('.git', `gitdir: ${rig.root}/.git\n`);
    const result = await collect(rig.folder(brief), brief);
    expect(result.faults).toEqual([expect.stringContaining("the worktree's .git was replaced")]);
    expect(rig.inTask('rev-parse', '--show-toplevel')).toBe(rig.worktree);
  });

  it('its git dir is gone: it is made again, and a fault; what is not committed is kept', async () => {
    const brief = rig.brief();
    rig.writeTask('mine.txt', 'mine\n');
    rmSync(gitDir(), { recursive: true });
    const result = await collect(rig.folder(brief), brief);
    expect(result.faults).toEqual([expect.stringContaining('.git/worktrees was removed')]);
    expect(existsSync(join(gitDir(), 'kanban-ready'))).toBe(true);
    expect(rig.inTask('rev-parse', '--abbrev-ref', 'HEAD')).toBe('T-1');
    expect(rig.inTask('status', '--porcelain')).toBe('');
    expect(rig.inTask('show', 'HEAD:mine.txt')).toBe('mine');
    expect(rig.inTask('diff', '--name-status', 'main', 'HEAD')).toBe('A\tmine.txt');
  });

  it('its git dir leads to other settings: it is restored, and a fault', async () => {
    const brief = rig.brief();
    writeFileSync(join(gitDir(), 'commondir'), '/tmp\n');
    const result = await collect(rig.folder(brief), brief);
    expect(result.faults).toEqual([expect.stringContaining('commondir was changed')]);
    expect(rig.inTask('rev-parse', 'HEAD')).toBe(rig.sha('main'));
  });
});
