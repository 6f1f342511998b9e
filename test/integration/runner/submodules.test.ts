import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../../src/git/open-repository.ts';
import { removeWorktree } from '../../../src/worktrees/worktrees.ts';
import { RunRig } from '../../rig/run-rig.ts';

let rig: RunRig;
let library: string;
beforeEach(() => {
  rig = new RunRig();
  library = mkdtempSync(join(tmpdir(), 'kanban-library-'));
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: library, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'main');
  execFileSync('sh', ['-c', 'echo lib > lib.txt'], { cwd: library });
  git('add', '.');
  git('-c', 'user.name=L', '-c', 'user.email=l@example.com', 'commit', '-q', '-m', 'library');
});
afterEach(async () => {
  await rig.remove();
  rmSync(library, { recursive: true, force: true });
});

it('I6: the submodules of the checkout are there before after_create, without a network; the worktree can go again', async () => {
  rig.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'libs/one');
  rig.git('commit', '-q', '-m', 'a library');
  const config = readFileSync(join(rig.root, '.git', 'config'), 'utf8');
  rmSync(rig.worktree, { recursive: true });
  rig.git('worktree', 'prune');
  rig.git('branch', '-q', '-f', 'T-1', 'main');
  rig.git('worktree', 'add', '-q', '--lock', '--reason', 'kanban T-1', rig.worktree, 'T-1');
  mkdirSync(join(rig.worktree, '.kanban'), { recursive: true });
  rmSync(library, { recursive: true });
  const brief = rig.task('cat libs/one/lib.txt seen > new.txt', {
    hooks: { afterCreate: 'cp libs/one/lib.txt seen', beforeRun: '', afterRun: '', timeout: 60_000 },
  });
  const result = await rig.run(brief);
  expect(result).toMatchObject({ cause: 'reported', faults: [] });
  expect(rig.git('show', 'T-1:new.txt')).toBe('lib\nlib');
  expect(result.changed).toEqual(['new.txt', 'seen']);
  expect(readFileSync(join(rig.root, '.git', 'config'), 'utf8')).toBe(config);
  const opened = await openRepository(rig.root);
  if (!opened.ok) throw new Error('no repository');
  const removed = await removeWorktree({
    repo: opened.value,
    id: 'T-1',
    branchRef: 'refs/heads/T-1',
    path: rig.worktree,
  });
  expect(removed).toEqual({ ok: true });
});
