import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { isCommitOpen, subcommand } from '../../../src/landing/open-commit.ts';
import { openCommit } from './person.ts';
import { makeRig, type Rig } from './rig.ts';
import { until } from '../../rig/waiting.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await makeRig();
});

describe('a git commit of the user', () => {
  it('is seen while its editor is open, unless it has been forgotten', async () => {
    const here = { path: rig.root, gitDir: rig.repo.gitDir };
    expect(isCommitOpen(rig.repo, here)).toBe(false);
    rig.write('new.txt', 'new\n');
    rig.git('add', '-A');
    const commit = await openCommit(rig);
    await until(() => isCommitOpen(rig.repo, here));
    expect(isCommitOpen(rig.repo, here, (uptime() + 3600) * 1000)).toBe(false);
    expect(await commit.close()).toMatchObject({ code: 0 });
    expect(isCommitOpen(rig.repo, here)).toBe(false);
  });

  it('is seen while a hook of it runs', async () => {
    const here = { path: rig.root, gitDir: rig.repo.gitDir };
    const go = join(rig.root, '.git/go');
    const hook = `#!/bin/sh\nuntil [ -e '${go}' ]; do sleep 0.02; done\n`;
    writeFileSync(join(rig.root, '.git/hooks/pre-commit'), hook, { mode: 0o755 });
    rig.write('new.txt', 'new\n');
    rig.git('add', '-A');
    const ended = spawn('git', ['commit', '-qm', 'mine'], { cwd: rig.root, stdio: 'ignore' });
    await until(() => isCommitOpen(rig.repo, here));
    writeFileSync(go, '');
    await until(() => ended.exitCode === 0);
  });

  it('in another worktree, below the checkout, is none of this one', async () => {
    const path = join(rig.root, '.worktrees/T-1');
    rig.git('worktree', 'add', '-q', '-b', 'T-1', path);
    writeFileSync(join(path, 'new.txt'), 'new\n');
    rig.gitIn(path, 'add', '-A');
    const commit = await openCommit({ root: path });
    await until(() => isCommitOpen(rig.repo, { path, gitDir: join(rig.root, '.git/worktrees/T-1') }));
    expect(isCommitOpen(rig.repo, { path: rig.root, gitDir: rig.repo.gitDir })).toBe(false);
    expect(await commit.close()).toMatchObject({ code: 0 });
  });
});

describe('the subcommand of git', () => {
  it.each([
    ['git commit', 'commit'],
    ['git -c user.name=x -C /somewhere commit -m x', 'commit'],
    ['git --git-dir commit --no-pager log commit', 'log'],
    ['git --git-dir=x -p commit', 'commit'],
    ['git commit-tree x', 'commit-tree'],
    ['git --version', null],
    ['git', null],
  ])('of `%s` is %s', (line, found) => {
    expect(subcommand(line.split(' '))).toBe(found);
  });
});
