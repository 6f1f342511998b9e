import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentEnvironment, runIdentity } from '../../../src/system/environment.ts';
import { makeSandboxPlaces, removeSandboxPlaces } from '../../../src/system/sandbox-places.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
beforeEach(() => {
  rig = new RunRig();
});
afterEach(() => rig.remove());

it('I9: neither an editor nor a signing key of the user stops a git command of a run', () => {
  rig.git('config', 'core.editor', 'sleep 600 #');
  rig.git('config', 'sequence.editor', 'sleep 600 #');
  rig.git('config', 'commit.gpgsign', 'true');
  rig.git('config', 'tag.gpgsign', 'true');
  rig.git('config', 'gpg.program', 'false');
  const nothing = { pass: [], set: {} };
  const env = agentEnvironment({
    inherited: { PATH: process.env['PATH'], HOME: rig.root, EDITOR: 'sleep 600 #', GIT_EDITOR: 'sleep 600 #' },
    settings: nothing,
    agent: null,
    role: null,
    adapterEnv: {},
    run: {
      program: 'agent',
      root: rig.root,
      worktree: rig.worktree,
      taskId: 'T-1',
      role: 'task',
      runId: 'T-1-1-task-0123abcd',
      attempt: 1,
      branch: 'refs/heads/T-1',
      base: 'refs/heads/main',
      report: null,
      changedFiles: null,
      findings: null,
      tmp: null,
      slot: 0,
      identity: runIdentity('claude', 'T-1', 'task'),
    },
  });
  const script = `set -e
    echo one > one.txt; git add .; git commit -qm one; git commit --amend
    echo two > two.txt; git add .; git commit -qm two; git rebase -i HEAD~1; git tag -a -m t v1
    git checkout -q -b side HEAD~1; echo three > three.txt; git add .; git commit -qm three; git merge --no-ff T-1
    git log -3 --stat`;
  execFileSync('sh', ['-c', script], { cwd: rig.worktree, env, timeout: 30_000, stdio: 'ignore' });
  expect(rig.git('log', '--format=%G?', 'side')).toMatch(/^N(?:\nN)+$/);
});

it('the mount points of a sandbox are made once, git is happy with them, and they go', () => {
  const git = join(rig.root, '.git');
  makeSandboxPlaces(git);
  makeSandboxPlaces(git);
  for (const folder of ['objects', 'refs', 'logs'])
    for (const place of ['.git', '.agents', '.aws', '.codex']) expect(existsSync(join(git, folder, place))).toBe(true);
  rig.writeTask('new.txt', 'x');
  rig.commitTask('work');
  rig.git('gc', '-q');
  rig.git('pack-refs', '--all');
  expect(rig.git('fsck', '--no-dangling', '--no-progress')).toBe('');
  expect(rig.git('for-each-ref', '--format=%(refname)').split('\n')).toEqual(['refs/heads/T-1', 'refs/heads/main']);
  removeSandboxPlaces(git);
  for (const folder of ['objects', 'refs', 'logs'])
    expect(readdirSync(join(git, folder)).filter((name) => name.startsWith('.'))).toEqual([]);
});
